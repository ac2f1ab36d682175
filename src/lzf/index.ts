export { lzfCompress } from './compress.ts';
export { lzfDecompress, MAX_EXPANSION } from './decompress.ts';
export { LzfStream, type PieceReceiver } from './stream.ts';
