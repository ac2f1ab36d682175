export { type DumpOptions, type DumpValue, decodeDump, decodeFunctions, type FunctionLibrary } from './dump.ts';
export { Fingerprints, ITEM_SLOTS } from './fingerprints.ts';
export * from './handler.ts';
export { checkOptions, type RdbOptions } from './options.ts';
export { RdbParser, trailingWarning } from './parser.ts';
export { PendingList, streamId } from './pending.ts';
export { checkReadOptions, type Progress, type ReadRdbOptions, readRdb } from './read.ts';
export type * from './records.ts';
export { RdbScanner, type ScanOptions } from './scanner.ts';
