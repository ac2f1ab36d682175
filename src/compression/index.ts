export { unlz4Frame, unzstd } from './blobs.ts';
export { type DecompressOptions, decompress } from './decompress.ts';
export { type CompressionKind, DETECT_BYTES, detectCompression } from './detect.ts';
export { VcsDecoder, type VcsOptions } from './vcs.ts';
export { Xxh64, xxh64 } from './xxhash64.ts';
export { DEFAULT_MAX_WINDOW_BYTES, ZstdDecoder, type ZstdOptions } from './zstd/index.ts';
