import { latin1 } from '../bytes/index.ts';
import type { ValueContext } from './context.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The version of KeyDB's files, whose keys may have aux fields of their own before and behind them. */
export const KEYDB_VERSION = 9;

/** The field with the time of the member that stands before it. */
export const MEMBER_TIME = 'keydb-subexpire-when';

/** An aux field that waits for what it belongs to. */
export const WAITS: unique symbol = Symbol('waits');

/** When a member of the key before goes. */
export interface MemberTime {
  member: Bytes;
  /** Unix time in ms. */
  at: number;
}

/**
 * KeyDB's aux fields that are about one key (keydb: src/rdb.cpp, rdbSaveKeyValuePair): its version before it, and behind it,
 * for each member that goes at a time of its own, that member and the time.
 */
export class KeyAux {
  /** The member whose time is to come. */
  member: Bytes | undefined;

  /** What a field says of its key; undefined for one that is about the file. */
  read(c: ValueContext, name: string, value: Bytes): MemberTime | typeof WAITS | undefined {
    switch (name.toLowerCase()) {
      case 'mvcc-tstamp':
        // Belongs to the key that follows, as an expiry does.
        return WAITS;
      case 'keydb-subexpire-key':
        this.member = value;
        return WAITS;
      case MEMBER_TIME: {
        const { member } = this;
        if (member === undefined) return undefined;
        const at = parseMilliseconds(c, value);
        this.member = undefined;
        return { member, at };
      }
      default:
        return undefined;
    }
  }
}

function parseMilliseconds(c: ValueContext, value: Uint8Array): number {
  const text = latin1(value);
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  throw c.fail('BAD_STRING', `expected a time in ms, found ${JSON.stringify(text.slice(0, 40))}`);
}
