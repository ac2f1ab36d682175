import type { StringOf } from '../bytes/index.ts';
import type { KeyFrame, KeyType, Level, RdbRecord } from '../rdb/index.ts';

/** A string of a record, in whatever form it was read. */
export type AnyString = StringOf<'bytes' | 'utf8'>;

/** A record of any level, with strings in any form. */
export type AnyRecord = RdbRecord<StringOf<'bytes'>, Level> | RdbRecord<string, Level>;

/** The inside of transforms sees strings as either, as one implementation serves both. */
export type LooseRecord = RdbRecord<AnyString, Level>;

/** Records that tell everything about a key but its value. */
export type FramedRecord = LooseRecord & { kind: 'key' | 'keyBegin' | 'keyItems' | 'keyEnd' };

/** What such records have in common. */
export type Frame = KeyFrame<AnyString> & { type: KeyType };

/** True for what counts keys that follow: a hint, false as soon as keys are taken away, moved or renamed. */
export function isHint(record: LooseRecord): boolean {
  return record.kind === 'resizeDb' || record.kind === 'slotInfo';
}

/** True for a record with a frame. */
export function isFramed(record: LooseRecord): record is FramedRecord {
  switch (record.kind) {
    case 'key':
    case 'keyBegin':
    case 'keyItems':
    case 'keyEnd':
      return true;
    default:
      return false;
  }
}
