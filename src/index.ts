/**
 * Reads Redis and Valkey persistence files in any runtime. Paths are in `rdb-aof/node`.
 *
 * @module
 */
export type { ByteSource, ExactNumbers, RecordStream, StringMode } from './bytes/index.ts';
export { type ErrorCode, type ErrorContext, RedisFileError } from './errors.ts';
export {
  type DumpOptions,
  type DumpValue,
  decodeDump,
  decodeFunctions,
  type FunctionLibrary,
  type Progress,
  type RdbOptions,
  RdbParser,
  type ReadRdbOptions,
  readRdb,
} from './rdb/index.ts';
export type * from './rdb/records.ts';
