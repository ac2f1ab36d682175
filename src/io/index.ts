export { checkStdin, ioError, type OpenFile, openFile } from './file.ts';
export { TemporaryBytes } from './spill.ts';
