import { findCommandIn, keysOf } from '../../commands/index.ts';
import type { Args } from '../args.ts';
import type { Family, Handler } from '../dispatch.ts';
import { type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';
import { OpaqueValue } from '../values/opaque.ts';
import { addOpaque, findOpaque, tooShort } from './modules/carry.ts';
import { json } from './modules/json.ts';
import { search } from './modules/search.ts';
import { refuseClock, refuseRules, ties } from './modules/ties.ts';
import { vectors } from './modules/vectors.ts';

/**
 * What a command on one key, its first argument, needs of it: the key is made where it is missing (`makes`), also unless
 * an option says no (`inserts`); must be there (`needs`); or must not (`reserves`).
 */
const NEEDS: Readonly<Record<string, string>> = {
  makes: 'BF.ADD BF.MADD BF.LOADCHUNK CF.ADD CF.ADDNX CF.LOADCHUNK TS.ADD TS.INCRBY TS.DECRBY',
  inserts: 'BF.INSERT CF.INSERT CF.INSERTNX',
  reserves: 'BF.RESERVE CF.RESERVE CMS.INITBYDIM CMS.INITBYPROB TOPK.RESERVE TDIGEST.CREATE TS.CREATE',
  needs:
    'JSON.CLEAR JSON.TOGGLE JSON.NUMINCRBY JSON.NUMMULTBY JSON.STRAPPEND JSON.ARRAPPEND JSON.ARRINSERT JSON.ARRPOP ' +
    'JSON.ARRTRIM CF.DEL CF.COMPACT CMS.INCRBY TDIGEST.ADD TDIGEST.RESET TS.ALTER TS.DEL VSETATTR',
};

/** Keys of modules, and indexes: what is in them is not known, only the commands that made it. */
export const modules: Family = {
  ...Object.fromEntries(Object.entries(NEEDS).flatMap(([need, names]) => names.split(' ').map(carrier(need)))),
  ...json,
  ...ties,
  ...vectors,
  ...search,
  'TOPK.ADD': decay,
  'TOPK.INCRBY': decay,
};

function decay(): Outcome {
  throw new Refusal('lets counters decay at random');
}

function carrier(need: string): (name: string) => [string, Handler] {
  return (name) => {
    const dot = name.indexOf('.');
    const family = dot < 0 ? 'V' : name.slice(0, dot);
    return [name, (s, a) => carry(s, a, family, need)];
  };
}

function carry(s: Session, a: Args, family: string, need: string): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const found = findOpaque(s, a, 1, family);
  if (typeof found === 'string') return found;
  if (found === undefined && (need === 'needs' || (need === 'inserts' && hasWord(a, 'NOCREATE')))) return 'NO_KEY';
  if (found !== undefined && need === 'reserves') return 'BUSY_KEY';
  if (family === 'TS') refuseSeries(a);
  if (family === 'TS' && found !== undefined) refuseRules(found);
  (found ?? addOpaque(s, a, 1, family)).add(a.bytes, a.spans, a.count);
  return undefined;
}

/** Whether there is an option, before the items. */
function hasWord(a: Args, word: string): boolean {
  for (let i = 2; i < a.count && !a.is(i, 'ITEMS'); i++) if (a.is(i, word)) return true;
  return false;
}

/** Samples without a time. Servers log the one that they took. */
function refuseSeries(a: Args): void {
  if (a.is(0, 'TS.ADD')) refuseClock(a, 2);
  if ((a.is(0, 'TS.INCRBY') || a.is(0, 'TS.DECRBY')) && !hasWord(a, 'TIMESTAMP')) {
    throw new Refusal('takes its time from the clock of the server');
  }
}

/** Whether a command is one that the caller wants to be carried along, such as `FOO.*`. */
export function isJournaled(s: Session, a: Args): boolean {
  const { journal } = s.options;
  if (journal.length === 0 || findCommandIn(a.bytes, a.spans, a.count) !== undefined) return false;
  const name = a.text(0).toUpperCase();
  return journal.some((pattern) => {
    const wanted = pattern.toUpperCase();
    return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
  });
}

/** Carries along such a command, whose first argument is a key that it makes where it is missing. */
export function carryUnknown(s: Session, a: Args): Outcome {
  const name = a.text(0).toUpperCase();
  const dot = name.indexOf('.');
  const family = dot < 0 ? name : name.slice(0, dot);
  const outcome = carry(s, a, family, 'makes');
  if (outcome === 'WRONGTYPE')
    throw new Refusal('works on a key that was made by others: what becomes of it is not known');
  const found = outcome === undefined ? findOpaque(s, a, 1, family) : undefined;
  if (found instanceof OpaqueValue) found.guessed = true;
  return outcome;
}

/**
 * A command failed as it is none for the type of its key. Logs hold no such command for a key whose type is known for certain;
 * one that others named may have become another.
 *
 * @throws Refusal where that is so
 */
export function refuseGuess(s: Session, a: Args): void {
  if (s.options.journal.length === 0) return;
  for (const key of keysOf(Array.from({ length: a.count }, (_, i) => a.copy(i))) ?? []) {
    const value = s.db.opaque(key, 0, key.length);
    if (value instanceof OpaqueValue && value.guessed) {
      throw new Refusal('depends on what commands that only their module knows made of a key');
    }
  }
}
