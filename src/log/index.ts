export type { Caps } from './caps.ts';
export { CommandBuilder, type LogRecord, type ToCommandsOptions, toCommands } from './commands.ts';
export { doubleText, LONGEST_DOUBLE, writeDouble } from './double.ts';
export type { Loss, LossKind } from './loss.ts';
export type { CommandOptions } from './options.ts';
export { TARGETS } from './targets.ts';
export { CommandWriter, type CommandWriterOptions } from './writer.ts';
