export { PackedStream } from './incremental.ts';
export { intset } from './intset.ts';
export { listpack } from './listpack.ts';
export { type EntryVisitor, type PackedCodec, WalkState, walkPacked } from './packed.ts';
export { type StreamEntryVisitor, StreamNodeDecoder } from './streamnode.ts';
export { ziplist } from './ziplist.ts';
export { zipmap } from './zipmap.ts';
