import { latin1 } from '../bytes/index.ts';
import type { ValueContext } from './context.ts';
import type { RdbHandler } from './handler.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The version of KeyDB's files, whose keys may have aux fields of their own before and behind them. */
export const KEYDB_VERSION = 9;

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
  /** The last record was a key, to whose members times may follow. */
  behindKey = false;
  readonly #handler: RdbHandler;

  constructor(handler: RdbHandler) {
    this.#handler = handler;
  }

  /** What a field says of its key; undefined for one that is about the file. */
  read(c: ValueContext, name: string, value: Bytes, offset: number): MemberTime | typeof WAITS | undefined {
    switch (name.toLowerCase()) {
      case 'mvcc-tstamp':
        // Belongs to the key that follows, as an expiry does.
        return WAITS;
      case 'keydb-subexpire-key':
        this.member = value;
        return WAITS;
      case 'keydb-subexpire-when': {
        const { member } = this;
        if (member === undefined) {
          this.#surplus('the time of a member of a key, without its member', offset);
          return undefined;
        }
        const at = parseMilliseconds(c, value);
        this.member = undefined;
        return { member, at };
      }
      default:
        return undefined;
    }
  }

  /** @param raw the stored bytes of both fields */
  tell({ member, at }: MemberTime, raw: Bytes | undefined, offset: number): void {
    if (this.behindKey) this.#handler.memberExpiry(member, at, raw);
    else this.#surplus('the time of a member of a key, without a key before it', offset);
  }

  /** Another record comes than the time that a member waits for. */
  drop(offset: number): void {
    this.member = undefined;
    this.#surplus('a member of a key that is to expire, without a time', offset);
  }

  /** What says nothing of any key is passed over. */
  #surplus(message: string, offset: number): void {
    this.#handler.warning('SURPLUS_BYTES', message, offset);
  }
}

function parseMilliseconds(c: ValueContext, value: Uint8Array): number {
  const text = latin1(value);
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  throw c.fail('BAD_STRING', `expected a time in ms, found ${JSON.stringify(text.slice(0, 40))}`);
}
