import { ascii, grown } from '../../bytes/index.ts';
import { copyBytes, type Heap } from '../memory/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Blocks of commands are filled up to this size; a larger command has a block of its own. */
const BLOCK = 1 << 16;

/** An entry begins with its size, which keys it changes, and the number of its arguments. */
const HEAD = 12;

/** Which of its keys an entry changes; from the others it only takes. */
export const FIRST = 0;
export const LAST = 1;
export const EVERY = 2;

/** The name of an entry `RESTORE key 0 payload`: what a key goes on from. */
const RESTORE: Bytes = /* @__PURE__ */ ascii('RESTORE');

/** An argument: bytes, or the number of a key of the journal. */
export type Part = Bytes | number;

export interface Entry {
  writes: number;
  parts: Part[];
}

/** The payload that a key goes on from, where that is what an entry says. */
export function payloadOf({ parts }: Entry): Bytes | undefined {
  const [name, , , payload] = parts;
  if (parts.length !== 4 || typeof name === 'number' || name!.length !== RESTORE.length) return undefined;
  return name!.every((byte, i) => byte === RESTORE[i]) ? (payload as Bytes) : undefined;
}

/** Makes an entry: its arguments one after the other, then it is appended to a journal. */
export class EntryBuilder {
  bytes: Bytes = new Uint8Array(1024);
  length: number = HEAD;
  #count = 0;
  #view: DataView;

  constructor() {
    this.#view = new DataView(this.bytes.buffer);
  }

  begin(): void {
    this.length = HEAD;
    this.#count = 0;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    this.bytes = grown(this.bytes, this.length + more);
    this.#view = new DataView(this.bytes.buffer);
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(4 + end - start);
    this.#view.setInt32(this.length, end - start, true);
    copyBytes(this.bytes, this.length + 4, bytes, start, end);
    this.length += 4 + end - start;
    this.#count++;
  }

  /** A word of ASCII. */
  word(word: string): void {
    this.#reserve(4 + word.length);
    this.#view.setInt32(this.length, word.length, true);
    this.length += 4;
    for (let i = 0; i < word.length; i++) this.bytes[this.length++] = word.charCodeAt(i);
    this.#count++;
  }

  /** A key, by its number in the journal. */
  key(number: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.length, -1 - number, true);
    this.length += 4;
    this.#count++;
  }

  /** The entry is complete: the first `length` bytes, until the next one begins. */
  finish(writes: number): void {
    this.#view.setInt32(0, this.length, true);
    this.#view.setInt32(4, writes, true);
    this.#view.setInt32(8, this.#count, true);
  }
}

interface Block {
  ref: number;
  used: number;
}

/**
 * Commands in their order, in the heap. Keys in them are numbers, so that a journal can be of several keys that commands
 * have tied together, whatever their names become.
 *
 * @typeParam K who holds a key
 */
export class Journal<K> {
  /** Who holds each key, by its number. */
  readonly keys: K[] = [];
  /** How many of them are still there. */
  live = 0;
  /** Who has shown it, of several keys. */
  shownBy: K | undefined;
  /** Bytes of all entries. */
  size = 0;
  readonly #heap: Heap;
  #blocks: Block[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Takes a key, which gets the next number. */
  join(key: K): void {
    this.keys.push(key);
    this.live++;
  }

  append(entry: EntryBuilder): void {
    const { length } = entry;
    const block = this.#room(length);
    const heap = this.#heap;
    copyBytes(heap.bytes(block.ref), heap.offset(block.ref) + block.used, entry.bytes, 0, length);
    block.used += length;
    this.size += length;
  }

  /** The last block, which then has room for so many bytes more. */
  #room(length: number): Block {
    const heap = this.#heap;
    const last = this.#blocks.at(-1);
    const wanted = (last?.used ?? 0) + length;
    if (last !== undefined && wanted <= heap.capacity(last.ref)) return last;
    if (last === undefined || wanted > BLOCK) {
      const block = { ref: heap.allocate(length), used: 0 };
      this.#blocks.push(block);
      return block;
    }
    // Most journals are short: their one block grows, with some room for what comes next.
    const ref = heap.allocate(Math.min(BLOCK, wanted + (wanted >> 1)));
    const from = heap.offset(last.ref);
    copyBytes(heap.bytes(ref), heap.offset(ref), heap.bytes(last.ref), from, from + last.used);
    heap.free(last.ref);
    last.ref = ref;
    return last;
  }

  /** All entries go. */
  clear(): void {
    for (const { ref } of this.#blocks) this.#heap.free(ref);
    this.#blocks = [];
    this.size = 0;
  }

  /** A copy for a journal of one key. */
  copyTo(other: Journal<K>): void {
    const heap = this.#heap;
    for (const { ref, used } of this.#blocks) {
      const copy = heap.allocate(used);
      const from = heap.offset(ref);
      copyBytes(heap.bytes(copy), heap.offset(copy), heap.bytes(ref), from, from + used);
      other.#blocks.push({ ref: copy, used });
    }
    other.size = this.size;
  }

  /**
   * Takes the keys and entries of another journal, which is then done with. Entries of journals that were apart until
   * now do not depend on each other.
   *
   * @returns what its numbers of keys went up by
   */
  absorb(other: Journal<K>): number {
    const shift = this.keys.length;
    for (const { ref, used } of other.#blocks) {
      const view = this.#heap.view(ref);
      const start = this.#heap.offset(ref);
      for (let at = start; at < start + used; at += view.getInt32(at, true)) {
        let part = at + HEAD;
        for (let left = view.getInt32(at + 8, true); left > 0; left--) {
          const length = view.getInt32(part, true);
          if (length < 0) view.setInt32(part, length - shift, true);
          part += 4 + Math.max(length, 0);
        }
      }
    }
    for (const block of other.#blocks) this.#blocks.push(block);
    this.size += other.size;
    for (const key of other.keys) this.keys.push(key);
    this.live += other.live;
    other.#blocks = [];
    return shift;
  }

  /** The entries, copied. */
  *entries(): Generator<Entry> {
    const heap = this.#heap;
    for (const { ref, used } of this.#blocks) {
      const bytes = heap.bytes(ref);
      const view = heap.view(ref);
      const start = heap.offset(ref);
      for (let at = start; at < start + used; at += view.getInt32(at, true)) {
        const parts: Part[] = [];
        let part = at + HEAD;
        for (let left = view.getInt32(at + 8, true); left > 0; left--) {
          const length = view.getInt32(part, true);
          part += 4;
          parts.push(length < 0 ? -1 - length : bytes.slice(part, part + length));
          part += Math.max(length, 0);
        }
        yield { writes: view.getInt32(at + 4, true), parts };
      }
    }
  }
}
