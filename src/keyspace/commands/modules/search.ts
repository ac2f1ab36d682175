import type { Args } from '../../args.ts';
import type { Family, Handler } from '../../dispatch.ts';
import { type Outcome, Refusal } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { addOpaque, findOpaque, tooShort } from './carry.ts';
import { mayGo } from './json.ts';

/**
 * Commands on indexes, their aliases, synonyms and dictionaries, none of which is a key. What clients send is logged under
 * a name that does nothing the second time, such as `FT._CREATEIFNX`.
 */
const KEPT: readonly string[] = [
  ...['CREATE', '_CREATEIFNX', '_RESTOREIFNX', 'ALTER', '_ALTERIFNX', 'SYNUPDATE', 'SYNFORCEUPDATE'],
  ...['ALIASADD', '_ALIASADDIFNX', 'ALIASUPDATE', 'ALIASDEL', '_ALIASDELIFX', 'DICTADD', 'DICTDEL'],
];

/** Commands that write documents by the schema of an index. */
const DOCUMENTS: readonly string[] = ['ADD', 'SAFEADD', 'ADDHASH', 'SAFEADDHASH', 'DEL', 'SETPAYLOAD'];

/** The prefixes of a module that stands alone, and of one that is the shard of a cluster. */
const PREFIXES: readonly string[] = ['FT.', '_FT.'];

const FAMILY = 'FT';

/** Commands of search modules. */
export const search: Family = {
  ...Object.fromEntries(PREFIXES.flatMap(handlers)),
  'FT.SUGADD': suggest,
  'FT.SUGDEL': remove,
};

function handlers(prefix: string): [string, Handler][] {
  const named = (names: readonly string[], handler: Handler): [string, Handler][] =>
    names.map((name) => [prefix + name, handler]);
  return [
    ...named(KEPT, keep),
    ...named(DOCUMENTS, refuseDocument),
    ...named(['DROPINDEX', '_DROPINDEXIFX'], (s, a) => drop(s, a, false)),
    ...named(['DROP', '_DROPIFX'], (s, a) => drop(s, a, true)),
  ];
}

function keep(s: Session, a: Args): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  s.keyspace.modules.add(s.selected, a);
  return undefined;
}

function refuseDocument(): Outcome {
  throw new Refusal('concerns a document that only the module can write or remove');
}

/** A server logs what it removes of the documents as DEL, and then that they are to be kept. */
function drop(s: Session, a: Args, removes: boolean): Outcome {
  if (a.count < 2 || a.count > 3) return 'SYNTAX';
  const word = removes ? 'KEEPDOCS' : 'DD';
  if (a.count === 3 && !a.is(2, word) && !a.is(2, '_FORCEKEEPDOCS')) return 'SYNTAX';
  if (a.count === 2 ? removes : a.is(2, 'DD')) {
    throw new Refusal('removes the documents of an index, which only the module knows');
  }
  return keep(s, a);
}

/** Suggestions are a key. */
function suggest(s: Session, a: Args): Outcome {
  if (tooShort(a) || a.count > 7) return 'SYNTAX';
  const found = findOpaque(s, a, 1, FAMILY);
  if (typeof found === 'string') return found;
  if (a.double(3) === undefined) return 'NOT_A_NUMBER';
  const value = found ?? addOpaque(s, a, 1, FAMILY);
  value.add(a.bytes, a.spans, a.count);
  value.unsure = false;
  return undefined;
}

/** Newer modules remove the key with its last suggestion. */
function remove(s: Session, a: Args): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const value = findOpaque(s, a, 1, FAMILY);
  if (value === undefined || typeof value === 'string') return value;
  mayGo(s, a, value);
  value.add(a.bytes, a.spans, a.count);
  value.unsure = true;
  return undefined;
}
