import type { RdbHandler, ScanFrame } from '../rdb/index.ts';

/** What a key holds, as a number in its entry. */
export const NOTHING = 0;
export const STRING = 1;
export const LIST = 2;
export const SET = 3;
export const ZSET = 4;
export const HASH = 5;
export const STREAM = 6;
export const ARRAY = 7;
export const GCRA = 8;
/** Of a module, or carried along as commands. */
export const OPAQUE = 9;

/**
 * What a command may ask of a key of a module: whether it is there, what its time is, or whether its place is free, which is
 * `free`: a command that a log holds and that works on free places only says that it was.
 */
export type Question = 'existence' | 'time' | 'free';

/** A value that is not a string. It owns memory of the heap until `free`. */
export interface Value {
  readonly type: number;
  /**
   * Writes what it is as four numbers to a row; then this object must not be used any more before `fetch`. False where that is
   * not enough.
   */
  stow?(row: Int32Array, at: number): boolean;
  /** Becomes the value that such numbers stand for. For an object that is new, or was put away. */
  fetch?(row: Int32Array, at: number): void;
  /** A deep copy, in the same heap. */
  clone(): Value;
  /** Gives its memory back; it must not be used any more. */
  free(): void;
  /** What the frame of its key says of it: type, encoding, type id. */
  describe(frame: ScanFrame): void;
  /**
   * Shows its content to a handler, in canonical order, between `key` and `keyEnd`: see `RdbHandler`. It yields now and
   * then, so that what was made of it can leave.
   */
  show(handler: RdbHandler): Iterable<void>;
  /**
   * Of `OPAQUE` values: a command asks.
   *
   * @throws Refusal where only the module could tell
   */
  ask?(what: Question): void;
  /** Of `OPAQUE` values: a command sets the time of the key, or takes it away. */
  settle?(): void;
}
