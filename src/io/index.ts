export { AofWriter, type AofWriterOptions, type AppendedCommand } from './aof-writer.ts';
export { AtomicFile, type AtomicFileOptions } from './atomic.ts';
export { openFileBlocking } from './blocking.ts';
export { type CutOptions, copyBeside, cutFile } from './cut.ts';
export { type FoundData, findData, manifestName, readManifest, statOf } from './data-dir.ts';
export { ioError, isSpecial, type OpenFile, openFile, stdinSize } from './file.ts';
export { TemporaryBytes } from './spill.ts';
export { type FileSystem, type FolderSystem, nodeFiles } from './system.ts';
