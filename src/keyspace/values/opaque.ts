import type { ScanFrame } from '../../rdb/index.ts';
import { ByteMap, type Heap, Spot } from '../memory/index.ts';
import { Refusal } from '../outcome.ts';
import { OPAQUE, type Question, type Value } from '../types.ts';
import { EntryBuilder, EVERY, FIRST, Journal, LAST, payloadOf } from './journal.ts';
import { elementsIn, familyOf, hasRules } from './module-payload.ts';
import { type KeyJournal, shownJournal } from './shown-journal.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const entry: EntryBuilder = /* @__PURE__ */ new EntryBuilder();
const scratch: Spot = /* @__PURE__ */ new Spot();

/** Where a key is in the end: see `nameTied`. */
export interface Place {
  key: Bytes;
  expiry: number | bigint | undefined;
  /** It is there, and is to leave as its time is over. */
  leaves: boolean;
}

/**
 * A key of a module, of which only the commands that made it are known, perhaps from a payload on. Keys that commands tie
 * together share one journal.
 */
export class OpaqueValue implements Value {
  readonly type: number = OPAQUE;
  /** What the names of its commands begin with; undefined where that is not known. */
  readonly family: string | undefined;
  /** It may be gone by now. */
  unsure = false;
  /** Nobody knows what its commands do: it is taken to be there, and of no other type, until a command says otherwise. */
  guessed = false;
  /** It is gone, and others may depend on what it was. */
  dead = false;
  /** A document had this time before it was replaced, and only the module knows whether it still has. */
  formerTime: number | bigint | undefined;
  /** Its number in the journal. */
  number = 0;
  /** Where it is, while journals are written. */
  place: Place | undefined;
  journal: Journal<OpaqueValue>;
  readonly #heap: Heap;
  /** It goes on from a payload. */
  #payload = false;
  #rules: boolean | undefined;
  /** Elements of a vector set, where all of them are known: it goes with the last one. */
  #elements: ByteMap | undefined;

  constructor(heap: Heap, family: string | undefined) {
    this.#heap = heap;
    this.family = family;
    this.journal = new Journal(heap);
    this.journal.join(this);
    if (family === 'V') this.#elements = new ByteMap(heap);
  }

  /** A value that an RDB held. @param payload as DUMP gives it */
  static ofPayload(heap: Heap, payload: Bytes): OpaqueValue {
    const value = new OpaqueValue(heap, familyOf(payload));
    value.#elements = undefined;
    value.#payload = true;
    entry.begin();
    entry.word('RESTORE');
    entry.key(0);
    entry.word('0');
    entry.text(payload, 0, payload.length);
    entry.finish(FIRST);
    value.journal.append(entry);
    return value;
  }

  /** Whether its journal is also that of other keys. */
  get tied(): boolean {
    return this.journal.keys.length > 1;
  }

  /**
   * Adds a command of some arguments, or words.
   *
   * @param values whose keys the arguments name, at the same places; the first one is this one or shares its journal
   */
  append(
    bytes: Uint8Array,
    spans: Int32Array,
    which: readonly (number | string)[],
    values: readonly (OpaqueValue | undefined)[],
    writes: number = FIRST,
  ): void {
    entry.begin();
    which.forEach((i, at) => {
      const value = values[at];
      if (value !== undefined) entry.key(value.number);
      else if (typeof i === 'string') entry.word(i);
      else entry.text(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    });
    entry.finish(writes);
    this.journal.append(entry);
  }

  /** Adds a command as it came, with this key as its first argument, up to the argument `count`. */
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
    tied.add(this.#heap);
  }

  /** A command replaces all that it holds. */
  restart(): void {
    if (this.tied) return;
    this.journal.clear();
    this.#payload = false;
  }

  /** What it begins with, and the commands behind that; undefined where they are those of another key, too, that has them. */
  shown(key: Bytes): KeyJournal | undefined {
    return shownJournal(this, key);
  }

  /** @throws Refusal where the answer depends on the module */
  ask(what: Question): void {
    if (this.unsure || (this.guessed && what === 'free'))
      throw new Refusal('depends on whether a key of a module is still there');
    if (what === 'time' && this.formerTime !== undefined) {
      throw new Refusal('depends on whether a key of a module still has its time');
    }
  }

  settle(): void {
    this.formerTime = undefined;
  }

  /** Elements of a vector set; undefined where they are not known. */
  get elements(): ByteMap | undefined {
    if (this.#elements !== undefined || !this.#payload || this.unsure) return this.#elements;
    const payload = this.#base();
    const found = payload === undefined ? undefined : elementsIn(payload);
    if (found === undefined) return undefined;
    const elements = new ByteMap(this.#heap);
    for (const element of found) elements.put(element, 0, element.length, 0, scratch);
    this.#elements = elements;
    return elements;
  }

  /** Whether it goes on from a series with compaction rules, which name other keys. */
  get hasRules(): boolean {
    if (!this.#payload || this.family !== 'TS') return false;
    this.#rules ??= hasRules(this.#base()!);
    return this.#rules;
  }

  #base(): Bytes | undefined {
    for (const one of this.journal.entries()) {
      if (one.parts[1] === this.number && payloadOf(one) !== undefined) return payloadOf(one);
    }
    return undefined;
  }

  clone(): OpaqueValue {
    const copy = new OpaqueValue(this.#heap, this.family);
    copy.#elements?.clear();
    copy.#elements = this.#elements?.clone();
    copy.#payload = this.#payload;
    copy.formerTime = this.formerTime;
    if (!this.tied) {
      this.journal.copyTo(copy.journal);
      return copy;
    }
    // What it depends on may be gone: a server that loads the journal is to copy it at this point.
    copy.#payload = false;
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
    this.#elements?.clear();
    this.dead = true;
    const { journal } = this;
    if (--journal.live === 0) {
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
}

/** Heaps of datasets in which keys are tied. */
const tied: WeakSet<Heap> = /* @__PURE__ */ new WeakSet();

export function hasTies(heap: Heap): boolean {
  return tied.has(heap);
}
