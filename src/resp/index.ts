export { word, writeArgument, writeCommandHead, writeTextArgument } from './argument.ts';
export { RespBuffer, type Word } from './buffer.ts';
export type { AofCommand } from './command.ts';
export { encodeCommand } from './encode.ts';
export { LINE_LIMIT } from './head-number.ts';
export { ArgumentList } from './list.ts';
export { RespOutput } from './output.ts';
export { CommandScanner, type CommandSink, MOST_SPANS } from './scanner.ts';
export { splitCommands } from './split.ts';
