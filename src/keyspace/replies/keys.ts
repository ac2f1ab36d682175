import { compileGlob } from '../../records/index.ts';
import type { Args } from '../args.ts';
import { databaseIndex } from '../commands/server.ts';
import { KeyLook } from '../database.ts';
import { narrow64 } from '../numbers/integer.ts';
import { Refusal, type ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import { HASH, LIST, NOTHING, SET, STREAM, STRING, ZSET } from '../types.ts';
import {
  type Answer,
  type Answers,
  type Bytes,
  copied,
  exists,
  ok,
  type Reader,
  type Readers,
  sortBytes,
} from './reply.ts';

export const keyReaders: Readers = {
  EXISTS: countExisting,
  TOUCH: countExisting,
  TYPE: (s, a) => {
    const type = TYPES[s.db.typeOf(a.bytes, a.start(1), a.end(1))];
    if (type === undefined) throw new Refusal('has a script that asks for the type of a key, which is not known');
    return type;
  },
  TTL: timeLeft(1000n),
  PTTL: timeLeft(1n),
  EXPIRETIME: timeOf(1000n),
  PEXPIRETIME: timeOf(1n),
  KEYS: (s, a) => {
    const matches = compileGlob(a.copy(1));
    const found: Bytes[] = [];
    eachKey(s, (bytes, start, end) => {
      if (matches(bytes, start, end)) found.push(copied(bytes, start, end));
    });
    return sortBytes(found);
  },
  DBSIZE: (s) => {
    eachKey(s, () => undefined);
    return s.db.size;
  },
  // Nobody listens while a log is loaded.
  PUBLISH: () => 0,
  SPUBLISH: () => 0,
  PING: (_, a) => (a.count > 1 ? a.copy(1) : 'PONG'),
  ECHO: (_, a) => a.copy(1),
};

const expire: Answer = (s, a) => {
  const had = exists(s, a, 1);
  const before = s.db.expiry(a.bytes, a.start(1), a.end(1));
  let changes = false;
  let timed = false;
  for (let i = 3; i < a.count; i++) {
    if (a.is(i, 'XX')) timed = true;
    else changes = true;
  }
  return () => {
    // Of these conditions each lets only another time pass.
    if (changes) return before === s.db.expiry(a.bytes, a.start(1), a.end(1)) ? 0 : 1;
    return (timed ? before !== undefined : had) ? 1 : 0;
  };
};

/** How many keys less there are then. */
const deleted: Answer = (s, a) => {
  for (let i = 1; i < a.count; i++) exists(s, a, i);
  const { size } = s.db;
  return () => size - s.db.size;
};

export const keyAnswers: Answers = {
  DEL: deleted,
  UNLINK: deleted,
  EXPIRE: expire,
  PEXPIRE: expire,
  EXPIREAT: expire,
  PEXPIREAT: expire,
  PERSIST: (s, a) => {
    const timed = s.db.expiry(a.bytes, a.start(1), a.end(1)) !== undefined;
    return () => (timed ? 1 : 0);
  },
  RENAME: ok,
  RENAMENX: (s, a) => {
    const free = !exists(s, a, 2);
    return () => (free ? 1 : 0);
  },
  MOVE: (s) => {
    const { size } = s.db;
    return () => size - s.db.size;
  },
  COPY: copy,
  RESTORE: ok,
  SELECT: ok,
  SWAPDB: ok,
  FLUSHDB: ok,
  FLUSHALL: ok,
};

const TYPES: Readonly<Record<number, string>> = {
  [NOTHING]: 'none',
  [STRING]: 'string',
  [LIST]: 'list',
  [SET]: 'set',
  [ZSET]: 'zset',
  [HASH]: 'hash',
  [STREAM]: 'stream',
};

function countExisting(s: Session, a: Args): ScriptReply {
  let count = 0;
  for (let i = 1; i < a.count; i++) if (exists(s, a, i)) count++;
  return count;
}

/** From here on a key that is not there is told from one without a time. */
const TELLS_MISSING = 208;

function missing(s: Session): number {
  return s.profile.release < TELLS_MISSING ? -1 : -2;
}

function timeLeft(unit: bigint): Reader {
  return (s, a) => {
    if (!exists(s, a, 1)) return missing(s);
    const expiry = s.db.expiry(a.bytes, a.start(1), a.end(1));
    if (expiry === undefined) return -1;
    const left = BigInt(expiry) - BigInt(s.now);
    return left < 0n ? 0 : rounded(left, unit);
  };
}

function timeOf(unit: bigint): Reader {
  return (s, a) => {
    if (!exists(s, a, 1)) return missing(s);
    const expiry = s.db.expiry(a.bytes, a.start(1), a.end(1));
    return expiry === undefined ? -1 : rounded(BigInt(expiry), unit);
  };
}

function rounded(ms: bigint, unit: bigint): number | bigint {
  return narrow64(unit === 1n ? ms : (ms + unit / 2n) / unit)!;
}

/** Told of all keys; those of modules must be known to be there. */
function eachKey(s: Session, each: (bytes: Uint8Array, start: number, end: number) => void): void {
  const look = new KeyLook();
  for (const name of s.db.names()) {
    s.db.look(name, look);
    look.value?.ask?.('existence');
    each(look.spot.bytes, look.spot.keyStart, look.keyEnd);
  }
}

function copy(s: Session, a: Args): () => ScriptReply {
  let index: number | undefined = s.selected;
  let replace = false;
  for (let i = 3; i < a.count; i++) {
    if (a.is(i, 'REPLACE')) replace = true;
    else if (a.is(i, 'DB') && i + 1 < a.count) index = databaseIndex(s, a, ++i);
  }
  const free = replace || index === undefined || !s.keyspace.database(index).has(a.bytes, a.start(2), a.end(2));
  const done = free && exists(s, a, 1);
  return () => (done ? 1 : 0);
}
