import { latin1 } from '../bytes/index.ts';
import { parseInt64 } from './numbers/integer.ts';

/**
 * The command at hand: its name (0) and its arguments, as places in `bytes`, which are lent while it runs and lie in no
 * heap. One object, given another command each time.
 */
export class Args {
  bytes: Uint8Array = new Uint8Array(0);
  /** Argument i is from `spans[2 * i]` to `spans[2 * i + 1]`. */
  spans: Int32Array = new Int32Array(0);
  /** How many there are, the name counted. */
  count = 0;

  start(i: number): number {
    return this.spans[2 * i]!;
  }

  end(i: number): number {
    return this.spans[2 * i + 1]!;
  }

  length(i: number): number {
    return this.spans[2 * i + 1]! - this.spans[2 * i]!;
  }

  /** Whether an argument is a keyword, in any case. @param word uppercase */
  is(i: number, word: string): boolean {
    const { bytes, spans } = this;
    const start = spans[2 * i]!;
    if (spans[2 * i + 1]! - start !== word.length) return false;
    for (let at = 0; at < word.length; at++) {
      const byte = bytes[start + at]!;
      if (word.charCodeAt(at) !== (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)) return false;
    }
    return true;
  }

  /** An integer of 64 bits, a Number where that is exact; undefined for what is none. */
  int(i: number): number | bigint | undefined {
    return parseInt64(this.bytes, this.spans[2 * i]!, this.spans[2 * i + 1]!);
  }

  /** A copy of an argument. */
  copy(i: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(this.start(i), this.end(i)) as Uint8Array<ArrayBuffer>;
  }

  /** An argument as text with a character for each byte. */
  text(i: number): string {
    return latin1(this.bytes, this.start(i), this.end(i));
  }
}
