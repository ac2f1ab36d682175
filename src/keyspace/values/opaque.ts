import { ascii } from '../../bytes/index.ts';
import { decodeDump, moduleId, type ScanFrame } from '../../rdb/index.ts';
import { ByteMap, type Heap } from '../memory/index.ts';
import { OPAQUE, Unknowable, type Value } from '../types.ts';
import { EntryBuilder, EVERY, FIRST, Journal, LAST } from './journal.ts';
import { type KeyJournal, tiedJournal } from './tied.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Whose commands a key takes: their names begin so. */
const FAMILIES: Readonly<Record<string, string>> = {
  'ReJSON-RL': 'JSON',
  'MBbloom--': 'BF',
  MBbloomCF: 'CF',
  'CMSk-TYPE': 'CMS',
  'TopK-TYPE': 'TOPK',
  'TDIS-TYPE': 'TDIGEST',
  'TSDB-TYPE': 'TS',
  vectorset: 'V',
};

/** In place of the first argument of an entry: the key goes on from a payload. */
const RESTORE: Bytes = /* @__PURE__ */ ascii('RESTORE');

const entry = /* @__PURE__ */ new EntryBuilder();

/** Where a key is in the end: see `nameTied`. */
export interface Place {
  db: number;
  key: Bytes;
  expiry: number | bigint | undefined;
}

/**
 * A key of a module, of which only the commands that made it are known, perhaps from a payload on. Keys that commands tie
 * together share one journal.
 */
export class OpaqueValue implements Value {
  readonly type: number = OPAQUE;
  /** What the names of its commands begin with; undefined where that is not known. */
  readonly family: string | undefined;
  /** Elements of a vector set, where all of them are known: it goes with the last one. */
  elements: ByteMap | undefined;
  /** It may be gone by now. */
  unsure = false;
  /** It is gone, and others depend on what it was. */
  dead = false;
  /** It had this time, and only the module knows whether it still has. */
  formerTime: number | bigint | undefined;
  /** Its number in the journal. */
  number = 0;
  /** Where it is, while journals are written. */
  place: Place | undefined;
  journal: Journal<OpaqueValue>;
  readonly #heap: Heap;

  constructor(heap: Heap, family: string | undefined) {
    this.#heap = heap;
    this.family = family;
    this.journal = new Journal(heap);
    this.journal.keys.push(this);
    if (family === 'V') this.elements = new ByteMap(heap);
  }

  /** A value that an RDB held. @param payload as DUMP gives it */
  static ofPayload(heap: Heap, payload: Bytes): OpaqueValue {
    const value = new OpaqueValue(heap, familyOf(payload));
    value.elements = undefined;
    entry.begin();
    entry.text(RESTORE, 0, RESTORE.length);
    entry.key(0);
    entry.word('0');
    entry.text(payload, 0, payload.length);
    entry.finish(FIRST);
    value.journal.append(entry);
    return value;
  }

  get tied(): boolean {
    return this.journal.keys.length > 1;
  }

  /** Adds a command. @param part gives the value whose key an argument names */
  append(
    bytes: Uint8Array,
    spans: Int32Array,
    arguments_: readonly number[],
    values: readonly (OpaqueValue | undefined)[],
    writes: number,
  ): void {
    entry.begin();
    arguments_.forEach((i, at) => {
      const value = values[at];
      if (value !== undefined) entry.key(value.number);
      else entry.text(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    });
    entry.finish(writes);
    this.journal.append(entry);
  }

  /** Adds a command that stands as it came, with this key as its first argument. */
  add(bytes: Uint8Array, spans: Int32Array, count: number): void {
    entry.begin();
    for (let i = 0; i < count; i++) {
      if (i === 1) entry.key(this.number);
      else entry.text(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    }
    entry.finish(FIRST);
    this.journal.append(entry);
  }

  /** From now on both share a journal. */
  tie(other: OpaqueValue): void {
    if (this.journal === other.journal) return;
    const mine = this.journal.size >= other.journal.size;
    const kept = mine ? this.journal : other.journal;
    const taken = mine ? other.journal : this.journal;
    const moved = [...taken.keys];
    const shift = kept.absorb(taken);
    for (const value of moved) {
      value.journal = kept;
      value.number += shift;
    }
  }

  /** Everything so far does not count any more; what is tied stays. */
  restart(): void {
    if (!this.tied) this.journal.clear();
  }

  /** What it begins with, and the commands behind that, with names in their places; undefined where another key has them. */
  shown(key: Bytes): KeyJournal | undefined {
    return tiedJournal(this, key);
  }

  /** @throws Unknowable where what a command asks for depends on the module */
  ask(what: 'existence' | 'time'): void {
    if (this.unsure) throw new Unknowable('depends on whether a key of a module is still there');
    if (what === 'time' && this.formerTime !== undefined) {
      throw new Unknowable('depends on whether a key of a module still has its time');
    }
  }

  /** Its time is known again. */
  settle(): void {
    this.formerTime = undefined;
  }

  clone(): OpaqueValue {
    const copy = new OpaqueValue(this.#heap, this.family);
    copy.elements = this.elements?.clone();
    copy.formerTime = this.formerTime;
    if (!this.tied) {
      this.journal.copyTo(copy.journal);
      return copy;
    }
    this.tie(copy);
    entry.begin();
    entry.word('COPY');
    entry.key(this.number);
    entry.key(copy.number);
    entry.finish(LAST);
    this.journal.append(entry);
    return copy;
  }

  free(): void {
    this.elements?.clear();
    this.dead = true;
    const { journal } = this;
    if (journal.keys.every(({ dead }) => dead)) {
      journal.clear();
      return;
    }
    entry.begin();
    entry.word('DEL');
    entry.key(this.number);
    entry.finish(EVERY);
    journal.append(entry);
  }

  describe(frame: ScanFrame): void {
    frame.type = 'module';
    frame.encoding = 'module';
    frame.typeId = 7;
  }

  show(): Iterable<void> {
    return [];
  }

  /** Whether it goes on from a series that has, or is, the target of compaction rules, which name other keys. */
  get hasRules(): boolean {
    if (this.family !== 'TS') return false;
    for (const { parts } of this.journal.entries()) {
      return parts.length === 4 && isRestore(parts[0]!) && rulesIn(parts[3] as Bytes);
    }
    return false;
  }
}

export function isRestore(part: Bytes | number): boolean {
  return typeof part !== 'number' && part.length === RESTORE.length && part.every((byte, i) => byte === RESTORE[i]);
}

/** Numbers of module types take six bits for each character, then ten for the version. */
function familyOf(payload: Bytes): string | undefined {
  if (payload.length < 10 || payload[1] !== 0x81) return undefined;
  const id = new DataView(payload.buffer, payload.byteOffset).getBigUint64(2) >> 10n;
  for (const [name, family] of Object.entries(FAMILIES)) if (moduleId(name, 0) >> 10n === id) return family;
  return undefined;
}

/** Whether a time series says that it has a source or rules (RedisTimeSeries: src/rdb.c). */
function rulesIn(payload: Bytes): boolean {
  const dump = decodeDump(payload);
  if (dump.type !== 'module') return true;
  const { version, parts } = dump.value;
  const number = (at: number): number => {
    const part = parts[at];
    return part === undefined || part.type === 'string' ? 1 : Number(part.value);
  };
  let at = 3;
  if (version >= 1) at++;
  if (version >= 2) at += 3;
  if (version >= 3) at++;
  if (version >= 2 && number(at++) !== 0) return true;
  if (version >= 8) at += 2;
  const labels = number(at++);
  return number(at + 2 * labels) !== 0;
}
