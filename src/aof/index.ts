export { checkLog, type LogCheckOptions, type LogReport, type LogState } from './check.ts';
export { AofEncoder, type WritableAofRecord, type WritableCommand, type WriteAofOptions, writeAof } from './encode.ts';
export type { Flaw } from './flaws.ts';
export { HeavyHitters, type HeavyItem } from './heavy-hitters.ts';
export { KeptLog } from './kept-log.ts';
export { KeptPreamble } from './kept-preamble.ts';
export { type Cut, CutFinder, type CutPoint } from './log-cut.ts';
export { commandName, type FilteredCommand, LogFilter, type LogFilterOptions } from './log-filter.ts';
export { type CommandCount, type HeavyTop, type LogStats, StatsCounter } from './log-stats.ts';
export { formatManifest, type Manifest, type ManifestFile, nameBytes, parseManifest } from './manifest.ts';
export { annotationTime, DISCARD, databaseOf, EXEC, MULTI, nameKind, SELECT } from './names.ts';
export { type AofOptions, checkAofOptions } from './options.ts';
export { AofParser, type FilePart, type LogClock, type ParserUse } from './parser.ts';
export { PreambleProbe } from './preamble.ts';
export {
  checkReadAofOptions,
  logBatches,
  logGroups,
  type ReadAofOptions,
  readAof,
  readAofSet,
  setGroups,
} from './read.ts';
export type * from './records.ts';
export type { Stretch } from './resync.ts';
export { splitArguments } from './split-arguments.ts';
export { bytesOf, without } from './stretches.ts';
export type { LogFinding, LogFindingCode } from './tally.ts';
