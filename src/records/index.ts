export type { AnyRecord } from './any-record.ts';
export { type ClusterNode, evenSlots, parseClusterNodes, slotOwners } from './cluster.ts';
export { mapDb } from './db.ts';
export { type FilterKeysOptions, filterKeys } from './filter.ts';
export { compileGlob, type KeyMatcher } from './glob.ts';
export {
  type Glob,
  KEY_TYPES,
  KeyFilter,
  type KeyFilterOptions,
  type KeySpan,
  type SizeRange,
  type TtlRange,
} from './key-filter.ts';
export { parseDbs, parseRegex, parseSize, parseSlots, parseTtl, parseTtlChange, parseTypes } from './parse.ts';
export { pipe, type Transform, type TransformObject } from './pipe.ts';
export { renameKeys, renamePrefix } from './rename.ts';
export { hashSlot, SLOTS } from './slot.ts';
export { keyText } from './text.ts';
export { changeTtl, type NewTime, type TtlChange, timeChange } from './ttl.ts';
