import { latin1 } from '../bytes/index.ts';
import { parseDouble, parseOldDouble } from './numbers/double.ts';
import { parseInt64 } from './numbers/integer.ts';
import type { Profile } from './profile.ts';

/** From here on integers are canonical; before that they are what C's strtoll takes. */
const STRICT_INTEGERS_SINCE = 302;

/**
 * From here on doubles are as long as their argument; before that their text ends at the first NUL, and nothing at all is zero.
 * That changed within 3.2 and 4.0, whose numbers say too little to tell; servers log nothing that only the later ones refuse.
 */
const STRICT_DOUBLES_SINCE = 401;

/** Whether a server reads integers with C's strtoll. */
export function readsLoosely(profile: Profile): boolean {
  return profile.release < STRICT_INTEGERS_SINCE;
}

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
  #oldIntegers = false;
  #oldDoubles = false;

  /** Numbers are read as the server does whose log it is. */
  readAs(profile: Profile): void {
    this.#oldIntegers = readsLoosely(profile);
    this.#oldDoubles = profile.release < STRICT_DOUBLES_SINCE;
  }

  start(i: number): number {
    return this.spans[2 * i]!;
  }

  end(i: number): number {
    return this.spans[2 * i + 1]!;
  }

  length(i: number): number {
    return this.spans[2 * i + 1]! - this.spans[2 * i]!;
  }

  /**
   * Whether an argument is a keyword, in any case. Servers compare keywords with C's strcasecmp, for which a text ends at its
   * first NUL.
   *
   * @param word uppercase
   */
  is(i: number, word: string): boolean {
    return this.#begins(i, word) && (this.length(i) === word.length || this.bytes[this.start(i) + word.length] === 0);
  }

  /** Whether an argument is the name of a subcommand, in any case: nothing may stand behind it. @param word uppercase */
  names(i: number, word: string): boolean {
    return this.length(i) === word.length && this.#begins(i, word);
  }

  #begins(i: number, word: string): boolean {
    const { bytes, spans } = this;
    const start = spans[2 * i]!;
    if (spans[2 * i + 1]! - start < word.length) return false;
    for (let at = 0; at < word.length; at++) {
      const byte = bytes[start + at]!;
      if (word.charCodeAt(at) !== (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)) return false;
    }
    return true;
  }

  /** An integer of 64 bits, a Number where that is exact; undefined for what is none. */
  int(i: number): number | bigint | undefined {
    return parseInt64(this.bytes, this.spans[2 * i]!, this.spans[2 * i + 1]!, this.#oldIntegers);
  }

  /** A double; undefined for what is none. */
  double(i: number): number | undefined {
    const parse = this.#oldDoubles ? parseOldDouble : parseDouble;
    return parse(this.bytes, this.spans[2 * i]!, this.spans[2 * i + 1]!);
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
