/**
 * What commands answer to a script that calls them. A log has no replies, so that what runs its commands gives none: they are
 * worked out here, from what is there before a command runs, and behind it.
 */
import { findCommandIn, takesCount } from '../commands/index.ts';
import type { Args } from './args.ts';
import type { ScriptReply } from './outcome.ts';
import { bitAnswers, bitReaders } from './replies/bits.ts';
import { hashAnswers, hashReaders } from './replies/hashes.ts';
import { keyAnswers, keyReaders } from './replies/keys.ts';
import { listAnswers, listReaders } from './replies/lists.ts';
import { type Answers, CallFailed, type Readers } from './replies/reply.ts';
import { setAnswers, setReaders } from './replies/sets.ts';
import { sortAnswers } from './replies/sort.ts';
import { streamAnswers, streamReaders } from './replies/streams.ts';
import { stringAnswers, stringReaders } from './replies/strings.ts';
import { zsetAnswers, zsetReaders } from './replies/zsets.ts';
import type { Session } from './session.ts';

/** Commands that change nothing. */
const READERS: Readers = /* @__PURE__ */ table([
  keyReaders,
  stringReaders,
  bitReaders,
  hashReaders,
  listReaders,
  setReaders,
  zsetReaders,
  streamReaders,
]);

/** Commands that may change something. */
const ANSWERS: Answers = /* @__PURE__ */ table([
  keyAnswers,
  stringAnswers,
  bitAnswers,
  hashAnswers,
  listAnswers,
  setAnswers,
  zsetAnswers,
  streamAnswers,
  sortAnswers,
]);

function table<T>(families: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  // Nothing that every object has may be taken for a command.
  return Object.assign(Object.create(null) as Record<string, T>, ...families) as Readonly<Record<string, T>>;
}

/** No script may call them. */
const FORBIDDEN: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'MULTI',
  'EXEC',
  'DISCARD',
  'WATCH',
  'UNWATCH',
  'EVAL',
  'EVALSHA',
  'EVAL_RO',
  'EVALSHA_RO',
  'FCALL',
  'FCALL_RO',
  'SCRIPT',
  'FUNCTION',
]);

/** Scripts may call them from 7.2 on. */
const BLOCKING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'BLPOP',
  'BRPOP',
  'BRPOPLPUSH',
  'BLMOVE',
  'BZPOPMIN',
  'BZPOPMAX',
]);
const BLOCKING_SINCE = 702;

/** They got an option behind the arguments that their arity counts. */
const LONGER: ReadonlySet<string> = /* @__PURE__ */ new Set(['ZRANK', 'ZREVRANK']);

/** Longest name that is looked for. */
const LONGEST = 64;

/**
 * Runs a command that a script calls.
 *
 * @returns undefined for a command that may change something, and whose reply is not known
 * @throws CallFailed where it fails, and Refusal where it only reads, and its reply is not known
 */
export function callInside(s: Session, a: Args): ScriptReply | undefined {
  if (a.count === 0) throw new CallFailed('SYNTAX');
  const name = a.length(0) > LONGEST ? '' : a.text(0).toUpperCase();
  if (FORBIDDEN.has(name) || (BLOCKING.has(name) && s.profile.release < BLOCKING_SINCE)) throw new CallFailed('OTHER');
  const reader = READERS[name];
  const fits = arityFits(a, name);
  if (reader !== undefined) {
    if (!fits) throw new CallFailed('SYNTAX');
    return reader(s, a);
  }
  // With too few arguments there is nothing to look at, and the command fails.
  const reply = fits ? ANSWERS[name]?.(s, a) : undefined;
  const failure = s.runInside(a);
  if (failure !== undefined) throw new CallFailed(failure);
  return reply?.();
}

function arityFits(a: Args, name: string): boolean {
  const info = findCommandIn(a.bytes, a.spans, a.count);
  if (info === undefined || takesCount(info, a.count)) return true;
  return LONGER.has(name) && a.count > info.arity;
}
