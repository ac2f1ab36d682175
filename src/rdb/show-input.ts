import { describe, isBytes } from '../bytes/index.ts';
import { intset, listpack, type PackedCodec, ziplist, zipmap } from '../encodings/index.ts';
import { RedisFileError } from '../errors.ts';
import { wholeLibrary } from './functions.ts';
import type { ScanFrame } from './handler.ts';
import { parseLibraryHead } from './library-head.ts';
import { idHalves } from './pending.ts';
import type { Blob, ItemForm, KeyMeta, KeyType, ModuleValue, StreamIdmp } from './records.ts';
import type { WritableNumber, WritableString } from './writable.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A record as far as it is looked at before its kind is known to be right. */
export type Loose = { kind: string; type: KeyType; value: unknown } & Record<string, unknown>;

const CODECS: Readonly<Partial<Record<ItemForm, PackedCodec>>> = { ziplist, listpack, intset, zipmap };

/** What makes bytes of the strings of records, which may be text. */
export type ToBytes = (text: WritableString) => Bytes;

export function invalid(message: string): RedisFileError {
  return new RedisFileError('INVALID_ARGUMENT', message);
}

export function items<T>(list: unknown): readonly T[] {
  if (Array.isArray(list)) return list;
  throw invalid(`a value of several items must be an array, found ${describe(list)}`);
}

export function isBlob(type: KeyType, value: unknown): value is Blob<Bytes> {
  if (type === 'stream' || typeof value !== 'object' || value === null || !('form' in value)) return false;
  return isBytes((value as { bytes?: unknown }).bytes);
}

export function isNodes<T>(value: unknown): value is { nodes: T[] } {
  return typeof value === 'object' && value !== null && Array.isArray((value as { nodes?: unknown }).nodes);
}

export function codecOf(form: ItemForm): PackedCodec {
  const codec = CODECS[form];
  if (codec === undefined) throw invalid(`no packed value has the form ${String(form)}`);
  return codec;
}

/** An integer of 64 bits with a sign. */
export function whole(value: WritableNumber, what: string): WritableNumber {
  if (Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(64, value) === value)) return value;
  // A Number that is only near has its exact value beside it, where it came from a reader.
  throw invalid(`${what} must be an integer of 64 bits, beyond 2^53 a bigint, found ${String(value)}`);
}

export function unsigned(value: WritableNumber, what: string): WritableNumber {
  if (typeof value === 'bigint' ? BigInt.asUintN(64, value) === value : Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  throw invalid(`${what} must be a whole number of 64 bits, beyond 2^53 a bigint, found ${String(value)}`);
}

export function halvesOf(id: string): [number, number, number, number] {
  if (typeof id !== 'string' || !/^\d{1,20}-\d{1,20}$/.test(id)) {
    throw invalid(`the id of a stream entry is "ms-seq", found ${JSON.stringify(id)}`);
  }
  const halves = idHalves(id);
  if (halves[0] > 0xffffffff || halves[2] > 0xffffffff) throw invalid(`the id ${id} has more than 64 bits`);
  return halves;
}

export function compareHalves(a: readonly number[], b: readonly number[]): number {
  return a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]! || a[3]! - b[3]!;
}

export function idmpOf(idmp: StreamIdmp<WritableString>, bytesOf: ToBytes): StreamIdmp<Bytes> {
  const producers = idmp.producers.map(({ id, entries }) => ({
    id: bytesOf(id),
    entries: entries.map((entry) => {
      halvesOf(entry.id);
      return { iid: bytesOf(entry.iid), id: entry.id };
    }),
  }));
  return { ...idmp, producers };
}

function partsOf(
  parts: readonly ModuleValue<WritableString>['parts'][number][],
  bytesOf: ToBytes,
): ModuleValue<Bytes>['parts'] {
  return parts.map((part) => (part.type === 'string' ? { type: 'string', value: bytesOf(part.value) } : part));
}

/** A function library; one that a program makes must be such that servers take it. */
export function libraryOf(record: Loose, bytesOf: ToBytes): Loose {
  const { offset, name, engine } = record as { offset?: number; name?: string; engine?: string };
  const code = bytesOf(record['code'] as WritableString);
  const head = parseLibraryHead(wholeLibrary({ name, engine, code }));
  if (offset === undefined && head === undefined) {
    throw invalid(
      'a function library begins with a line "#!engine name=library", or has its name and engine beside it',
    );
  }
  return { ...record, code, name: name ?? head?.name, engine: engine ?? head?.engine };
}

/** A record with its strings as bytes. */
export function withBytes(record: Loose, bytesOf: ToBytes): Loose {
  const made: Loose = { ...record };
  if (Array.isArray(record['parts'])) made['parts'] = partsOf(record['parts'], bytesOf);
  if (Array.isArray(record['fields'])) made['fields'] = record['fields'].map(bytesOf);
  if (Array.isArray(record['commands'])) {
    if (record.kind === 'keyJournal') made['key'] = bytesOf(record['key'] as WritableString);
    made['commands'] = record['commands'].map((argv) => items<WritableString>(argv).map(bytesOf));
  }
  if (record['job'] !== undefined) made['job'] = bytesOf(record['job'] as WritableString);
  return made;
}

/** The first number of a value type that says that fields may have times. */
const TIMED_HASH = 24;

const TYPES: ReadonlySet<string> = /* @__PURE__ */ new Set<KeyType>([
  'string',
  'list',
  'set',
  'zset',
  'hash',
  'stream',
  'array',
  'gcra',
  'module',
  'cron',
  'json',
  'sbf',
]);

export function frameOf(record: Loose, copied: boolean, bytesOf: ToBytes): ScanFrame {
  if (!TYPES.has(record.type)) throw invalid(`no key has the type ${String(record.type)}`);
  const key = bytesOf(record['key'] as WritableString);
  const {
    db = 0,
    idle,
    freq,
    typeId,
    valueStart,
  } = record as { [name: string]: unknown } & {
    db?: number;
    idle?: number;
    freq?: number;
    typeId?: number;
    valueStart?: number;
  };
  const at = (record['exact'] as Record<string, bigint> | undefined)?.['expiresAt'] ?? record['expiresAt'];
  if (!(Number.isInteger(db) && db >= 0 && db <= 0xffffffff))
    throw invalid(`expected the number of a database, found ${String(db)}`);
  if (idle !== undefined && !(Number.isSafeInteger(idle) && idle >= 0))
    throw invalid(`idle must be seconds, found ${String(idle)}`);
  if (freq !== undefined && !(Number.isInteger(freq) && freq >= 0 && freq <= 255)) {
    throw invalid(`freq must be 0 to 255, found ${String(freq)}`);
  }
  const meta = record['meta'] as KeyMeta<WritableString>[] | undefined;
  return {
    offset: (record['offset'] as number | undefined) ?? 0,
    db,
    bytes: copied ? key.slice() : key,
    start: 0,
    end: key.length,
    typeId: isTimed(record) ? Math.max(typeId ?? 0, TIMED_HASH) : (typeId ?? -1),
    type: record.type,
    encoding: (record['encoding'] as ScanFrame['encoding'] | undefined) ?? 'raw',
    expiresAt: at === undefined ? undefined : whole(at as WritableNumber, 'the time of a key'),
    idle,
    freq,
    meta: meta?.map((one) => ({ ...one, parts: partsOf(one.parts, bytesOf) })),
    valueStart: valueStart ?? 0,
    stored: valueStart === undefined ? 'nothing' : valueStart === 0 ? 'value' : 'record',
  };
}

/** A hash in memory some of whose fields have times, whatever its type says. */
function isTimed({ type, value }: Loose): boolean {
  return type === 'hash' && Array.isArray(value) && value.some((item) => item?.expiresAt !== undefined);
}
