import { checkBatch, concat } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { RdbEncoder } from './encoder.ts';
import type { Family, KeyMeta } from './records.ts';
import { RecordShow } from './show.ts';
import { parseRdbTarget } from './targets.ts';
import type { WritableRecord, WritableString, WritableValue } from './writable.ts';
import { payloadOf } from './write.ts';
import { checkWriteOptions, type EncodeOptions } from './write-options.ts';

/** A value for a payload: what a program makes, or what `decodeDump` gave. */
export type DumpInput = WritableValue & {
  meta?: KeyMeta<WritableString>[] | undefined;
  /** Where it comes from, which is also the default of whom it is for. */
  family?: Family;
  version?: number;
  typeId?: number;
};

/**
 * Makes what the command RESTORE takes: a value with the version and checksum behind it (redis: src/cluster.c,
 * createDumpPayload). The key and its time are no part of it.
 *
 * @param value type and value, and metadata where modules attached some; what `decodeDump` gave at the
 *   levels `data` and `structure` is taken back
 * @param options without `target` it is for the server that the value comes from, or for all from Redis 7.2 and Valkey 7.2 on
 * @throws RedisFileError `LOSSY` for what the target cannot hold, where no `onLoss` takes it; `INVALID_ARGUMENT` for what
 *   is no value, and for collections without items, which no server restores
 *
 * @example
 * ```ts
 * import { decodeDump, encodeDump } from 'rdb-aof';
 *
 * const payload = encodeDump({ type: 'hash', value: [{ field: 'name', value: 'Ada' }] }, { target: 'redis:7.0' });
 * const dump = decodeDump(payload, { strings: 'utf8' });
 * console.log(dump.encoding, JSON.stringify(dump.value), dump.version); // listpack [{"field":"name","value":"Ada"}] 10
 * ```
 */
export function encodeDump(value: DumpInput, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  checkWriteOptions(options);
  const encoder = new RdbEncoder({ ...options, bare: true });
  const show = new RecordShow(encoder, options.strings ?? 'utf8');
  if (typeof value !== 'object' || value === null) {
    throw new RedisFileError('INVALID_ARGUMENT', 'expected a value with its type');
  }
  const { family, version } = value;
  if (version !== undefined) show.show({ kind: 'header', offset: 0, family: family ?? 'redis', version });
  show.show({
    kind: 'key',
    db: 0,
    key: '',
    typeId: value.typeId,
    meta: value.meta,
    type: value.type,
    value: value.value,
    ...('encoding' in value ? { encoding: value['encoding'] } : {}),
  } as unknown as WritableRecord);
  const body = concat(encoder.take(true));
  if (body.length === 0) throw new RedisFileError('INVALID_ARGUMENT', 'a value of which nothing is left to restore');
  return payloadOf(body, encoder.target.rdb);
}

/** First version whose servers have functions. */
const FUNCTIONS_SINCE = 10;

/** A function library: its whole source, or what a release candidate of 7.0 stored of it. */
export interface LibraryInput {
  code: WritableString;
  name?: string | undefined;
  engine?: string | undefined;
}

/**
 * Makes what the command FUNCTION RESTORE takes: function libraries with a version and checksum behind them.
 *
 * @param options `target` is Redis 7.0 by default, whose payloads all later servers take
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no library, and for targets without functions
 *
 * @example
 * ```ts
 * import { decodeFunctions, encodeFunctions } from 'rdb-aof';
 *
 * const payload = encodeFunctions([{ code: '#!lua name=tools\nredis.register_function("one", function() return 1 end)' }]);
 * console.log(decodeFunctions(payload)[0]!.name); // tools
 * ```
 */
export function encodeFunctions(
  libraries: Iterable<LibraryInput>,
  options: Pick<EncodeOptions, 'target' | 'compression' | 'strings'> = {},
): Uint8Array<ArrayBuffer> {
  checkWriteOptions(options);
  checkBatch(libraries);
  const { target = `rdb:${FUNCTIONS_SINCE}` } = options;
  if (parseRdbTarget(target).rdb < FUNCTIONS_SINCE) {
    throw new RedisFileError('INVALID_ARGUMENT', `functions came with Redis 7.0, target is ${target}`);
  }
  const encoder = new RdbEncoder({ ...options, target, bare: true });
  const show = new RecordShow(encoder, options.strings ?? 'utf8');
  for (const library of libraries) {
    const { code, name, engine } = (library ?? {}) as LibraryInput;
    show.show({ kind: 'function', code, name, engine } as unknown as WritableRecord);
  }
  return payloadOf(concat(encoder.take(true)), encoder.target.rdb);
}
