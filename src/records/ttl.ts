import { RedisFileError } from '../errors.ts';
import type { AnyRecord, Frame, LooseRecord } from './any-record.ts';
import { isFramed, isHint } from './any-record.ts';
import { KeyChanger } from './change.ts';
import type { TransformObject } from './pipe.ts';

/** The last time that a file can hold, in ms. */
const LATEST = 2n ** 63n - 1n;
const EARLIEST = -(2n ** 63n);

/**
 * What becomes of the times at which keys expire: `keep`; `strip`, after which they never do; `add` ms, which may be
 * negative, to the times of those that do; or `at`, a Unix time in ms for every key.
 */
export type TtlChange = 'keep' | 'strip' | { add: number } | { at: number };

/**
 * Changes when keys expire. Times of single fields and members stay.
 *
 * Keys that have expired are in most dumps, as servers write them: `strip` and `add` bring them back to life, unless
 * they are filtered out before. Hints that count keys that expire go (`resizeDb`, `slotInfo`).
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for times that are no whole numbers
 *
 * @example
 * ```ts
 * import { changeTtl, pipe, readRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * for await (const record of pipe(readRdb(dump), changeTtl({ at: 4102444800000 }))) {
 *   if (record.kind === 'key') console.log(record.expiresAt); // 4102444800000
 * }
 * ```
 */
export function changeTtl<R extends AnyRecord>(change: TtlChange): TransformObject<R, R> {
  return new TtlChanger(timeChange(change)) as unknown as TransformObject<R, R>;
}

/** The new time of a key: undefined to keep what it has, null for never. */
export type NewTime = (record: TimedRecord) => number | bigint | null | undefined;
type TimedRecord = Pick<Frame, 'expiresAt' | 'exact'>;

/**
 * What a change means for one key; undefined where it means nothing.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for times that are no whole numbers
 */
export function timeChange(change: TtlChange): NewTime | undefined {
  if (change === 'keep') return undefined;
  if (change === 'strip') return ({ expiresAt }) => (expiresAt === undefined ? undefined : null);
  const { add, at } = (typeof change === 'object' && change !== null ? change : {}) as { add?: number; at?: number };
  if (add === undefined && Number.isSafeInteger(at) && at! >= 0) return () => at;
  if (at === undefined && Number.isSafeInteger(add)) return (record) => later(record, add!);
  throw new RedisFileError(
    'INVALID_ARGUMENT',
    `expected "keep", "strip", { add: ms } or { at: ms since 1970 } in whole numbers, found ${JSON.stringify(change)}`,
  );
}

function later({ expiresAt, exact }: TimedRecord, ms: number): number | bigint | undefined {
  if (expiresAt === undefined) return undefined;
  const near = expiresAt + ms;
  // In a file -1 means never, and a ms before it is as far gone.
  if (near === -1) return -2;
  if (exact?.['expiresAt'] === undefined && Number.isSafeInteger(near)) return near;
  const sum = (exact?.['expiresAt'] ?? BigInt(expiresAt)) + BigInt(ms);
  const held = sum > LATEST ? LATEST : sum < EARLIEST ? EARLIEST : sum;
  return held === BigInt(Number(held)) && Number.isSafeInteger(Number(held)) ? Number(held) : held;
}

class TtlChanger implements TransformObject<LooseRecord> {
  readonly #time: NewTime | undefined;
  readonly #changer = new KeyChanger();
  /** The key at hand, in pieces, is changed. */
  #changing = false;

  constructor(time: NewTime | undefined) {
    this.#time = time;
  }

  fresh(): TtlChanger {
    return new TtlChanger(this.#time);
  }

  push(batch: LooseRecord[]): LooseRecord[] {
    const time = this.#time;
    if (time === undefined) return batch;
    const made: LooseRecord[] = [];
    for (const record of batch) {
      const changed = this.#take(record, time);
      if (changed !== undefined) made.push(changed);
    }
    return made;
  }

  #take(record: LooseRecord, time: NewTime): LooseRecord | undefined {
    if (isHint(record)) return undefined;
    if (record.kind === 'itemBytes') return this.#changing ? this.#changer.change(record, {}) : record;
    if (record.kind === 'keyJournal') {
      const expiresAt = time(record);
      return expiresAt === undefined
        ? record
        : { ...record, expiresAt: expiresAt === null ? undefined : Number(expiresAt) };
    }
    if (!isFramed(record)) return record;
    const expiresAt = time(record);
    this.#changing = expiresAt !== undefined;
    return this.#changing ? this.#changer.change(record, { expiresAt }) : record;
  }
}
