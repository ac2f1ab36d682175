import { RedisFileError } from '../../errors.ts';
import { decodeFunctions, type FunctionLibrary, parseLibraryHead } from '../../rdb/index.ts';
import type { Args } from '../args.ts';
import { nothing } from '../arity.ts';
import type { Family } from '../dispatch.ts';
import { type Outcome, Refusal } from '../outcome.ts';
import { payloadVersion } from '../payload.ts';
import type { Session } from '../session.ts';

/** Function libraries: their sources by name. What is in them is never run. */
export const functions: Family = { FUNCTION: runFunction };

const READING: readonly string[] = ['LIST', 'DUMP', 'STATS', 'HELP', 'KILL'];

function runFunction(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  if (a.names(1, 'LOAD')) return load(s, a);
  if (a.names(1, 'DELETE')) return remove(s, a);
  if (a.names(1, 'FLUSH')) return flush(s, a);
  if (a.names(1, 'RESTORE')) return restore(s, a);
  if (READING.some((name) => a.names(1, name))) return nothing(s, a);
  throw new Refusal('has a subcommand that is not known');
}

/** Engines besides Lua come with modules, from this release of Valkey on. */
const ENGINES_SINCE = 801;

/** The name under which a library is kept; undefined where a server does not take it. */
function libraryOf(s: Session, code: Uint8Array): string | undefined {
  const head = parseLibraryHead(code);
  const { family, release } = s.profile;
  const any = family === 'valkey' && release >= ENGINES_SINCE;
  return head !== undefined && ((any && head.engine !== '') || head.engine.toLowerCase() === 'lua')
    ? head.name
    : undefined;
}

function load(s: Session, a: Args): Outcome {
  const last = a.count - 1;
  if (last < 2) return 'SYNTAX';
  for (let i = 2; i < last; i++) if (!a.is(i, 'REPLACE')) return 'SYNTAX';
  const code = a.copy(last);
  const name = libraryOf(s, code);
  const { functions } = s.keyspace;
  if (name === undefined || (last === 2 && functions.has(name))) return 'OTHER';
  functions.set(name, code);
  return undefined;
}

function remove(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  return s.keyspace.functions.delete(a.text(2)) ? undefined : 'OTHER';
}

function flush(s: Session, a: Args): Outcome {
  if (a.count > 3 || (a.count === 3 && !a.is(2, 'SYNC') && !a.is(2, 'ASYNC'))) return 'SYNTAX';
  s.keyspace.functions.clear();
  return undefined;
}

/** All libraries of the payload are taken, or none. */
function restore(s: Session, a: Args): Outcome {
  if (a.count !== 3 && a.count !== 4) return 'SYNTAX';
  const flushes = a.count === 4 && a.is(3, 'FLUSH');
  const replaces = a.count === 4 && a.is(3, 'REPLACE');
  if (a.count === 4 && !flushes && !replaces && !a.is(3, 'APPEND')) return 'SYNTAX';
  const libraries = decode(s, a.copy(2));
  if (libraries === undefined) return 'OTHER';
  const { functions } = s.keyspace;
  const taken = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { code } of libraries) {
    const name = libraryOf(s, code);
    if (name === undefined || taken.has(name)) return 'OTHER';
    if (!flushes && !replaces && functions.has(name)) return 'OTHER';
    taken.set(name, code);
  }
  if (flushes) functions.clear();
  for (const [name, code] of taken) functions.set(name, code);
  return undefined;
}

function decode(s: Session, payload: Uint8Array): FunctionLibrary[] | undefined {
  if (payloadVersion(s.profile, payload) === undefined) return undefined;
  try {
    return decodeFunctions(payload);
  } catch (error) {
    if (RedisFileError.is(error)) return undefined;
    throw error;
  }
}
