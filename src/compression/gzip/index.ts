export { GzipDecoder, type GzipOptions } from './decoder.ts';
