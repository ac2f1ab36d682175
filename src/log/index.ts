export type { Loss, LossKind } from '../rdb/index.ts';
export type { Caps } from './caps.ts';
export { CommandBuilder, type LogRecord, type ToCommandsOptions, toCommands } from './commands.ts';
export { doubleText, LONGEST_DOUBLE, writeDouble } from './double.ts';
export { commandWriter } from './mixed.ts';
export type { CommandOptions } from './options.ts';
export { TARGETS } from './targets.ts';
export { CommandWriter, type CommandWriterOptions } from './writer.ts';
