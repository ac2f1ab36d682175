import { RedisFileError } from '../../errors.ts';
import { FileFacts, scanStored } from '../../rdb/index.ts';
import type { Args } from '../args.ts';
import type { Expiry, Held } from '../database.ts';
import type { Family, Handler } from '../dispatch.ts';
import { KeyspaceLoader } from '../load/keyspace-loader.ts';
import { narrow64 } from '../numbers/integer.ts';
import { type Outcome, Refusal } from '../outcome.ts';
import { FOOTER, payloadVersion } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Session } from '../session.ts';
import type { Value } from '../types.ts';
import { databaseIndex } from './server.ts';
import { packsZero } from './zsets/find.ts';

/** Keys as wholes, whatever they hold. */
export const generic: Family = {
  DEL: del,
  UNLINK: del,
  EXPIRE: expire(1000n, true),
  PEXPIRE: expire(1n, true),
  EXPIREAT: expire(1000n, false),
  PEXPIREAT: expire(1n, false),
  PERSIST: persist,
  RENAME: rename(false),
  RENAMENX: rename(true),
  MOVE: move,
  COPY: copy,
  RESTORE: restore,
  'RESTORE-ASKING': restore,
};

function del(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  for (let i = 1; i < a.count; i++) s.db.delete(a.bytes, a.start(i), a.end(i));
  return undefined;
}

interface ExpireFlags {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
}

/** What servers take for no time at all when they ask a key for its own (redis: src/db.c, getExpire). */
const NO_TIME = -1;

const NO_FLAGS: ExpireFlags = { nx: false, xx: false, gt: false, lt: false };

/** redis: src/expire.c, parseExtendedExpireArgumentsOrReply. */
function expireFlags(a: Args, from: number): ExpireFlags | undefined {
  if (a.count === from) return NO_FLAGS;
  const flags = { ...NO_FLAGS };
  for (let i = from; i < a.count; i++) {
    if (a.is(i, 'NX')) flags.nx = true;
    else if (a.is(i, 'XX')) flags.xx = true;
    else if (a.is(i, 'GT')) flags.gt = true;
    else if (a.is(i, 'LT')) flags.lt = true;
    else return undefined;
  }
  return (flags.nx && (flags.xx || flags.gt || flags.lt)) || (flags.gt && flags.lt) ? undefined : flags;
}

/** While a server loads, a time that is past is set as any other (redis: src/expire.c, expireGenericCommand). */
function expire(unit: bigint, relative: boolean): Handler {
  return (s, a) => {
    if (a.count < 3) return 'SYNTAX';
    const flags = expireFlags(a, 3);
    if (flags === undefined) return 'SYNTAX';
    const given = a.int(2);
    if (given === undefined) return 'NOT_A_NUMBER';
    const time = absolute(s, given, unit, relative);
    if (time === undefined) return 'RANGE';
    const start = a.start(1);
    const end = a.end(1);
    if (!s.db.has(a.bytes, start, end)) return undefined;
    if (flags !== NO_FLAGS && !mayExpire(flags, s.db.expiry(a.bytes, start, end), time)) return undefined;
    s.db.setExpiry(a.bytes, start, end, time === NO_TIME ? undefined : time);
    return undefined;
  };
}

function absolute(s: Session, given: number | bigint, unit: bigint, relative: boolean): Expiry {
  if (typeof given === 'number') {
    const time = given * Number(unit) + (relative ? s.now : 0);
    if (Number.isSafeInteger(time)) return time;
  }
  const scaled = narrow64(BigInt(given) * unit);
  return scaled === undefined || !relative ? scaled : narrow64(BigInt(scaled) + BigInt(s.now));
}

function mayExpire({ nx, xx, gt, lt }: ExpireFlags, current: Expiry, time: number | bigint): boolean {
  if (nx && current !== undefined) return false;
  if (xx && current === undefined) return false;
  if (gt && (current === undefined || time <= current)) return false;
  return !(lt && current !== undefined && time >= current);
}

function persist(s: Session, a: Args): Outcome {
  if (a.count !== 2) return 'SYNTAX';
  s.db.setExpiry(a.bytes, a.start(1), a.end(1), undefined);
  return undefined;
}

function rename(onlyNew: boolean): Handler {
  return (s, a) => {
    if (a.count !== 3) return 'SYNTAX';
    const { bytes } = a;
    if (!s.db.has(bytes, a.start(1), a.end(1))) return 'NO_KEY';
    if (sameKey(a) || (onlyNew && s.db.isTaken(bytes, a.start(2), a.end(2)))) return undefined;
    s.db.give(bytes, a.start(2), a.end(2), s.db.take(bytes, a.start(1), a.end(1))!);
    return undefined;
  };
}

function sameKey(a: Args): boolean {
  if (a.length(1) !== a.length(2)) return false;
  for (let i = 0; i < a.length(1); i++) if (a.bytes[a.start(1) + i] !== a.bytes[a.start(2) + i]) return false;
  return true;
}

/** Valkey can replace what is there from this release on. */
const MOVE_REPLACES = 902;

/** MOVE takes the time along since 3.0.5, and 2.8.23: a release alone stands for its last version. */
function movesTime({ release, patch = Number.POSITIVE_INFINITY }: Profile): boolean {
  return release > 300 || (release === 300 && patch >= 5) || (release === 208 && patch >= 23);
}

function move(s: Session, a: Args): Outcome {
  const { family, release } = s.profile;
  const replace = a.count === 4 && family === 'valkey' && release >= MOVE_REPLACES && a.is(3, 'REPLACE');
  if (a.count !== 3 && !replace) return 'SYNTAX';
  const index = databaseIndex(s, a, 2);
  if (index === undefined || index === s.selected) return 'RANGE';
  const { bytes } = a;
  const start = a.start(1);
  const end = a.end(1);
  const to = s.keyspace.database(index);
  if (!s.db.has(bytes, start, end) || (!replace && to.isTaken(bytes, start, end))) return undefined;
  const held = s.db.take(bytes, start, end)!;
  to.give(bytes, start, end, movesTime(s.profile) ? held : { ...held, expiry: undefined });
  return undefined;
}

function copy(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  let index: number | undefined = s.selected;
  let replace = false;
  for (let i = 3; i < a.count; i++) {
    if (a.is(i, 'REPLACE')) replace = true;
    else if (a.is(i, 'DB') && i + 1 < a.count) index = databaseIndex(s, a, ++i);
    else return 'SYNTAX';
    if (index === undefined) return 'RANGE';
  }
  if (index === s.selected && sameKey(a)) return 'OTHER';
  const held = s.db.peek(a.bytes, a.start(1), a.end(1));
  const to = s.keyspace.database(index);
  if (held === undefined || (!replace && to.isTaken(a.bytes, a.start(2), a.end(2)))) return undefined;
  const copied: Held = { ...held, value: held.value?.clone() };
  to.give(a.bytes, a.start(2), a.end(2), copied);
  return undefined;
}

// RESTORE

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
}

function restoreOptions(a: Args): RestoreOptions | undefined {
  const options = { replace: false, absolute: false };
  // A server keeps one of both for all keys.
  let access: 'IDLETIME' | 'FREQ' | undefined;
  for (let i = 4; i < a.count; i++) {
    const given = a.is(i, 'IDLETIME') ? 'IDLETIME' : a.is(i, 'FREQ') ? 'FREQ' : undefined;
    if (a.is(i, 'REPLACE')) options.replace = true;
    else if (a.is(i, 'ABSTTL')) options.absolute = true;
    else if (given !== undefined && (access ?? given) === given && i + 1 < a.count) {
      access = given;
      const value = a.int(++i);
      if (value === undefined || value < 0 || (given === 'FREQ' && value > 255)) return undefined;
    } else return undefined;
  }
  return options;
}

function restore(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const options = restoreOptions(a);
  if (options === undefined) return 'SYNTAX';
  const start = a.start(1);
  const end = a.end(1);
  if (!options.replace && s.db.isTaken(a.bytes, start, end)) return 'BUSY_KEY';
  const ttl = a.int(2);
  if (ttl === undefined || ttl < 0) return 'NOT_A_NUMBER';
  const payload = a.bytes.subarray(a.start(3), a.end(3)) as Uint8Array<ArrayBuffer>;
  const version = payloadVersion(s.profile, payload);
  if (version === undefined) return 'OTHER';
  const loaded = load(s, payload, version);
  if (loaded === undefined) return 'OTHER';
  s.db.delete(a.bytes, start, end);
  const expiry = ttl === 0 ? undefined : options.absolute ? ttl : fromNow(s, ttl);
  if (loaded.value !== undefined) s.db.setValue(a.bytes, start, end, loaded.value, expiry);
  else if (loaded.text !== undefined) {
    s.db.setText(a.bytes, start, end, loaded.text, 0, loaded.text.length, expiry);
  }
  return undefined;
}

/** Servers add to the present without a look at what 64 bits hold. */
function fromNow(s: Session, ttl: number | bigint): Expiry {
  return narrow64(BigInt.asIntN(64, BigInt(ttl) + BigInt(s.now)));
}

interface Loaded {
  value: Value | undefined;
  text: Uint8Array | undefined;
}

/** Loads what a payload holds; undefined where it is damaged. */
function load(s: Session, payload: Uint8Array<ArrayBuffer>, version: number): Loaded | undefined {
  let loaded: Loaded | undefined;
  const loader = new KeyspaceLoader(s.keyspace, (value, text) => {
    loaded = { value, text };
  });
  loader.packsZsets = packsZero(s);
  const facts = new FileFacts();
  facts.version = version;
  facts.family = version >= 80 ? 'valkey' : 'redis';
  try {
    const scanner = scanStored(loader, facts, { typeId: payload[0]! });
    scanner.push(payload.subarray(1, payload.length - FOOTER));
    scanner.end();
  } catch (error) {
    loader.abandon();
    loaded?.value?.free();
    if (error instanceof Refusal || !RedisFileError.is(error)) throw error;
    return undefined;
  }
  return loaded;
}
