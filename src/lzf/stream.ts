import { copyBack, corrupt } from './decompress.ts';

/** References reach at most this far back. */
const WINDOW = 8192;
/** What is unpacked before it is handed on. */
const PIECE = 65536;
/** Longest output of one instruction. */
const LONGEST = 264;
/** Longest instruction: a literal run of 32 bytes and its control byte. */
const LONGEST_INSTRUCTION = 33;

/** Receives unpacked bytes; they are only lent until the call returns. */
export type PieceReceiver = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * Unpacks an LZF block that is too large to hold, from pieces of any size into pieces of about 64 KiB.
 *
 * State between pushes: the last 8 KiB of output stand before `#out` in `#buffer`; an instruction cut by the end
 * of a push waits in `#cut`.
 */
export class LzfStream {
  readonly #length: number;
  readonly #receive: PieceReceiver;
  #buffer = new Uint8Array(WINDOW + PIECE + LONGEST);
  #from = 0;
  #out = 0;
  #before = 0;
  #read = 0;
  #cut = new Uint8Array(2 * LONGEST_INSTRUCTION);
  #cutLength = 0;

  /** @param length the announced size in bytes of the whole output */
  constructor(length: number, receive: PieceReceiver) {
    this.#length = length;
    this.#receive = receive;
  }

  /** @throws RedisFileError `LZF_CORRUPT`, with `offset` counted from the start of the block */
  push(source: Uint8Array, start: number, end: number): void {
    let at = start;
    if (this.#cutLength > 0) {
      // Complete the cut instruction in its own little buffer, then go on in the source behind it.
      const had = this.#cutLength;
      const more = Math.min(LONGEST_INSTRUCTION, end - start);
      this.#cut.set(source.subarray(start, start + more), had);
      const done = this.#unpack(this.#cut, 0, had + more, true);
      if (done === 0) {
        this.#cutLength = had + more;
        return;
      }
      this.#cutLength = 0;
      at = start + done - had;
    }
    const done = this.#unpack(source, at, end, false);
    this.#cutLength = end - done;
    for (let i = done; i < end; i++) this.#cut[i - done] = source[i]!;
  }

  /** Hands out what is left. @throws RedisFileError `LZF_CORRUPT` where the block is not complete */
  finish(): void {
    if (this.#cutLength > 0) throw corrupt('the last instruction is cut', this.#read);
    this.#emit();
    const made = this.#before + this.#out;
    if (made !== this.#length) throw corrupt(`${made} bytes instead of the announced ${this.#length}`, this.#read);
  }

  /** Runs the instructions that lie whole in the source; returns the position behind them. */
  #unpack(source: Uint8Array, start: number, end: number, once: boolean): number {
    const target = this.#buffer;
    let at = start;
    while (at < end) {
      const control = source[at]!;
      const size = control < 0x20 ? control + 2 : control >= 0xe0 ? 3 : 2;
      if (at + size > end) break;
      let count: number;
      if (control < 0x20) {
        count = control + 1;
        for (let i = 0; i < count; i++) target[this.#out + i] = source[at + 1 + i]!;
      } else {
        count = (control >> 5) + 2 + (size === 3 ? source[at + 1]! : 0);
        const distance = ((control & 0x1f) << 8) + source[at + size - 1]! + 1;
        if (distance > this.#before + this.#out) {
          throw corrupt(`a reference ${distance} bytes back at output byte ${this.#before + this.#out}`, this.#read);
        }
        copyBack(target, this.#out, distance, count);
      }
      this.#out += count;
      at += size;
      this.#read += size;
      if (this.#before + this.#out > this.#length) {
        throw corrupt(`more than the announced ${this.#length} bytes`, this.#read);
      }
      if (this.#out >= WINDOW + PIECE) this.#emit();
      if (once) break;
    }
    return at;
  }

  /** Hands on what is new and keeps the window. */
  #emit(): void {
    if (this.#out > this.#from) this.#receive(this.#buffer, this.#from, this.#out);
    const keep = Math.min(WINDOW, this.#out);
    this.#buffer.copyWithin(0, this.#out - keep, this.#out);
    this.#before += this.#out - keep;
    this.#out = this.#from = keep;
  }
}
