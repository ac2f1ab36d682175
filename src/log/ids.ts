import { grown, unsigned64 } from '../bytes/index.ts';
import { compareIds, idHalves, type PendingList, streamId } from '../rdb/index.ts';
import type { RespOutput } from '../resp/index.ts';

export { compareIds, idHalves, streamId };

/**
 * Writes a stream id, given in unsigned halves, as an argument. A second number of zero is left out, as all commands
 * that we write read it so.
 */
export function writeId(out: RespOutput, msHi: number, msLo: number, seqHi: number, seqLo: number): void {
  const ms = unsigned64(msHi, msLo);
  const seq = unsigned64(seqHi, seqLo);
  if (typeof ms === 'number' && typeof seq === 'number') out.pair(ms, seq);
  else out.text(shortId(streamId(msHi, msLo, seqHi, seqLo)));
}

/** Writes the id of a pending entry as an argument. */
export function writePendingId(out: RespOutput, pending: PendingList, i: number): void {
  writeId(out, pending.half(i, 0), pending.half(i, 1), pending.half(i, 2), pending.half(i, 3));
}

/** Whether a pending entry has the id 0-0, which no stream entry has. */
export function isPendingZero(pending: PendingList, i: number): boolean {
  return (pending.half(i, 0) | pending.half(i, 1) | pending.half(i, 2) | pending.half(i, 3)) === 0;
}

/** A stream id, given as text, in its shortest form. */
export function shortId(id: string): string {
  return id.endsWith('-0') ? id.slice(0, -2) : id;
}

/** Words per entry: four halves of its id. */
const WORDS = 4;

/** Most entries that are remembered, in 32 MB. */
const MOST = 1 << 21;

/**
 * The ids of the entries of a stream, ascending. What is above the limit pushes out the oldest half: of those it is not
 * known any more which are there.
 */
export class LiveIds {
  /** Entries in all. */
  count = 0;
  /** Entries that were pushed out. */
  #dropped = 0;
  #length = 0;
  #words = new Uint32Array(64 * WORDS);
  /** Id of the first entry in all. */
  readonly #first = new Uint32Array(4);

  clear(): void {
    this.count = this.#dropped = this.#length = 0;
  }

  add(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    if (this.#length === MOST) {
      this.#words.copyWithin(0, (MOST / 2) * WORDS);
      this.#length = MOST / 2;
      this.#dropped += MOST / 2;
    }
    const at = this.#length * WORDS;
    if (at === this.#words.length) this.#words = grown(this.#words);
    const words = this.#words;
    words[at] = msHi;
    words[at + 1] = msLo;
    words[at + 2] = seqHi;
    words[at + 3] = seqLo;
    if (this.count === 0) for (let i = 0; i < WORDS; i++) this.#first[i] = words[at + i]!;
    this.#length++;
    this.count++;
  }

  /** Whether an entry is there: `undefined` where that was forgotten. */
  has(msHi: number, msLo: number, seqHi: number, seqLo: number): boolean | undefined {
    const at = this.#search(msHi, msLo, seqHi, seqLo);
    if (at < this.#length && this.#compare(at, msHi, msLo, seqHi, seqLo) === 0) return true;
    if (at > 0 || this.#dropped === 0) return false;
    const first = this.#first;
    const beforeFirst = first[0]! - msHi || first[1]! - msLo || first[2]! - seqHi || first[3]! - seqLo;
    if (beforeFirst === 0) return true;
    return beforeFirst > 0 ? false : undefined;
  }

  /** The same for a pending entry. */
  hasPending(pending: PendingList, i: number): boolean | undefined {
    return this.has(pending.half(i, 0), pending.half(i, 1), pending.half(i, 2), pending.half(i, 3));
  }

  /** The first id as text; undefined where there is none. */
  get first(): string | undefined {
    return this.count === 0 ? undefined : idText(this.#first, 0);
  }

  /** The last id as text; undefined where there is none. */
  get last(): string | undefined {
    return this.count === 0 ? undefined : idText(this.#words, (this.#length - 1) * WORDS);
  }

  /** Number of the first remembered entry that is not before an id. */
  #search(msHi: number, msLo: number, seqHi: number, seqLo: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, msHi, msLo, seqHi, seqLo) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(entry: number, msHi: number, msLo: number, seqHi: number, seqLo: number): number {
    const at = entry * WORDS;
    const words = this.#words;
    return words[at]! - msHi || words[at + 1]! - msLo || words[at + 2]! - seqHi || words[at + 3]! - seqLo;
  }
}

function idText(words: Uint32Array, at: number): string {
  return streamId(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
}
