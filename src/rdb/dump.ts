import { plainChunk } from '../bytes/index.ts';
import { crc64 } from '../crc64/index.ts';
import { RedisFileError } from '../errors.ts';
import { RecordBuilder } from './builder.ts';
import { RAW } from './handler.ts';
import { checkOptions, defaultLimit, type RdbOptions } from './options.ts';
import { LEVELS } from './parser.ts';
import { familyOf, isKnownVersion } from './profiles.ts';
import type {
  Encoding,
  Exactly,
  Family,
  FunctionRecord,
  KeyMeta,
  KeyRecord,
  Level,
  LevelFor,
  LevelValue,
  RdbRecord,
  StringFor,
  WarningRecord,
} from './records.ts';
import { RdbScanner } from './scanner.ts';

/** Two bytes of version and eight of checksum end every payload. */
const FOOTER = 10;

/** What a DUMP payload holds. */
export type DumpValue<S = Uint8Array<ArrayBuffer>, L extends Level = 'data'> = {
  family: Family;
  /** RDB version of the server that made it. */
  version: number;
  checksum: 'verified' | 'absent' | 'ignored';
  /** The number of the value type. */
  typeId: number;
  encoding: Encoding;
  /** Metadata that modules attached to the key. */
  meta: KeyMeta<S>[] | undefined;
  /** What was odd and did no harm. */
  warnings: WarningRecord<S>[];
} & LevelValue<S, L>;

/** Options of `decodeDump`: a payload is one value in memory, so that pieces and views of chunks do not arise. */
export type DumpOptions = Pick<
  RdbOptions,
  'values' | 'strings' | 'checksum' | 'strictVersion' | 'family' | 'maxValueBytes'
>;

type DumpFor<O> = DumpValue<StringFor<O>, LevelFor<O>>;

/** A library as FUNCTION DUMP holds it. */
export type FunctionLibrary<S = Uint8Array<ArrayBuffer>> = Pick<
  FunctionRecord<S>,
  'name' | 'engine' | 'description' | 'code'
>;

/**
 * Reads what the command DUMP gives: a value with the version and checksum behind it (redis: src/cluster.c,
 * createDumpPayload). The key and its time are no part of it.
 *
 * @param payload the whole payload; not changed, and nothing of it is kept
 * @throws RedisFileError `CHECKSUM_MISMATCH`, `UNEXPECTED_EOF`, or any code of a damaged value
 *
 * @example
 * ```ts
 * import { decodeDump } from 'rdb-aof';
 *
 * const payload = Uint8Array.from([0x00, 0xc0, 0x01, 0x06, 0x00, 0xb0, 0x95, 0x8f, 0x36, 0x24, 0x54, 0x2d, 0x6f]);
 * const dump = decodeDump(payload, { strings: 'utf8' });
 * console.log(dump.type, dump.value, dump.version); // string 1 6
 * ```
 */
export function decodeDump(payload: Uint8Array): DumpFor<Record<never, never>>;
export function decodeDump<const O extends DumpOptions>(
  payload: Uint8Array,
  options: Exactly<O, DumpOptions> | undefined,
): DumpFor<O>;
export function decodeDump<O extends DumpOptions>(payload: Uint8Array, given: DumpOptions = {}): DumpFor<O> {
  const { builder, scanner, body, footer } = open(payload, given, 'type');
  const records: RdbRecord[] = [];
  scanner.push(body);
  scanner.end();
  records.push(...(builder.take(false) as RdbRecord[]));
  const warnings = records.filter((record) => record.kind === 'warning');
  if (scanner.restLength > 0) {
    warnings.push({
      kind: 'warning',
      offset: body.length - scanner.restLength,
      code: 'SURPLUS_BYTES',
      message: `${scanner.restLength} bytes between the value and the footer of the payload, which servers ignore`,
      db: undefined,
      key: undefined,
      error: undefined,
    });
  }
  const { typeId, encoding, meta, type, value } = records.find((record) => record.kind === 'key') as KeyRecord<
    never,
    'data'
  >;
  return { ...footer, typeId, encoding, meta, type, value, warnings } as unknown as DumpFor<O>;
}

/**
 * Reads what the command FUNCTION DUMP gives: function libraries with a version and checksum behind them.
 *
 * @param payload the whole payload; not changed, and nothing of it is kept
 * @throws RedisFileError as `decodeDump`
 *
 * @example
 * ```ts
 * import { decodeFunctions } from 'rdb-aof';
 *
 * const none = Uint8Array.from([0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]); // no library; a checksum of zero is none
 * console.log(decodeFunctions(none).length); // 0
 * ```
 */
export function decodeFunctions(payload: Uint8Array): FunctionLibrary[];
export function decodeFunctions<const O extends DumpOptions>(
  payload: Uint8Array,
  options: Exactly<O, DumpOptions> | undefined,
): FunctionLibrary<StringFor<O>>[];
export function decodeFunctions<O>(payload: Uint8Array, given: DumpOptions = {}): FunctionLibrary<StringFor<O>>[] {
  const { builder, scanner, body } = open(payload, given, 'opcode');
  scanner.push(body);
  if (!scanner.idle) scanner.end();
  return (builder.take(false) as RdbRecord[]).map((record) => {
    if (record.kind !== 'function') {
      throw new RedisFileError('UNKNOWN_OPCODE', `expected function libraries, found a record "${record.kind}"`, {
        offset: record.offset,
      });
    }
    const { name, engine, code, description } = record;
    return description === undefined ? { name, engine, code } : { name, engine, code, description };
  }) as never;
}

/** Checks the footer and makes a scanner for what stands before it. */
function open(
  payload: Uint8Array,
  options: DumpOptions,
  first: 'type' | 'opcode',
): {
  builder: RecordBuilder;
  scanner: RdbScanner;
  body: Uint8Array;
  footer: { family: Family; version: number; checksum: DumpValue['checksum'] };
} {
  checkOptions(options);
  const bytes = plainChunk(payload);
  if (bytes.length < FOOTER) {
    throw new RedisFileError('UNEXPECTED_EOF', `a payload of ${bytes.length} bytes, its footer alone has ${FOOTER}`, {
      offset: bytes.length,
      context: { phase: 'the footer of a payload' },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint16(bytes.length - FOOTER, true);
  const family = options.family ?? familyOf(version);
  if (options.strictVersion && !isKnownVersion(family, version)) {
    throw new RedisFileError('UNSUPPORTED_VERSION', `RDB version ${version} is newer than this library knows`, {
      offset: bytes.length - FOOTER,
    });
  }
  const checksum = verify(bytes, view.getBigUint64(bytes.length - 8, true), options.checksum !== 'ignore');
  const level = LEVELS[options.values ?? 'data'];
  const limit = defaultLimit(options);
  const builder = new RecordBuilder({ level, strings: options.strings ?? 'bytes', views: false, pieces: false, limit });
  const scanner = new RdbScanner(builder, {
    checksum: false,
    maxValueBytes: limit,
    pieces: false,
    strictVersion: false,
    family,
    skipDamaged: false,
    capture: level === RAW,
    reuse: true,
  });
  scanner.beginInside(version, family, first);
  return { builder, scanner, body: bytes.subarray(0, bytes.length - FOOTER), footer: { family, version, checksum } };
}

function verify(bytes: Uint8Array, stored: bigint, wanted: boolean): DumpValue['checksum'] {
  if (stored === 0n) return 'absent';
  if (!wanted) return 'ignored';
  const computed = crc64(bytes.subarray(0, bytes.length - 8));
  if (computed === stored) return 'verified';
  const hex = (value: bigint): string => value.toString(16).padStart(16, '0');
  throw new RedisFileError(
    'CHECKSUM_MISMATCH',
    `the payload says its CRC64 is ${hex(stored)}, its bytes give ${hex(computed)}`,
    { offset: bytes.length - 8, context: { phase: 'the checksum of a payload' } },
  );
}
