export { AofEncoder, type WritableAofRecord, type WritableCommand, type WriteAofOptions, writeAof } from './encode.ts';
export { formatManifest, type Manifest, type ManifestFile, nameBytes, parseManifest } from './manifest.ts';
export { annotationTime, DISCARD, databaseOf, EXEC, MULTI, nameKind, SELECT } from './names.ts';
export { type AofOptions, checkAofOptions } from './options.ts';
export { AofParser, type FilePart } from './parser.ts';
export { PreambleProbe } from './preamble.ts';
export { checkReadAofOptions, type ReadAofOptions, readAof, readAofSet, readSet } from './read.ts';
export type * from './records.ts';
export { splitArguments } from './split-arguments.ts';
