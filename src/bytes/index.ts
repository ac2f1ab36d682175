export { abortable, untilAborted } from './abort.ts';
export { describe, isBytes, plainChunk } from './chunk.ts';
export { concat } from './concat.ts';
export { flattened } from './flattened.ts';
export { writeFraction } from './fraction.ts';
export { grown } from './grown.ts';
export { type ExactNumbers, highHalf, setExact, signed64, unsigned64, WORD } from './int64.ts';
export { decimalBytes, putDecimal, putUnsigned64 } from './number.ts';
export {
  type Choices,
  checkChoices,
  checkFunctions,
  checkIntegers,
  checkObject,
  checkSignal,
  checkText,
  checkTime,
  invalidArgument,
} from './options.ts';
export { ByteOutput } from './output.ts';
export { ByteReader, type ByteSink, NEED_MORE } from './reader.ts';
export { slices } from './slices.ts';
export { type ByteSource, chunksOf, sourceSize } from './source.ts';
export {
  abortableBatches,
  batchesOf,
  checkBatch,
  checkRecords,
  type RecordStream,
  type Records,
  recordStream,
} from './stream.ts';
export { tap } from './tap.ts';
export { ascii, latin1, type StringMode, type StringOf, stringBytes, type TextMode, utf8 } from './text.ts';
export { Views } from './views.ts';
export { instantiate } from './wasm.ts';
export { readI32le, readU32be, readU32le, writeU32be, writeU32le } from './words.ts';
