export { decodeLz4Block } from './block.ts';
export { ByteQueue } from './byte-queue.ts';
export { corrupt, hexBytes, truncated } from './damage.ts';
export { isSkippableMagic, LZ4_LEGACY_MAGIC, LZ4_MAGIC, Lz4FrameDecoder, type Lz4FrameOptions } from './frame.ts';
export { pushThrough, type StreamDecoder } from './stream-decoder.ts';
export { Xxh32, xxh32 } from './xxhash32.ts';
