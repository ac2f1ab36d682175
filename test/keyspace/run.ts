/** Runs commands in a dataset of our own, and tells what it then holds. */
import { ascii, latin1 } from '../../src/bytes/index.ts';
import { arityFits, findCommand } from '../../src/index.ts';
import { KeyLook } from '../../src/keyspace/database.ts';
import { Keyspace } from '../../src/keyspace/keyspace.ts';
import type { SessionOptions } from '../../src/keyspace/outcome.ts';
import { parseProfile } from '../../src/keyspace/profile.ts';
import { Session } from '../../src/keyspace/session.ts';
import { emptyFrame, type RdbHandler } from '../../src/rdb/index.ts';

/** Strings have a character for each byte. */
export type Command = readonly string[];

/** A time that no test reaches, in Unix ms. */
export const FAR = 20_000_000_000_000;

export class Replay {
  readonly keyspace: Keyspace = new Keyspace();
  readonly session: Session;

  constructor(version: string = '7.0', options: Partial<SessionOptions> = {}) {
    this.session = new Session(this.keyspace, {
      now: 1_700_000_000_000,
      profile: parseProfile(version),
      databases: 16,
      unsupported: 'throw',
      hllSparseMaxBytes: 3000,
      scripts: {},
      journal: [],
      ...options,
    });
  }

  /** @returns whether the commands succeeded; errors that end a rewrite are thrown */
  run(...commands: Command[]): boolean[] {
    return commands.map((command) => {
      const before = this.#failures();
      const spans = new Int32Array(2 * command.length);
      let length = 0;
      command.forEach((argument, i) => {
        spans[2 * i] = length;
        length += argument.length;
        spans[2 * i + 1] = length;
      });
      this.session.run(ascii(command.join('')), spans, command.length, 0);
      return this.#failures() === before;
    });
  }

  /** The same of commands that clients send: a server counts their arguments, which it does not do while it loads. */
  send(...commands: Command[]): boolean[] {
    return commands.map(
      (command) => (findCommand(command) === undefined || arityFits(command)) && this.run(command)[0]!,
    );
  }

  /** Lets a key of the selected database hold a string. */
  setText(key: string, text: string): void {
    this.session.db.setText(ascii(key), 0, key.length, ascii(text), 0, text.length, undefined);
  }

  #failures(): number {
    let sum = 0;
    for (const count of this.session.failures.values()) sum += count;
    return sum;
  }

  /** What each key of the selected database holds, as calls of a handler would tell it, in the order of the keys. */
  dump(): Record<string, { value: unknown[]; expiresAt?: string }> {
    const { db } = this.session;
    const found: [string, { value: unknown[]; expiresAt?: string }][] = [];
    const look = new KeyLook();
    for (const name of db.names()) {
      db.look(name, look);
      const { spot, keyEnd, value, expiry } = look;
      const key = latin1(spot.bytes, spot.keyStart, keyEnd);
      const items = value === undefined ? [latin1(spot.bytes, spot.start, spot.end)] : itemsOf(value);
      found.push([key, { value: items, ...(expiry === undefined ? {} : { expiresAt: String(expiry) }) }]);
    }
    return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

type Shown = NonNullable<KeyLook['value']>;

/** What a value shows: strings as text, anything else with the name of the call. */
export function itemsOf(value: Shown): unknown[] {
  const items: unknown[] = [];
  value.describe(emptyFrame());
  const handler = new Proxy({} as RdbHandler, {
    get: (_, name) => {
      return (...given: unknown[]): void => {
        if (name === 'bytes') items.push(latin1(given[0] as Uint8Array, given[1] as number, given[2] as number));
        else if (name !== 'count')
          items.push([name, ...given.map((one) => (typeof one === 'bigint' ? `${one}` : one))]);
      };
    },
  });
  for (const _ of value.show(handler));
  return items;
}
