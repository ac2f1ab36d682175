export { CheckHandler } from './check.ts';
export type { DbCounts } from './counts.ts';
export { FilteringHandler, type KeptKeys, type RetractingHandler } from './filtering.ts';
export type { Finding } from './finding.ts';
export { type FileInfo, InfoHandler } from './info.ts';
export { type JsonOptions, JsonWriter, type Spill } from './json.ts';
export { KeyLister } from './keys.ts';
export { type FileScan, type ScanResult, scanFile } from './scan.ts';
export { type Escape, JsonStrings } from './text.ts';
