import { ascii, concat } from '../../bytes/index.ts';
import { RedisFileError } from '../../errors.ts';
import { type Database, KeyLook } from '../database.ts';
import type { Keyspace } from '../keyspace.ts';
import { OPAQUE } from '../types.ts';
import type { Journal } from './journal.ts';
import { hasTies, type OpaqueValue } from './opaque.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Tells keys that share a journal what they are called now, so that the journal can be shown. Those that are gone, but on
 * which others depend, get names for the time between.
 *
 * @param dropExpired keys whose time is before this one are to leave
 * @throws RedisFileError `CANNOT_REPLAY` where such keys are in several databases
 */
export function nameTied(keyspace: Keyspace, dropExpired: number | undefined): void {
  if (!hasTies(keyspace.heap)) return;
  const journals = new Map<Journal<OpaqueValue>, Database>();
  const look = new KeyLook();
  for (const [index, database] of keyspace.databases) {
    for (const name of database.names()) {
      database.look(name, look);
      if (look.type !== OPAQUE) continue;
      const value = look.value as OpaqueValue;
      if (!value.tied) continue;
      const { spot, keyEnd, expiry } = look;
      const leaves = dropExpired !== undefined && expiry !== undefined && expiry < dropExpired;
      value.place = { key: spot.bytes.slice(spot.keyStart, keyEnd), expiry, leaves };
      const other = journals.get(value.journal);
      if (other !== undefined && other !== database) throw apart(index, value.place.key);
      journals.set(value.journal, database);
    }
  }
  for (const [journal, database] of journals) nameGone(journal, database);
}

function apart(db: number, key: Bytes): RedisFileError {
  return new RedisFileError('CANNOT_REPLAY', 'keys of a module that depend on each other are in several databases', {
    context: { db, key, phase: 'replay' },
  });
}

function nameGone(journal: Journal<OpaqueValue>, database: Database): void {
  journal.shownBy = undefined;
  const { key } = journal.keys.find(({ dead }) => !dead)!.place!;
  let number = 0;
  for (const value of journal.keys) {
    if (!value.dead) continue;
    let name: Bytes;
    do name = nameBeside(key, ++number);
    while (database.has(name, 0, name.length));
    value.place = { key: name, expiry: undefined, leaves: false };
  }
}

const OPEN = 0x7b;

/** A name in the same slot of a cluster. */
function nameBeside(key: Bytes, number: number): Bytes {
  const end = ascii(`:${number}`);
  return key.includes(OPEN) ? concat([key, end]) : concat([ascii('{'), key, ascii('}'), end]);
}
