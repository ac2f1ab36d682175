export { decodeLz4Block } from './block.ts';
export { LZ4_LEGACY_MAGIC, LZ4_MAGIC, Lz4FrameDecoder, type Lz4FrameOptions } from './frame.ts';
