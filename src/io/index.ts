export { AtomicFile, type AtomicFileOptions } from './atomic.ts';
export { openFileBlocking } from './blocking.ts';
export { ioError, isSpecial, type OpenFile, openFile, stdinSize } from './file.ts';
export { TemporaryBytes } from './spill.ts';
export { type FileSystem, nodeFiles } from './system.ts';
