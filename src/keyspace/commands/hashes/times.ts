import type { Args } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import type { Failure, Outcome } from '../../outcome.ts';
import { sinceRedis } from '../../profile.ts';
import type { Session } from '../../session.ts';
import { type HashValue, NEVER } from '../../values/hash.ts';
import { addHash, findHash, isOver, sees } from './lookup.ts';

/** Commands about the times of fields. Nothing goes while a log is loaded, whatever its time. */
export const hashTimes: Family = {
  HSETEX: hsetex,
  HGETEX: hgetex,
  HGETDEL: hgetdel,
  HEXPIRE: (s, a) => hexpire(s, a, 1000, s.now),
  HPEXPIRE: (s, a) => hexpire(s, a, 1, s.now),
  HEXPIREAT: (s, a) => hexpire(s, a, 1000, 0),
  HPEXPIREAT: (s, a) => hexpire(s, a, 1, 0),
  HPERSIST: hpersist,
};

/** Latest time that Redis takes: two of the 48 bits that it stores are reserved. */
const LATEST = 2 ** 46 - 1;
const LATEST_VALKEY: bigint = /* @__PURE__ */ 2n ** 63n - 1n;

/** From this release of Redis on, options may stand behind the fields. */
const FREE_ORDER_SINCE = 802;

/** A time in Unix ms from an argument, which counts in `unit` ms from `base`. */
function timeOf(s: Session, a: Args, i: number, unit: number, base: number): number | bigint | Failure {
  const given = a.int(i);
  if (given === undefined) return 'NOT_A_NUMBER';
  if (given < 0) return 'RANGE';
  // Nearly every time is one for both.
  const usual = Number(given) * unit + base;
  if (usual <= LATEST) return usual;
  if (s.profile.family !== 'valkey') return 'RANGE';
  const time = BigInt(given) * BigInt(unit) + BigInt(base);
  if (time > LATEST_VALKEY) return 'RANGE';
  const near = Number(time);
  return Number.isSafeInteger(near) ? near : time;
}

type Condition = 'NX' | 'XX' | 'GT' | 'LT';

/** What stands around the fields of these commands. */
class Options {
  readonly conditions: Condition[] = [];
  fields: 'FNX' | 'FXX' | undefined;
  time: number | bigint | undefined;
  persist = false;
  keep = false;
  /** First field, and behind the last argument of the fields. */
  first = 0;
  end = 0;
}

type Word = 'NX' | 'XX' | 'GT' | 'LT' | 'FNX' | 'FXX' | 'EX' | 'PX' | 'EXAT' | 'PXAT' | 'PERSIST' | 'KEEPTTL';

const TIMES: readonly Word[] = ['EX', 'PX', 'EXAT', 'PXAT'];

/** Reads what stands from `from` on: options that a command knows, and its fields of `step` arguments each. */
function parseOptions(s: Session, a: Args, from: number, step: number, words: readonly Word[]): Options | Failure {
  const options = new Options();
  for (let i = from; i < a.count; i++) {
    if (a.is(i, 'FIELDS') && options.first === 0) {
      const failure = parseFields(s, a, i, step, options);
      if (failure !== undefined) return failure;
      i = options.end - 1;
      continue;
    }
    const word = words.find((known) => a.is(i, known));
    if (word === undefined) return 'SYNTAX';
    const failure = TIMES.includes(word) ? parseTime(s, a, ++i, word, options) : addWord(word, options);
    if (failure !== undefined) return failure;
  }
  return options.first === 0 ? 'SYNTAX' : options;
}

function parseFields(s: Session, a: Args, at: number, step: number, options: Options): Failure | undefined {
  const count = at + 1 < a.count ? a.int(at + 1) : undefined;
  if (typeof count !== 'number' || count < 1) return 'SYNTAX';
  options.first = at + 2;
  options.end = options.first + count * step;
  if (options.end > a.count) return 'SYNTAX';
  const free = sinceRedis(s.profile, FREE_ORDER_SINCE);
  return free || options.end === a.count ? undefined : 'SYNTAX';
}

function parseTime(s: Session, a: Args, at: number, word: Word, options: Options): Failure | undefined {
  if (at >= a.count || options.time !== undefined || options.keep || options.persist) return 'SYNTAX';
  const unit = word.startsWith('E') ? 1000 : 1;
  const time = timeOf(s, a, at, unit, word.endsWith('AT') ? 0 : s.now);
  if (typeof time === 'string') return time;
  options.time = time;
  return undefined;
}

/** Of each group of words one at most may be there. */
function addWord(word: Word, options: Options): Failure | undefined {
  switch (word) {
    case 'FNX':
    case 'FXX':
      if (options.fields !== undefined) return 'SYNTAX';
      options.fields = word;
      return undefined;
    case 'PERSIST':
    case 'KEEPTTL':
      if (options.time !== undefined || options.keep || options.persist) return 'SYNTAX';
      if (word === 'PERSIST') options.persist = true;
      else options.keep = true;
      return undefined;
    case 'NX':
    case 'XX':
    case 'GT':
    case 'LT':
      options.conditions.push(word);
  }
  return undefined;
}

const SETEX_WORDS: readonly Word[] = ['FNX', 'FXX', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL'];
const SETEX_WORDS_VALKEY: readonly Word[] = ['NX', 'XX', ...SETEX_WORDS];

function hsetex(s: Session, a: Args): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const options = parseOptions(s, a, 2, 2, s.profile.family === 'valkey' ? SETEX_WORDS_VALKEY : SETEX_WORDS);
  if (typeof options === 'string') return options;
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  const [condition, another] = options.conditions;
  if (another !== undefined) return 'SYNTAX';
  if (condition === 'NX' && found !== undefined) return undefined;
  if (condition === 'XX' && found === undefined) return undefined;
  if (!fieldsFit(s, a, found, options)) return undefined;
  const hash = found ?? addHash(s, a);
  const { bytes } = a;
  for (let i = options.first; i < options.end; i += 2) {
    hash.set(bytes, a.start(i), a.end(i), bytes, a.start(i + 1), a.end(i + 1), options.keep);
    if (options.time !== undefined) hash.setTime(bytes, a.start(i), a.end(i), options.time);
  }
  return undefined;
}

/** FNX: no field is there; FXX: all are. */
function fieldsFit(s: Session, a: Args, hash: HashValue | undefined, { fields, first, end }: Options): boolean {
  if (fields === undefined) return true;
  const wanted = fields === 'FXX';
  if (hash === undefined) return !wanted;
  for (let i = first; i < end; i += 2) if (sees(s, hash, a.bytes, a.start(i), a.end(i)) !== wanted) return false;
  return true;
}

const GETEX_WORDS: readonly Word[] = ['EX', 'PX', 'EXAT', 'PXAT', 'PERSIST'];

function hgetex(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const options = parseOptions(s, a, 2, 1, GETEX_WORDS);
  if (typeof options === 'string') return options;
  const hash = findHash(s, a);
  if (hash === undefined || typeof hash === 'string') return hash;
  const time = options.persist ? NEVER : options.time;
  if (time === undefined) return undefined;
  for (let i = options.first; i < options.end; i++) {
    if (sees(s, hash, a.bytes, a.start(i), a.end(i))) hash.setTime(a.bytes, a.start(i), a.end(i), time);
  }
  return undefined;
}

function hgetdel(s: Session, a: Args): Outcome {
  const options = parseOptions(s, a, 2, 1, []);
  if (typeof options === 'string') return options;
  const hash = findHash(s, a);
  if (hash === undefined || typeof hash === 'string') return hash;
  for (let i = options.first; i < options.end; i++) {
    if (sees(s, hash, a.bytes, a.start(i), a.end(i))) hash.remove(a.bytes, a.start(i), a.end(i));
  }
  if (hash.size === 0) s.db.delete(a.bytes, a.start(1), a.end(1));
  return undefined;
}

const EXPIRE_WORDS: readonly Word[] = ['NX', 'XX', 'GT', 'LT'];

function hexpire(s: Session, a: Args, unit: number, base: number): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const options = parseOptions(s, a, 3, 1, EXPIRE_WORDS);
  if (typeof options === 'string') return options;
  const { conditions } = options;
  if (conditions.length > 1 && !mayCombine(s, conditions)) return 'SYNTAX';
  const time = timeOf(s, a, 2, unit, base);
  if (typeof time === 'string') return time;
  const hash = findHash(s, a);
  if (hash === undefined || typeof hash === 'string') return hash;
  const { bytes } = a;
  for (let i = options.first; i < options.end; i++) {
    if (!hash.has(bytes, a.start(i), a.end(i))) continue;
    const before = hash.timeOf(bytes, a.start(i), a.end(i));
    if (conditions.every((one) => applies(one, before, time))) hash.setTime(bytes, a.start(i), a.end(i), time);
  }
  return undefined;
}

/** Valkey reads them as EXPIRE does (valkey 9.0: src/expire.c, parseExtendedExpireArgumentsOrReply), Redis takes one. */
function mayCombine(s: Session, conditions: readonly Condition[]): boolean {
  if (s.profile.family !== 'valkey') return false;
  const kinds = new Set(conditions);
  return !(kinds.has('NX') && kinds.size > 1) && !(kinds.has('GT') && kinds.has('LT'));
}

/** Never counts as later than all times. */
function applies(condition: Condition, before: number | bigint, time: number | bigint): boolean {
  switch (condition) {
    case 'NX':
      return before === NEVER;
    case 'XX':
      return before !== NEVER;
    case 'GT':
      return before !== NEVER && time > before;
    case 'LT':
      return before === NEVER || time < before;
  }
}

/** Fields whose time is over keep it. */
function hpersist(s: Session, a: Args): Outcome {
  const options = parseOptions(s, a, 2, 1, []);
  if (typeof options === 'string') return options;
  const hash = findHash(s, a);
  if (hash === undefined || typeof hash === 'string') return hash;
  const { bytes } = a;
  for (let i = options.first; i < options.end; i++) {
    if (!isOver(s, hash, bytes, a.start(i), a.end(i))) hash.setTime(bytes, a.start(i), a.end(i), NEVER);
  }
  return undefined;
}
