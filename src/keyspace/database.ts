import { readU32le, writeU32le } from '../bytes/index.ts';
import { ByteMap, copyBytes, type Heap, Spot } from './memory/index.ts';
import { readInt64, writeInt64 } from './memory/int64.ts';
import type { Failure } from './outcome.ts';
import { NOTHING, OPAQUE, type Question, STRING, type Value } from './types.ts';
import type { ValueByType } from './values/by-type.ts';
import type { Values } from './values/table.ts';

/** In the first byte of a payload, beside the type: a time follows. */
const TIMED = 0x80;
const TYPE = 0x7f;

/** Bytes of a time, and of the number of a value. */
const TIME = 8;
const NUMBER = 4;

/** Unix time in ms at which a key goes: a Number, or a bigint where only that is exact. */
export type Expiry = number | bigint | undefined;

/**
 * A database: keys with what they hold and when they go. A key is named by bytes from `start` to `end`, which must not lie
 * in the heap itself.
 *
 * The payload of a key is `[type, and whether it has a time][time][bytes of a string, or number of a value]`.
 */
export class Database {
  readonly #values: Values;
  readonly #keys: ByteMap;
  readonly #spot = new Spot();

  constructor(heap: Heap, values: Values) {
    this.#values = values;
    this.#keys = new ByteMap(heap, true);
  }

  /** Number of keys. */
  get size(): number {
    return this.#keys.size;
  }

  has(bytes: Uint8Array, start: number, end: number, question: Question = 'existence'): boolean {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return false;
    if ((spot.bytes[spot.start]! & TYPE) === OPAQUE) this.#ask(spot, question);
    return true;
  }

  /** The same for a command that works only where there is no such key. */
  isTaken(bytes: Uint8Array, start: number, end: number): boolean {
    return this.has(bytes, start, end, 'free');
  }

  /** What commands of modules did may be known to the module only. */
  #ask(spot: Spot, what: Question): void {
    this.#values.get(numberOf(spot)).ask?.(what);
  }

  /** Type of what a key holds; `NOTHING` where there is no such key. */
  typeOf(bytes: Uint8Array, start: number, end: number): number {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return NOTHING;
    const type = spot.bytes[spot.start]! & TYPE;
    if (type === OPAQUE) this.#ask(spot, 'existence');
    return type;
  }

  /**
   * The string that a key holds.
   *
   * @param spot then has it from `start` to `end`
   * @returns the type of what is there: `STRING`, `NOTHING`, or another one, for which the spot says nothing
   */
  string(bytes: Uint8Array, start: number, end: number, spot: Spot): number {
    if (!this.#keys.find(bytes, start, end, spot)) return NOTHING;
    const flags = spot.bytes[spot.start]!;
    if ((flags & TYPE) === OPAQUE) this.#ask(spot, 'existence');
    spot.start += flags & TIMED ? 1 + TIME : 1;
    return flags & TYPE;
  }

  /** The value that a key holds; undefined where there is no key, or it holds a string. */
  value(bytes: Uint8Array, start: number, end: number): Value | undefined {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return undefined;
    const type = spot.bytes[spot.start]! & TYPE;
    if (type === OPAQUE) this.#ask(spot, 'existence');
    return type === STRING ? undefined : this.#values.get(numberOf(spot));
  }

  /** The value of this type that a key holds; undefined where there is no key. */
  typed<T extends keyof ValueByType>(
    bytes: Uint8Array,
    start: number,
    end: number,
    type: T,
  ): ValueByType[T] | undefined | Failure {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return undefined;
    const held = spot.bytes[spot.start]! & TYPE;
    if (held === type) return this.#values.get(numberOf(spot)) as ValueByType[T];
    if (held === OPAQUE) this.#ask(spot, 'existence');
    return 'WRONGTYPE';
  }

  /** The value of type `OPAQUE` that a key holds, for a command of a module, which does not ask whether the key is still there. */
  opaque(bytes: Uint8Array, start: number, end: number): Value | undefined {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot) || (spot.bytes[spot.start]! & TYPE) !== OPAQUE) return undefined;
    return this.#values.get(numberOf(spot));
  }

  expiry(bytes: Uint8Array, start: number, end: number): Expiry {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return undefined;
    if ((spot.bytes[spot.start]! & TYPE) === OPAQUE) this.#ask(spot, 'time');
    return expiryOf(spot);
  }

  /** Sets or takes away the time of a key that is there. */
  setExpiry(bytes: Uint8Array, start: number, end: number, expiry: Expiry): void {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return;
    const flags = spot.bytes[spot.start]!;
    if ((flags & TYPE) === OPAQUE) {
      const value = this.#values.get(numberOf(spot));
      value.ask?.('existence');
      value.settle?.();
    }
    const timed = (flags & TIMED) !== 0;
    if (timed === (expiry !== undefined)) {
      if (timed) writeInt64(spot.bytes, spot.start + 1, expiry!);
      return;
    }
    const from = spot.start + (timed ? 1 + TIME : 1);
    const rest = spot.bytes.slice(from, spot.end);
    this.#keys.put(bytes, start, end, (timed ? 1 : 1 + TIME) + rest.length, spot);
    spot.bytes.set(rest, this.#head(spot, flags & TYPE, expiry));
  }

  /** Writes the begin of a payload; returns the position behind it. */
  #head(spot: Spot, type: number, expiry: Expiry): number {
    const { bytes, start } = spot;
    if (expiry === undefined) {
      bytes[start] = type;
      return start + 1;
    }
    bytes[start] = type | TIMED;
    writeInt64(bytes, start + 1, expiry);
    return start + 1 + TIME;
  }

  /**
   * Lets a key hold a string of `length` bytes, which are to be written where `spot` then says (`start` to `end`),
   * whatever it held before.
   *
   * @param expiry its time, or undefined for none
   */
  setString(bytes: Uint8Array, start: number, end: number, length: number, expiry: Expiry, spot: Spot): void {
    const keys = this.#keys;
    const found = keys.find(bytes, start, end, spot);
    if (found) this.#dropValue(spot);
    keys.write(found, bytes, start, end, (expiry === undefined ? 1 : 1 + TIME) + length, spot);
    spot.start = this.#head(spot, STRING, expiry);
  }

  /** Lets a key hold the bytes from `from` to `to` of `text`, which may lie in the heap where they are no part of this key. */
  setText(
    bytes: Uint8Array,
    start: number,
    end: number,
    text: Uint8Array,
    from: number,
    to: number,
    expiry: Expiry,
  ): void {
    const spot = this.#spot;
    this.setString(bytes, start, end, to - from, expiry, spot);
    copyBytes(spot.bytes, spot.start, text, from, to);
  }

  /**
   * Changes the length of the string that a key holds, or makes a new one; what both lengths have stays, other bytes are to
   * be written where `spot` then says. Its time stays.
   */
  resizeString(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): void {
    const keys = this.#keys;
    if (!keys.find(bytes, start, end, spot)) {
      this.setString(bytes, start, end, length, undefined, spot);
      return;
    }
    const head = spot.bytes[spot.start]! & TIMED ? 1 + TIME : 1;
    if (spot.length !== head + length) keys.resize(bytes, start, end, head + length, spot);
    spot.start += head;
  }

  /** Lets a key hold a value, which the database then owns. */
  setValue(bytes: Uint8Array, start: number, end: number, value: Value, expiry: Expiry): void {
    const spot = this.#spot;
    const keys = this.#keys;
    const found = keys.find(bytes, start, end, spot);
    if (found) this.#dropValue(spot);
    keys.write(found, bytes, start, end, (expiry === undefined ? 1 : 1 + TIME) + NUMBER, spot);
    const at = this.#head(spot, value.type, expiry);
    const number = this.#values.add(value);
    writeU32le(spot.bytes, at, number);
  }

  #dropValue(spot: Spot): void {
    if ((spot.bytes[spot.start]! & TYPE) !== STRING) this.#values.take(numberOf(spot)).free();
  }

  /** @returns whether there was such a key */
  delete(bytes: Uint8Array, start: number, end: number): boolean {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return false;
    this.#dropValue(spot);
    return this.#keys.remove(bytes, start, end);
  }

  /** Takes a key out: its value is then the caller's. */
  take(bytes: Uint8Array, start: number, end: number): Held | undefined {
    const held = this.peek(bytes, start, end);
    if (held === undefined) return undefined;
    if (held.value !== undefined) this.#values.take(numberOf(this.#spot));
    this.#keys.remove(bytes, start, end);
    return held;
  }

  /** What a key holds; a string is copied, a value stays the database's. */
  peek(bytes: Uint8Array, start: number, end: number): Held | undefined {
    const spot = this.#spot;
    if (!this.#keys.find(bytes, start, end, spot)) return undefined;
    const flags = spot.bytes[spot.start]!;
    const expiry = expiryOf(spot);
    if ((flags & TYPE) === OPAQUE) this.#ask(spot, 'existence');
    if ((flags & TYPE) !== STRING) return { text: undefined, value: this.#values.get(numberOf(spot)), expiry };
    return { text: spot.bytes.slice(spot.start + (flags & TIMED ? 1 + TIME : 1), spot.end), value: undefined, expiry };
  }

  /** Lets a key hold what `take` gave, or a copy of what `peek` gave; what it held before goes. */
  give(bytes: Uint8Array, start: number, end: number, { text, value, expiry }: Held): void {
    if (text !== undefined) this.setText(bytes, start, end, text, 0, text.length, expiry);
    else this.setValue(bytes, start, end, value!, expiry);
  }

  /** A command is over: see `Values`. */
  settle(): void {
    this.#values.settle();
  }

  clear(): void {
    const spot = this.#spot;
    for (const name of this.#keys.names()) {
      this.#keys.look(name, spot);
      this.#dropValue(spot);
    }
    this.#keys.clear();
  }

  /** Calls `each` with all names of keys, which lie in the heap. */
  forEachKey(each: (bytes: Uint8Array, start: number, end: number) => void): void {
    const spot = this.#spot;
    for (const name of this.#keys.names()) {
      this.#keys.look(name, spot);
      each(spot.bytes, spot.keyStart, spot.start);
    }
  }

  /** A number for each key, in no order; they hold until the database changes. */
  names(): Uint32Array {
    return this.#keys.names();
  }

  /** Looks at the key that has a number. */
  look(name: number, key: KeyLook): void {
    const { spot } = key;
    this.#keys.look(name, spot);
    const flags = spot.bytes[spot.start]!;
    key.type = flags & TYPE;
    key.expiry = expiryOf(spot);
    key.setValue(this.#values, key.type === STRING ? -1 : numberOf(spot));
    key.keyEnd = spot.start;
    spot.start += flags & TIMED ? 1 + TIME : 1;
  }
}

/** What a key holds: bytes of a string, or a value. */
export interface Held {
  text: Uint8Array<ArrayBuffer> | undefined;
  value: Value | undefined;
  expiry: Expiry;
}

/** A key that is looked at: its name lies at `spot.keyStart` to `keyEnd`, its string at `spot.start` to `spot.end`. */
export class KeyLook {
  readonly spot: Spot = new Spot();
  keyEnd = 0;
  type: number = NOTHING;
  expiry: Expiry = undefined;
  #values: Values | undefined = undefined;
  #number = -1;

  /** The value, where it is no string. */
  get value(): Value | undefined {
    return this.#number < 0 ? undefined : this.#values!.get(this.#number);
  }

  /** For the database: the value by its number, fetched only where somebody looks at it. */
  setValue(values: Values, number: number): void {
    this.#values = values;
    this.#number = number;
  }
}

function numberOf({ bytes, end }: Spot): number {
  return readU32le(bytes, end - NUMBER);
}

function expiryOf({ bytes, start }: Spot): Expiry {
  return (bytes[start]! & TIMED) === 0 ? undefined : readInt64(bytes, start + 1);
}
