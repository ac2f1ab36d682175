import { readI32le, readU32le } from '../bytes/index.ts';
import { type ErrorCode, RedisFileError } from '../errors.ts';

/**
 * Sees the entries of a packed blob, in order. The bytes are only lent until the call returns.
 */
export interface EntryVisitor {
  /** A string entry. */
  bytes(bytes: Uint8Array, start: number, end: number): void;
  /** An integer entry within the safe integers; its meaning is its decimal text. */
  integer(value: number): void;
  /** An integer entry beyond them, as signed high and any low half. */
  int64(hi: number, lo: number): void;
  /** A string entry too large to hold begins: `length` bytes, then come as `bigBytes`, then `bigEnd`. */
  bigBegin(length: number): void;
  bigBytes(bytes: Uint8Array, start: number, end: number): void;
  bigEnd(): void;
}

/** Sees the entries of a blob that is held whole, so that none is too large. */
export type WholeEntryVisitor = Pick<EntryVisitor, 'bytes' | 'integer' | 'int64'>;

/** What a walk through one blob keeps between calls. */
export class WalkState {
  /** Entries visited so far. */
  count = 0;
  /** Entries that the header announces, or -1 where it does not know. */
  announced = -1;
  /** intset: bytes of an element. zipmap: 1 where a value comes next. */
  mode = 0;
  /** intset: true when an element is not above the one before it. */
  disorder = false;
  previousHi = 0;
  previousLo = 0;
  /** Set by `measure`: where the data of a string entry begins, how long it is, and the bytes behind it. */
  dataAt = 0;
  dataLength = 0;
  tail = 0;
  /** listpack: the tail has one byte more where its first byte is 0 (see listpack.ts). */
  tailMayGrow = false;
  /** Look also at what serves walking backwards only (`verify`); kept by `reset`. */
  thorough = false;
  /** ziplist: where the header says that the last entry begins; where the last one did; where the next one does. */
  tailAt = -1;
  lastAt = 0;
  nextAt = 0;

  reset(): void {
    this.count = 0;
    this.announced = -1;
    this.mode = 0;
    this.disorder = false;
    this.tailAt = -1;
    this.lastAt = this.nextAt = 0;
  }
}

/** One packed format, as far as walking goes. */
export interface PackedCodec {
  /** Its name in Redis's own words. */
  readonly name: string;
  /** The code of every error about it. */
  readonly code: ErrorCode;
  /** Bytes before the first entry. */
  readonly headerLength: number;
  /** True where entries are of two forms in turn, and `state.mode` says which is next. */
  readonly alternates: boolean;
  /** True where a byte FF ends the blob. */
  readonly terminated: boolean;
  /** Reads the header at `at` of a blob that is `total` bytes long. */
  open(bytes: Uint8Array, at: number, total: number, state: WalkState): void;
  /** Visits every entry that lies whole in `pos..end`; returns the position behind the last. */
  walk(bytes: Uint8Array, pos: number, end: number, visitor: WholeEntryVisitor, state: WalkState): number;
  /** Measures the string entry at `pos`, of which `pos..end` is only the start; false where it is none or too little is there. */
  measure(bytes: Uint8Array, pos: number, end: number, state: WalkState): boolean;
  /**
   * Looks in the entries of `pos..end`, which were walked, at what serves walking backwards only, as servers do that
   * trust nobody (redis.conf: sanitize-dump-payload). Apart from the walk, which is the faster without it.
   */
  readonly verify?: (bytes: Uint8Array, pos: number, end: number, state: WalkState) => void;
  /** The same of one byte behind an entry that was measured. */
  readonly verifyTail?: (byte: number, index: number, state: WalkState) => void;
}

/**
 * Walks a blob that lies whole in `start..end`.
 *
 * @throws RedisFileError with the codec's code, `offset` counted in `bytes`
 */
export function walkPacked(
  codec: PackedCodec,
  bytes: Uint8Array,
  start: number,
  end: number,
  visitor: WholeEntryVisitor,
  state: WalkState,
): void {
  state.reset();
  if (end - start < codec.headerLength) throw tooShort(codec, end - start, start);
  codec.open(bytes, start, end - start, state);
  const first = start + codec.headerLength;
  const stopped = codec.walk(bytes, first, end, visitor, state);
  if (state.thorough) codec.verify?.(bytes, first, stopped, state);
  checkEnd(codec, bytes, stopped, end, state);
}

/** The walk stopped at `at`: is that the end of the blob? */
export function checkEnd(codec: PackedCodec, bytes: Uint8Array, at: number, end: number, state: WalkState): void {
  if (state.tailAt >= 0 && state.thorough && state.tailAt !== state.lastAt) {
    throw blobError(codec, `its last entry at ${state.lastAt}, its header says ${state.tailAt}`, at);
  }
  if (codec.terminated) {
    if (at < end && bytes[at] === 0xff && state.mode === 0) {
      if (at + 1 === end) return;
      throw blobError(codec, `${end - at - 1} bytes behind the end byte`, at + 1);
    }
    if (at === end) throw blobError(codec, 'the end byte FF is missing', at);
  } else if (at === end) {
    return;
  }
  throw blobError(codec, `entry ${state.count} leaves the ${codec.name}`, at);
}

export function tooShort(codec: PackedCodec, length: number, at: number): RedisFileError {
  return blobError(codec, `${length} bytes, less than its header`, at);
}

export function blobError(codec: PackedCodec, found: string, offset: number): RedisFileError {
  return new RedisFileError(codec.code, `damaged ${codec.name}: ${found}`, { offset });
}

/** Hands on the signed 64-bit number at `at`, little endian. */
export function visitInt64le(bytes: Uint8Array, at: number, visitor: WholeEntryVisitor): void {
  const lo = readU32le(bytes, at);
  const hi = readI32le(bytes, at + 4);
  if (hi >= -0x200000 && hi < 0x200000 && (hi !== -0x200000 || lo !== 0)) visitor.integer(hi * 0x100000000 + lo);
  else visitor.int64(hi, lo);
}
