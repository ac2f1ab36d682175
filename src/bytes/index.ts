export { abortable } from './abort.ts';
export { describe, isBytes, plainChunk } from './chunk.ts';
export { concat } from './concat.ts';
export { type ExactNumbers, highHalf, setExact, signed64, unsigned64, WORD } from './int64.ts';
export { ByteOutput } from './output.ts';
export { ByteReader, type ByteSink, NEED_MORE } from './reader.ts';
export { type ByteSource, chunksOf, sourceSize } from './source.ts';
export { type RecordStream, recordStream } from './stream.ts';
export { ascii, decimalBytes, latin1, type StringMode, type StringOf, utf8, writeDecimal } from './text.ts';
