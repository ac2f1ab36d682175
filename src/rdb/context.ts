import { type ByteReader, decimalBytes, latin1, unsigned64, WORD } from '../bytes/index.ts';
import { type EntryVisitor, type PackedCodec, PackedStream, WalkState, walkPacked } from '../encodings/index.ts';
import { RedisFileError } from '../errors.ts';
import { LzfStream, lzfDecompress, MAX_EXPANSION } from '../lzf/index.ts';
import { DATA, type LevelNumber, RAW, type RdbHandler, SKIP } from './handler.ts';
import type { WarningCode } from './records.ts';

const STRING_RAW = 0;
const STRING_INT = 1;
const STRING_LZF = 2;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);
/** The least one. */
const LEAST_SCRATCH = 256;
/** A scratch buffer above this size is given back after use. */
const SCRATCH_KEPT = 4 << 20;

/** A string that has to be held, as it is no value, may have this many bytes whatever the limit. */
const LARGEST_NAME = 64 << 20;

/** Takes the bytes of a string that is too large to hold, as they come. */
interface BigTarget {
  push(bytes: Uint8Array, start: number, end: number): void;
  finish(): void;
}

/** A string that is too large to hold, while it is read. */
interface BigString {
  target: BigTarget;
  /** Stored bytes still to come. */
  left: number;
  /** Absolute offset of the first stored byte. */
  base: number;
  /** The walk through it, where it is a packed blob. */
  packed: PackedStream | undefined;
}

/** Reads one value; one instance serves all values of its layout, one after the other. */
export interface ValueReader {
  /** A value begins. */
  begin(): void;
  /**
   * Reads on until the value is complete. `NEED_MORE` may end it after any item; the next call goes on there, so every
   * item read is followed by `commit`.
   */
  run(context: ValueContext): void;
}

/** The primitives of the format over the reader, and what all value readers share. */
export class ValueContext {
  /** The file, or the unpacked blob inside it that is being read. */
  r: ByteReader;
  readonly handler: RdbHandler;
  /** Sees the strings that `string` reads: the handler, or whoever stands in for it for a while. */
  visitor: EntryVisitor;
  /** How deep the value at hand is read. */
  level: LevelNumber = DATA;
  /** Largest string, in bytes, that is held. */
  readonly limit: number;
  /** True where larger ones come in pieces, false where they are an error. */
  readonly pieces: boolean;
  /**
   * Look also at what only serves walking backwards, and at what servers would find out later: true for who gives bytes on
   * that nobody vouches for.
   */
  thorough = false;
  /** RDB 0: lengths are four bytes and strings have no special forms. */
  plain = false;
  /** Field names of hash templates, by id in decimal. */
  readonly templates: Map<string, Uint8Array<ArrayBuffer>[]> = new Map();

  /** The string that `contiguous` read lies here. */
  bytes: Uint8Array;
  start = 0;
  end = 0;

  #kind = STRING_RAW;
  #size = 0;
  #stored = 0;
  #int = 0;
  /** Made when it is needed: a scanner may serve for a few bytes only, and there may be millions. */
  #scratch: Uint8Array<ArrayBuffer> = EMPTY;
  readonly #reuse: boolean;
  readonly #state = new WalkState();
  #big: BigString | undefined;
  readonly #warned = new Set<WarningCode>();

  /** @param reuse the handler lets go of lent bytes, so that one scratch buffer may serve for all */
  constructor(r: ByteReader, handler: RdbHandler, limit: number, pieces: boolean, reuse: boolean) {
    this.r = r;
    this.handler = handler;
    this.visitor = handler;
    this.limit = limit;
    this.pieces = pieces;
    this.bytes = r.bytes;
    this.#reuse = reuse;
  }

  /** True where values are shown to the handler. */
  get shown(): boolean {
    return this.level > RAW;
  }

  /** A value begins. */
  beginValue(): void {
    // A Set that is empty takes 100 ns to clear all the same.
    if (this.#warned.size > 0) this.#warned.clear();
  }

  /** Warns once for each code in one value: a small file could hold millions of odd items. */
  warn(code: WarningCode, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.handler.warning(code, message, this.r.base + this.r.mark);
  }

  fail(code: RedisFileError['code'], message: string): RedisFileError {
    return new RedisFileError(code, message, { offset: this.r.base + this.r.mark });
  }

  /** A length or count (redis: src/rdb.c, rdbLoadLenByRef), as a Number. */
  length(): number {
    const r = this.r;
    if (this.plain) return r.u32be();
    const first = r.u8();
    if (first < 0x40) return first;
    if (first < 0x80) {
      const low = r.u8();
      return ((first & 0x3f) << 8) | low;
    }
    if (first === 0x80) return r.u32be();
    if (first === 0x81) {
      const hi = r.u32be();
      const lo = r.u32be();
      if (hi < 0x200000) return hi * WORD + lo;
      throw this.fail('BAD_LENGTH', `a length of ${unsigned64(hi, lo)}, more than any file can hold`);
    }
    throw this.fail(
      'BAD_LENGTH',
      `expected a length, found byte ${first.toString(16).padStart(2, '0')}, which begins none`,
    );
  }

  /** A LEN that holds a number of 64 bits: a Number where it is exact, else a bigint. */
  length64(): number | bigint {
    const r = this.r;
    r.need(1);
    if (r.bytes[r.pos] !== 0x81 || this.plain) return this.length();
    r.pos++;
    const hi = r.u32be();
    return unsigned64(hi, r.u32be());
  }

  /** Reads the head of a string; `#stored` bytes follow it in the file, `#size` is its length. */
  #head(): void {
    const r = this.r;
    const first = r.u8();
    if (first < 0xc0 || this.plain) {
      r.pos--;
      this.#kind = STRING_RAW;
      this.#size = this.#stored = this.length();
      return;
    }
    this.#stored = 0;
    this.#kind = STRING_INT;
    switch (first) {
      case 0xc0:
        this.#int = (r.u8() << 24) >> 24;
        break;
      case 0xc1:
        this.#int = (r.u16le() << 16) >> 16;
        break;
      case 0xc2:
        this.#int = r.i32le();
        break;
      case 0xc3:
        this.#kind = STRING_LZF;
        this.#stored = this.length();
        this.#size = this.length();
        break;
      default:
        throw this.fail('BAD_STRING', `expected a string, found byte ${first.toString(16)}, which begins none`);
    }
  }

  /** The encoding that the string at the reader's position is stored in; reads nothing. */
  peekEncoding(): 'raw' | 'int' | 'lzf' {
    const r = this.r;
    r.need(1);
    const first = r.bytes[r.pos]!;
    if (first < 0xc0 || this.plain) return 'raw';
    return first === 0xc3 ? 'lzf' : 'int';
  }

  /** Reads the next string and shows it to the visitor, or passes over it, as the level says. */
  string(): void {
    if (this.#big !== undefined) {
      this.#continueBig(this.#big);
      return;
    }
    this.#head();
    if (this.level <= RAW) {
      this.r.skip(this.#stored);
    } else if (this.#kind === STRING_INT) {
      this.visitor.integer(this.#int);
    } else if (this.#size > this.limit) {
      if (!this.pieces) throw this.tooLarge(this.#size);
      const { visitor } = this;
      visitor.bigBegin(this.#size);
      const target: BigTarget = {
        push: (bytes, start, end) => visitor.bigBytes(bytes, start, end),
        finish: () => visitor.bigEnd(),
      };
      this.#beginBig(target, undefined);
    } else {
      this.#load();
      this.visitor.bytes(this.bytes, this.start, this.end);
    }
  }

  /** The string that was just read has no bytes. */
  get emptyString(): boolean {
    return this.#kind !== STRING_INT && this.#size === 0;
  }

  /** Reads the next string, which is a packed blob, and shows its entries to `visitor`. */
  packed(codec: PackedCodec, visitor: EntryVisitor): void {
    if (this.#big !== undefined) {
      this.#continueBig(this.#big);
      return;
    }
    if (this.level < DATA) {
      if (this.shown) this.handler.blob(codec.name as 'listpack');
      this.string();
      return;
    }
    this.#head();
    if (this.#kind === STRING_INT) throw this.fail(codec.code, `expected a ${codec.name}, found an integer`);
    if (this.#size > this.limit) {
      if (!this.pieces) throw this.tooLarge(this.#size);
      const packed = new PackedStream(codec, this.#size, visitor, this.limit, this.#reuse);
      packed.state.thorough = this.thorough;
      this.#beginBig(packed, packed);
      return;
    }
    const base = this.r.offset;
    this.#load();
    this.#state.thorough = this.thorough;
    try {
      walkPacked(codec, this.bytes, this.start, this.end, visitor, this.#state);
    } catch (error) {
      throw this.#locate(error, base);
    }
    this.#checkWalk(codec, this.#state);
  }

  /** Makes the next string lie in `bytes` from `start` to `end`, whatever the level. */
  contiguous(most: number = Math.max(this.limit, LARGEST_NAME)): void {
    this.#head();
    if (this.#kind === STRING_INT) {
      this.bytes = decimalBytes(this.#int);
      this.start = 0;
      this.end = this.bytes.length;
      return;
    }
    if (this.#size > most) throw this.tooLarge(this.#size, most);
    this.#load();
  }

  /** The next string as bytes of its own. */
  owned(): Uint8Array<ArrayBuffer> {
    this.contiguous();
    return this.bytes.slice(this.start, this.end);
  }

  /** The same of source code: it never comes in pieces, so that only who wants no pieces is kept to the limit. */
  ownedCode(): Uint8Array<ArrayBuffer> {
    this.contiguous(this.pieces ? undefined : this.limit);
    return this.bytes.slice(this.start, this.end);
  }

  /** The next string, which must be text of an integer. */
  integerText(): number {
    this.contiguous();
    const text = latin1(this.bytes, this.start, this.end);
    const value = Number(text);
    if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
      throw this.fail('BAD_STRING', `expected an integer, found ${JSON.stringify(text.slice(0, 40))}`);
    }
    return value;
  }

  /** @param most the limit, where it is that of names */
  tooLarge(size: number, most: number = this.limit): RedisFileError {
    if (most > this.limit)
      return this.fail(
        'LIMIT_EXCEEDED',
        `a name, or the source of a function, of ${size} bytes; at most ${most} are held`,
      );
    return this.fail(
      'LIMIT_EXCEEDED',
      `${size} bytes in one piece, more than maxValueBytes (${this.limit}) allows` +
        (this.pieces ? '' : "; raise it, or read with large: 'pieces'"),
    );
  }

  /** The bytes of the string whose head was read. */
  #load(): void {
    const r = this.r;
    const stored = this.#stored;
    if (this.#kind === STRING_LZF) this.#checkExpansion();
    r.need(stored);
    const from = r.pos;
    r.pos += stored;
    if (this.#kind === STRING_RAW) {
      this.bytes = r.bytes;
      this.start = from;
      this.end = r.pos;
      return;
    }
    const into = this.#room(this.#size);
    try {
      lzfDecompress(r.bytes, from, r.pos, into, this.#size);
    } catch (error) {
      // Its offsets count in the chunk, so that of its first byte makes them absolute.
      if (RedisFileError.is(error)) error.offset = r.base + (error.offset ?? from);
      throw error;
    }
    this.bytes = into;
    this.start = 0;
    this.end = this.#size;
  }

  #checkExpansion(): void {
    if (this.#size > this.#stored * MAX_EXPANSION) {
      throw this.fail(
        'LZF_CORRUPT',
        `corrupt LZF block: ${this.#stored} bytes cannot hold the announced ${this.#size}`,
      );
    }
  }

  #room(size: number): Uint8Array<ArrayBuffer> {
    if (!this.#reuse) return new Uint8Array(size);
    if (size <= this.#scratch.length && this.#scratch.length <= Math.max(SCRATCH_KEPT, size)) return this.#scratch;
    const room = new Uint8Array(
      Math.min(Math.max(size, 2 * this.#scratch.length, LEAST_SCRATCH), Math.max(size, SCRATCH_KEPT)),
    );
    this.#scratch = room;
    return room;
  }

  /** The string whose head was read is too large to hold: it goes to `target` as it comes. */
  #beginBig(target: BigTarget, packed: PackedStream | undefined): void {
    const size = this.#size;
    let first = target;
    if (this.#kind === STRING_LZF) {
      this.#checkExpansion();
      const block = new LzfStream(size, (bytes, start, end) => target.push(bytes, start, end));
      first = {
        push: (bytes, start, end) => block.push(bytes, start, end),
        finish: () => {
          block.finish();
          target.finish();
        },
      };
    }
    this.#big = { target: first, left: this.#stored, base: this.r.offset, packed };
    this.r.commit();
    this.#continueBig(this.#big);
  }

  #continueBig(big: BigString): void {
    const r = this.r;
    if (this.level <= RAW) {
      this.#big = undefined;
      r.skip(big.left);
      return;
    }
    try {
      while (big.left > 0) {
        const count = r.available(big.left);
        big.target.push(r.bytes, r.pos, r.pos + count);
        r.pos += count;
        r.commit();
        big.left -= count;
      }
      big.target.finish();
    } catch (error) {
      if (RedisFileError.is(error)) {
        error.offset = error.code === 'LZF_CORRUPT' ? big.base + (error.offset ?? 0) : r.offset;
      }
      throw error;
    }
    this.#big = undefined;
    if (big.packed !== undefined) this.#checkWalk(big.packed.codec, big.packed.state);
  }

  #checkWalk(codec: PackedCodec, state: WalkState): void {
    if (state.announced >= 0 && state.announced !== state.count) {
      const message = `a ${codec.name} of ${state.count} entries, its header says ${state.announced}`;
      // Servers refuse such ziplists and zipmaps, and end when they give out such a listpack.
      this.refuse('COUNT_MISMATCH', codec.code, message);
    }
    if (state.disorder) this.warn('DISORDER', `an ${codec.name} that is not strictly ascending`);
  }

  /** Makes the offset of an error inside a blob absolute. */
  #locate(error: unknown, base: number): unknown {
    if (!RedisFileError.is(error)) return error;
    if (error.offset === undefined) error.offset = base;
    else if (this.bytes === this.r.bytes) error.offset += this.r.base;
    else {
      error.message += ` (byte ${error.offset} of the unpacked LZF string)`;
      error.offset = base;
    }
    return error;
  }

  /** What servers refuse to load, or end at once it is used: an error where that is asked for, and odd elsewhere. */
  refuse(warning: WarningCode, code: RedisFileError['code'], message: string): void {
    if (this.thorough) throw this.fail(code, message);
    this.warn(warning, message);
  }

  /** Forgets a value that was cut off. */
  abandon(): void {
    this.level = SKIP;
    this.visitor = this.handler;
  }
}
