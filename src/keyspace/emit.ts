import {
  type BytesRecord,
  decodeDump,
  emptyFrame,
  parseLibraryHead,
  type RdbHandler,
  RecordShow,
  type ScanFrame,
  SKIP,
} from '../rdb/index.ts';
import { type Database, type Expiry, KeyLook } from './database.ts';
import type { Keyspace } from './keyspace.ts';
import type { Spot } from './memory/index.ts';
import { sortByBytes } from './order.ts';
import { OPAQUE, STRING } from './types.ts';
import type { OpaqueValue } from './values/opaque.ts';
import { StreamValue } from './values/stream.ts';
import type { StreamMemory } from './values/stream-group.ts';
import { nameTied } from './values/tied.ts';

/** Keys that are shown before what was made of them may leave. */
const KEYS = 256;

/** Bytes of strings likewise. */
const BYTES = 1 << 18;

export interface EmitOptions {
  /** Leaves out keys, and fields of hashes, whose time is before this one, in Unix ms. */
  dropExpired?: number | undefined;
}

/**
 * Shows a dataset to a handler in canonical order: what modules stored before the keys; functions by name; commands that
 * concern no key; databases ascending; in each the strings without a time, then those with one by their time, then
 * everything else; each of these by the bytes of the keys; what modules stored behind them. Equal datasets are shown alike.
 * It yields now and then, so that what was made of it can leave.
 */
export function* emit(keyspace: Keyspace, handler: RdbHandler, options: EmitOptions = {}): Generator<void> {
  const { modules } = keyspace;
  for (const record of modules.auxBefore()) handler.record(record);
  for (const [name, code] of [...keyspace.functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    handler.record({ kind: 'function', offset: 0, name, engine: parseLibraryHead(code)?.engine, code });
    yield;
  }
  for (const record of modules.journals()) {
    handler.record(record);
    yield;
  }
  nameTied(keyspace, options.dropExpired);
  for (const [index, database] of keyspace.databases) {
    yield* emitDatabase(index, database, handler, options, keyspace.streams);
  }
  for (const record of modules.auxAfter()) handler.record(record);
  yield;
}

function* emitDatabase(
  index: number,
  database: Database,
  handler: RdbHandler,
  { dropExpired }: EmitOptions,
  streams: StreamMemory,
): Generator<void> {
  const key = new KeyLook();
  const { plain, timed, rest } = sortKeys(database, key);
  const frame = emptyFrame();
  frame.db = index;
  let left = KEYS;
  let bytes = 0;
  for (const names of [plain, timed, rest]) {
    for (const name of names) {
      database.look(name, key);
      if (dropExpired !== undefined && key.expiry !== undefined && key.expiry < dropExpired) continue;
      if (key.type === STRING) {
        bytes += key.spot.length;
        emitString(key, frame, handler);
      } else if (key.type === OPAQUE) {
        emitOpaque(key, frame, handler);
      } else {
        const value = key.value!;
        if (value instanceof StreamValue) value.memory = streams;
        setKey(frame, key);
        value.describe(frame);
        if (handler.key(frame) !== SKIP) yield* value.show(handler);
        handler.keyEnd(0);
      }
      database.settle();
      if (--left > 0 && bytes < BYTES) continue;
      left = KEYS;
      bytes = 0;
      yield;
    }
  }
}

interface Sorted {
  plain: Uint32Array;
  timed: Uint32Array;
  rest: Uint32Array;
}

function sortKeys(database: Database, key: KeyLook): Sorted {
  const names = database.names();
  // One array for all three, as each may have any share of the keys.
  const sorted = new Uint32Array(names.length);
  let plain = 0;
  let rest = names.length;
  const timed: number[] = [];
  for (const name of names) {
    database.look(name, key);
    if (key.type !== STRING) sorted[--rest] = name;
    else if (key.expiry === undefined) sorted[plain++] = name;
    else timed.push(name);
  }
  const read = (name: number): { bytes: Uint8Array; start: number; end: number } => {
    database.look(name, key);
    span.bytes = key.spot.bytes;
    span.start = key.spot.keyStart;
    span.end = key.keyEnd;
    return span;
  };
  const span = { bytes: new Uint8Array(0) as Uint8Array, start: 0, end: 0 };
  const parts = { plain: sorted.subarray(0, plain), rest: sorted.subarray(rest) };
  sortByBytes(parts.plain, read);
  sortByBytes(parts.rest, read);
  const byKey = Uint32Array.from(timed);
  sortByBytes(byKey, read);
  return { ...parts, timed: sortByTime(byKey, database, key) };
}

/** Stable: what has the same time stays in the order of its keys. */
function sortByTime(names: Uint32Array, database: Database, key: KeyLook): Uint32Array {
  const times: Expiry[] = Array.from(names, (name) => {
    database.look(name, key);
    return key.expiry;
  });
  const order = Uint32Array.from(names.keys());
  order.sort((a, b) => {
    const first = times[a]!;
    const second = times[b]!;
    return first < second ? -1 : first > second ? 1 : a - b;
  });
  return order.map((at) => names[at]!);
}

function setKey(frame: ScanFrame, { spot, keyEnd, expiry }: KeyLook): void {
  frame.bytes = spot.bytes;
  frame.start = spot.keyStart;
  frame.end = keyEnd;
  frame.expiresAt = expiry;
}

function emitString(key: KeyLook, frame: ScanFrame, handler: RdbHandler): void {
  const { spot } = key;
  setKey(frame, key);
  frame.type = 'string';
  frame.encoding = 'raw';
  frame.typeId = 0;
  if (handler.key(frame) !== SKIP) handler.bytes(spot.bytes, spot.start, spot.end);
  handler.keyEnd(0);
}

/** A key of a module: as its value, where that is all, else as the commands that it could only be carried along by. */
function emitOpaque(key: KeyLook, frame: ScanFrame, handler: RdbHandler): void {
  const name = copyKey(key.spot, key.keyEnd);
  const journal = (key.value as OpaqueValue).shown(name);
  if (journal === undefined) return;
  const { base, commands } = journal;
  const { expiry } = key;
  const expiresAt = expiry === undefined ? undefined : Number(expiry);
  const exact = typeof expiry === 'bigint' ? { exact: { expiresAt: expiry } } : {};
  if (base !== undefined && commands.length === 0) {
    const { type, value, typeId } = decodeDump(base);
    const record = { kind: 'key', offset: 0, db: frame.db, key: name, expiresAt, type, value, typeId, ...exact };
    new RecordShow(handler, 'bytes').show(record as never);
    return;
  }
  const record = { kind: 'keyJournal', offset: 0, db: frame.db, key: name, expiresAt, commands, ...exact };
  handler.record((base === undefined ? record : { ...record, base }) as unknown as BytesRecord);
}

function copyKey({ bytes, keyStart }: Spot, end: number): Uint8Array<ArrayBuffer> {
  return bytes.slice(keyStart, end) as Uint8Array<ArrayBuffer>;
}
