import { grown, signed64, unsigned64, WORD } from '../bytes/index.ts';

const MASK = 0xffffffffn;

/** Text of a stream id from the unsigned halves of its two numbers. */
export function streamId(msHi: number, msLo: number, seqHi: number, seqLo: number): string {
  return `${unsigned64(msHi, msLo)}-${unsigned64(seqHi, seqLo)}`;
}

/** The unsigned halves of the two numbers of a stream id. */
export type IdHalves = [msHi: number, msLo: number, seqHi: number, seqLo: number];

/** Those of an id in text. */
export function idHalves(id: string): IdHalves {
  const dash = id.indexOf('-');
  const ms = Number(id.slice(0, dash));
  const seq = Number(id.slice(dash + 1));
  if (Number.isSafeInteger(ms) && Number.isSafeInteger(seq)) {
    return [Math.floor(ms / WORD), ms >>> 0, Math.floor(seq / WORD), seq >>> 0];
  }
  const [wideMs, wideSeq] = [BigInt(id.slice(0, dash)), BigInt(id.slice(dash + 1))];
  return [Number(wideMs >> 32n), Number(wideMs & MASK), Number(wideSeq >> 32n), Number(wideSeq & MASK)];
}

/** Below zero where `a` stands before `b`. */
export function compareIds(a: string, b: string): number {
  return compareHalves(idHalves(a), idHalves(b));
}

/** The same of ids by their halves. */
export function compareHalves(x: IdHalves, y: IdHalves): number {
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || x[3] - y[3];
}

/** Words per entry: four halves of the id, two of the time, count, consumer. */
const WORDS = 8;
const UNOWNED = 0xffffffff;

/**
 * The pending entries of a consumer group in 32 bytes each, as there may be millions: the file lists them all, then
 * by consumer.
 */
export class PendingList {
  length = 0;
  #words = new Uint32Array(16 * WORDS);
  /** Delivery counts beyond 32 bits, which no server reaches. */
  #largeCounts: Map<number, number | bigint> | undefined;

  add(
    msHi: number,
    msLo: number,
    seqHi: number,
    seqLo: number,
    timeHi: number,
    timeLo: number,
    count: number | bigint,
  ): void {
    const at = this.length * WORDS;
    if (at === this.#words.length) this.#words = grown(this.#words);
    const words = this.#words;
    words[at] = msHi;
    words[at + 1] = msLo;
    words[at + 2] = seqHi;
    words[at + 3] = seqLo;
    words[at + 4] = timeHi;
    words[at + 5] = timeLo;
    if (count > 0xffffffff) {
      this.#largeCounts ??= new Map();
      this.#largeCounts.set(this.length, count);
    }
    words[at + 6] = Number(count);
    words[at + 7] = UNOWNED;
    this.length++;
  }

  id(i: number): string {
    const at = i * WORDS;
    const words = this.#words;
    return streamId(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }

  /** One of the four halves of the id, counted from the highest. */
  half(i: number, which: 0 | 1 | 2 | 3): number {
    return this.#words[i * WORDS + which]!;
  }

  /** Unix time in ms of the last delivery. */
  time(i: number): number | bigint {
    const at = i * WORDS;
    return signed64(this.#words[at + 4]!, this.#words[at + 5]!);
  }

  count(i: number): number | bigint {
    return this.#largeCounts?.get(i) ?? this.#words[i * WORDS + 6]!;
  }

  /** Number of the consumer that owns the entry, or -1. */
  consumer(i: number): number {
    return this.#words[i * WORDS + 7]! | 0;
  }

  /** Gives the entry to a consumer; false where no such id is pending. Ids are ascending, so the search is binary. */
  own(msHi: number, msLo: number, seqHi: number, seqLo: number, consumer: number): boolean {
    const at = this.#find(msHi, msLo, seqHi, seqLo);
    if (at < 0) return false;
    this.#words[at * WORDS + 7] = consumer;
    return true;
  }

  /** A consumer has the entry already. */
  isOwned(msHi: number, msLo: number, seqHi: number, seqLo: number): boolean {
    const at = this.#find(msHi, msLo, seqHi, seqLo);
    return at >= 0 && this.consumer(at) >= 0;
  }

  /** Every id is above the one before it. */
  get ascends(): boolean {
    const words = this.#words;
    for (let at = WORDS; at < this.length * WORDS; at += WORDS) {
      let i = 0;
      while (i < 3 && words[at + i] === words[at + i - WORDS]) i++;
      if (words[at + i]! <= words[at + i - WORDS]!) return false;
    }
    return true;
  }

  /** Puts the entries in the order of their ids. */
  sort(): void {
    const words = this.#words;
    const order = Array.from({ length: this.length }, (_, i) => i);
    const compare = (a: number, b: number, i = 0): number =>
      words[a * WORDS + i]! - words[b * WORDS + i]! || (i < 3 ? compare(a, b, i + 1) : 0);
    order.sort((a, b) => compare(a, b));
    const sorted = new Uint32Array(words.length);
    const counts = this.#largeCounts && new Map<number, number | bigint>();
    order.forEach((from, to) => {
      sorted.set(words.subarray(from * WORDS, (from + 1) * WORDS), to * WORDS);
      const count = this.#largeCounts?.get(from);
      if (count !== undefined) counts!.set(to, count);
    });
    this.#words = sorted;
    this.#largeCounts = counts;
  }

  has(msHi: number, msLo: number, seqHi: number, seqLo: number): boolean {
    return this.#find(msHi, msLo, seqHi, seqLo) >= 0;
  }

  #find(msHi: number, msLo: number, seqHi: number, seqLo: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = middle * WORDS;
      const words = this.#words;
      const order = words[at]! - msHi || words[at + 1]! - msLo || words[at + 2]! - seqHi || words[at + 3]! - seqLo;
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
