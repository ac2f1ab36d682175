import type { ScanFrame } from '../rdb/index.ts';
import { type NewTime, type TtlChange, timeChange } from '../records/index.ts';

/** What keys get instead of what they have. */
export interface KeyChangeOptions {
  /** The database of all keys. */
  db?: number | undefined;
  /** Prefixes and what stands in their place; the first that a name begins with counts. */
  prefixes?: readonly (readonly [from: Uint8Array, to: Uint8Array])[];
  ttl?: TtlChange;
}

/** Longest name for which room is kept. */
const ROOM_KEPT = 1 << 20;

/**
 * Gives keys other names, databases and times, over the spans of their names: nothing is made for a key that stays as it
 * is.
 */
export class KeyChanges {
  readonly #db: number | undefined;
  readonly #prefixes: NonNullable<KeyChangeOptions['prefixes']>;
  readonly #time: NewTime | undefined;
  /** The key at hand as it is to be: one object for all keys, as the scanner has one. */
  readonly #changed: ScanFrame = {} as ScanFrame;
  #room = new Uint8Array(256);

  /** @throws RedisFileError `INVALID_ARGUMENT` for times that are no whole numbers */
  constructor({ db, prefixes = [], ttl = 'keep' }: KeyChangeOptions) {
    this.#db = db;
    this.#prefixes = prefixes;
    this.#time = timeChange(ttl);
  }

  /** The key as it is to be: the same frame where nothing about it changes, or one that is lent until the next key. */
  apply(frame: ScanFrame): ScanFrame {
    const db = this.#db ?? frame.db;
    const prefix = this.#prefixOf(frame);
    const time = this.#newTime(frame);
    if (db === frame.db && prefix === undefined && time === undefined) return frame;
    const changed = Object.assign(this.#changed, frame);
    this.#rename(changed, prefix);
    changed.db = db;
    if (time !== undefined) changed.expiresAt = time ?? undefined;
    // No stored byte of a key tells its database; its name and its times stand before the value.
    if (frame.stored === 'record' && (prefix !== undefined || time !== undefined)) changed.stored = 'value';
    return changed;
  }

  #prefixOf({ bytes, start, end }: ScanFrame): readonly [from: Uint8Array, to: Uint8Array] | undefined {
    for (const prefix of this.#prefixes) if (beginsWith(bytes, start, end, prefix[0])) return prefix;
    return undefined;
  }

  #newTime({ expiresAt }: ScanFrame): number | bigint | null | undefined {
    if (this.#time === undefined) return undefined;
    if (typeof expiresAt !== 'bigint') return this.#time({ expiresAt });
    return this.#time({ expiresAt: Number(expiresAt), exact: { expiresAt } });
  }

  /** The name moves into room of its own, as the scanner's own frame follows its bytes where they go and a copy does not. */
  #rename(frame: ScanFrame, [from, to]: readonly [Uint8Array, Uint8Array] = [NOTHING, NOTHING]): void {
    const { bytes, start, end } = frame;
    const length = to.length + end - start - from.length;
    const room = length <= this.#room.length ? this.#room : new Uint8Array(length);
    if (length <= ROOM_KEPT) this.#room = room;
    room.set(to);
    room.set(bytes.subarray(start + from.length, end), to.length);
    frame.bytes = room;
    frame.start = 0;
    frame.end = length;
  }
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

function beginsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
