export { DEFAULT_MAX_WINDOW_BYTES, ZSTD_MAGIC, ZstdDecoder, type ZstdOptions } from './decoder.ts';
