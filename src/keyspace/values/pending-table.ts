import { grown, signed64, unsigned64, WORD } from '../../bytes/index.ts';
import type { StreamId } from './stream-id.ts';

/** Words of an entry: four halves of the id, two of the time, two of the count, consumer. */
const WORDS = 9;
const TIME = 4;
const COUNT = 6;
const OWNER = 8;

/** Entries of a node: few in a small group, 4.5 KB in a large one. */
const FEWEST = 4;
const MOST = 128;

interface Node {
  words: Uint32Array<ArrayBuffer>;
  count: number;
}

/**
 * Pending entries of a group by their ids, 36 bytes each, as there may be millions: nodes of sorted entries. One of them is
 * at hand, after `find`, `seek`, `next` or `insert`.
 */
export class PendingTable {
  size = 0;
  #nodes: Node[] = [];
  #node = 0;
  #at = 0;

  /** Goes to the first entry with an id that is not below this one. @returns false where there is none */
  seek(id: StreamId): boolean {
    const nodes = this.#nodes;
    let low = 0;
    let high = nodes.length - 1;
    // Most come behind all others.
    if (high >= 0 && compare(nodes[high]!.words, (nodes[high]!.count - 1) * WORDS, id) < 0) {
      this.#node = high;
      this.#at = nodes[high]!.count * WORDS;
      return false;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { words, count } = nodes[middle]!;
      if (compare(words, (count - 1) * WORDS, id) < 0) low = middle + 1;
      else high = middle;
    }
    this.#node = low;
    this.#at = 0;
    if (low >= nodes.length) return false;
    const { words, count } = nodes[low]!;
    let first = 0;
    let last = count - 1;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (compare(words, middle * WORDS, id) < 0) first = middle + 1;
      else last = middle;
    }
    this.#at = first * WORDS;
    return true;
  }

  find(id: StreamId): boolean {
    return this.seek(id) && compare(this.#nodes[this.#node]!.words, this.#at, id) === 0;
  }

  /** Goes to the first entry. */
  begin(): boolean {
    this.#node = this.#at = 0;
    return this.size > 0;
  }

  /** Goes to the entry behind the one at hand. */
  next(): boolean {
    this.#at += WORDS;
    return this.#settle();
  }

  #settle(): boolean {
    const node = this.#nodes[this.#node];
    if (node === undefined) return false;
    if (this.#at < node.count * WORDS) return true;
    this.#node++;
    this.#at = 0;
    return this.#node < this.#nodes.length;
  }

  /** Adds an entry, which is then at hand. To be called after `find` has not found it. */
  insert({ msHi, msLo, seqHi, seqLo }: StreamId, time: number | bigint, count: number | bigint, owner: number): void {
    const node = this.#room();
    const { words } = node;
    const at = this.#at;
    words.copyWithin(at + WORDS, at, node.count * WORDS);
    node.count++;
    this.size++;
    words[at] = msHi;
    words[at + 1] = msLo;
    words[at + 2] = seqHi;
    words[at + 3] = seqLo;
    this.time = time;
    this.count = count;
    this.owner = owner;
  }

  /** The node at hand, with room for one more. */
  #room(): Node {
    const nodes = this.#nodes;
    let node = nodes[this.#node];
    if (node === undefined) {
      node = { words: new Uint32Array(FEWEST * WORDS), count: 0 };
      nodes.push(node);
      return node;
    }
    if (node.count * WORDS < node.words.length) return node;
    if (node.count < MOST) {
      node.words = grown(node.words);
      return node;
    }
    // At the end a new node begins, else half of the entries go to one.
    const appends = this.#at === node.count * WORDS && this.#node === nodes.length - 1;
    const kept = appends ? MOST : MOST / 2;
    const words = new Uint32Array(MOST * WORDS);
    words.set(node.words.subarray(kept * WORDS, node.count * WORDS));
    const other = { words, count: node.count - kept };
    node.count = kept;
    nodes.splice(this.#node + 1, 0, other);
    if (this.#at < kept * WORDS || (this.#at === kept * WORDS && !appends)) return node;
    this.#node++;
    this.#at -= kept * WORDS;
    return other;
  }

  /** Removes the entry at hand. @returns whether there is one behind it, which is then at hand */
  remove(): boolean {
    const node = this.#nodes[this.#node]!;
    node.words.copyWithin(this.#at, this.#at + WORDS, node.count * WORDS);
    this.size--;
    if (--node.count === 0) {
      this.#nodes.splice(this.#node, 1);
      this.#at = 0;
    }
    return this.#settle();
  }

  /** Reads the id of the entry at hand. */
  id(into: StreamId): StreamId {
    const { words } = this.#nodes[this.#node]!;
    const at = this.#at;
    return into.set(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }

  /** Unix ms of the last delivery. */
  get time(): number | bigint {
    const { words } = this.#nodes[this.#node]!;
    return signed64(words[this.#at + TIME]!, words[this.#at + TIME + 1]!);
  }

  set time(time: number | bigint) {
    this.#write(TIME, time);
  }

  get timeHigh(): number {
    return this.#nodes[this.#node]!.words[this.#at + TIME]!;
  }

  get timeLow(): number {
    return this.#nodes[this.#node]!.words[this.#at + TIME + 1]!;
  }

  /** How often it was delivered: without a sign, also beyond what commands can say (redis: src/stream.h, streamNACK). */
  get count(): number | bigint {
    const { words } = this.#nodes[this.#node]!;
    return unsigned64(words[this.#at + COUNT]!, words[this.#at + COUNT + 1]!);
  }

  set count(count: number | bigint) {
    this.#write(COUNT, count);
  }

  /** Number of the consumer. */
  get owner(): number {
    return this.#nodes[this.#node]!.words[this.#at + OWNER]!;
  }

  set owner(owner: number) {
    this.#nodes[this.#node]!.words[this.#at + OWNER] = owner;
  }

  #write(part: number, value: number | bigint): void {
    const { words } = this.#nodes[this.#node]!;
    const at = this.#at + part;
    if (typeof value === 'number') {
      words[at] = Math.floor(value / WORD);
      words[at + 1] = value >>> 0;
    } else {
      words[at] = Number(BigInt.asUintN(32, value >> 32n));
      words[at + 1] = Number(BigInt.asUintN(32, value));
    }
  }

  clone(): PendingTable {
    const copy = new PendingTable();
    copy.size = this.size;
    copy.#nodes = this.#nodes.map(({ words, count }) => ({ words: words.slice(), count }));
    return copy;
  }
}

function compare(words: Uint32Array, at: number, id: StreamId): number {
  return words[at]! - id.msHi || words[at + 1]! - id.msLo || words[at + 2]! - id.seqHi || words[at + 3]! - id.seqLo;
}
