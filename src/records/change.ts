import { setExact } from '../bytes/index.ts';
import type { AnyString, Frame, FramedRecord, LooseRecord } from './any-record.ts';

/** Attributes that a key gets; what is not named stays. */
export interface KeyChange {
  key?: AnyString;
  /** Unix time in ms, null for never. */
  expiresAt?: number | bigint | null;
}

/**
 * Gives keys other attributes, all records of a key alike. Records are copied, their values shared.
 *
 * At the level `raw` each record carries its stored bytes, writers write those, and a change makes them untrue. So `raw`
 * is cut to the value, and `valueStart`, where the value begins in it, becomes 0. No stored record has that, as its type
 * and its key stand before the value. Writers take it as: write attributes, type and key from the fields (`memberExpires`
 * behind the value), and the bytes of the value as they are. In pieces the same is true of the bytes of all `itemBytes`
 * records together, and `keyBegin` says so.
 *
 * State between batches: how many bytes of the frame of the key at hand are still to be cut off.
 */
export class KeyChanger {
  #cut = 0;

  /** A record of the key at hand, changed; undefined where nothing is left of it. */
  change(record: FramedRecord | (LooseRecord & { kind: 'itemBytes' }), change: KeyChange): LooseRecord | undefined {
    if (record.kind !== 'itemBytes') {
      if (record.kind === 'keyBegin') this.#cut = record.valueStart ?? 0;
      return changeFrame(record, change);
    }
    const key = change.key ?? record.key;
    const cut = record.part === 'raw' ? Math.min(this.#cut, record.value.length) : 0;
    if (cut === 0) return { ...record, key };
    this.#cut -= cut;
    // The last piece stays, as it says that it is the last.
    if (cut === record.value.length && !record.last) return undefined;
    return { ...record, key, value: record.value.subarray(cut) };
  }
}

function changeFrame(record: FramedRecord, { key, expiresAt }: KeyChange): FramedRecord {
  const changed: FramedRecord = { ...record };
  if (key !== undefined) changed.key = key;
  if (record.valueStart !== undefined) {
    changed.valueStart = 0;
    // A key in pieces has no bytes of its own.
    if (record.kind === 'key') changed.raw = record.value as Uint8Array<ArrayBuffer>;
  }
  if (expiresAt !== undefined) {
    // `expiresAt` is all that a frame may have there.
    if (record.exact !== undefined) changed.exact = undefined;
    if (expiresAt === null) changed.expiresAt = undefined;
    else setExact(changed as Frame, 'expiresAt', expiresAt);
  }
  return changed;
}
