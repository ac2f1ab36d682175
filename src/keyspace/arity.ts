import { type CommandInfo, findCommandIn, takesCount } from '../commands/index.ts';
import type { Args } from './args.ts';
import type { Handler } from './dispatch.ts';
import { Refusal } from './outcome.ts';
import type { Session } from './session.ts';

/** From here on servers end a load at a subcommand that they do not know. */
const SUBCOMMANDS_SINCE = 700;

/** Valkey counts arguments while it loads, from here on. */
const VALKEY_COUNTS_SINCE = 900;

/**
 * How many of its arguments a command works on, its name counted: Redis does not count them while it loads, so that what stands
 * behind those that a command takes means nothing. Asked for commands that failed, and for those that only read.
 *
 * @throws Refusal for what no load survives for certain
 */
export function countTaken({ profile }: Session, a: Args): number {
  const { count } = a;
  const info = findCommandIn(a.bytes, a.spans, count);
  if (info === undefined) {
    const container = findCommandIn(a.bytes, a.spans, 1)?.container === true;
    if (container && profile.release >= SUBCOMMANDS_SINCE) throw new Refusal('has a subcommand that is not known');
    return count;
  }
  if (takesCount(info, count) || answersItself(info)) return count;
  if (count < Math.abs(info.arity)) throw new Refusal('has too few arguments');
  if (profile.family === 'valkey' && profile.release >= VALKEY_COUNTS_SINCE) {
    throw new Refusal('has too many arguments');
  }
  return COUNTS_ITSELF.test(info.name) ? count : info.arity;
}

/** For commands that only read, and those that mean nothing while a log is loaded. */
export const nothing: Handler = (s, a) => {
  countTaken(s, a);
  return undefined;
};

/** To commands of modules, and of vector sets, a wrong number of arguments is an error as any other. */
function answersItself({ module, name }: CommandInfo): boolean {
  return module || name.startsWith('V');
}

/** These fail where they get too much. */
const COUNTS_ITSELF = /^(?:XGROUP |ZINCRBY$|PFDEBUG$)/;
