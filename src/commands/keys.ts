import { describe, invalidArgument, isBytes } from '../bytes/index.ts';

/** An argument, whatever form it is in. */
export type Argument = Uint8Array | string;

/** Adds the places of keys in a command's arguments, as far as they are there. */
export type KeyPlaces = (argv: readonly Argument[], places: number[]) => void;

const decoder = /* @__PURE__ */ new TextDecoder();

/** An argument as text in uppercase, to be compared with words. */
export function upper(argument: Argument): string {
  if (typeof argument === 'string') return argument.toUpperCase();
  if (isBytes(argument)) return decoder.decode(argument).toUpperCase();
  throw invalidArgument(`an argument must be text or a Uint8Array, found ${describe(argument)}`);
}

/** What a spec of the table means. */
export function keyPlaces(spec: string): KeyPlaces {
  const range = /^(\d+)(?:(\.\.)(-\d+)?(?:\/(\d+))?)?$/.exec(spec);
  if (range !== null) {
    const first = Number(range[1]);
    const last = range[2] === undefined ? undefined : Number(range[3] ?? -1);
    return inRange(first, last, Number(range[4] ?? 1));
  }
  const counted = /^n(\d+)(?:\/(\d+))?$/.exec(spec);
  if (counted !== null) return asCounted(Number(counted[1]), Number(counted[2] ?? 1));
  const word = /^(streams|store)(\d+)$/.exec(spec);
  if (word?.[1] === 'streams') return ofStreams(Number(word[2]));
  if (word?.[1] === 'store') return behindWords(Number(word[2]), ['STORE', 'STOREDIST']);
  return spec === 'sort' ? ofSort : ofMigrate;
}

/** @param last undefined for the first one only; negative counts from the end */
function inRange(first: number, last: number | undefined, step: number): KeyPlaces {
  return (argv, places) => {
    const end = last === undefined ? first : argv.length + last;
    for (let i = first; i <= end && i < argv.length; i += step) places.push(i);
  };
}

/** Keys behind an argument that tells their number. */
function asCounted(at: number, step: number): KeyPlaces {
  return (argv, places) => {
    const text = argv[at] === undefined ? '' : upper(argv[at]);
    if (!/^\d{1,10}$/.test(text)) return;
    const end = Math.min(argv.length, at + 1 + Number(text) * step);
    for (let i = at + 1; i < end; i += step) places.push(i);
  };
}

/** The first half of what stands behind the word STREAMS; the other half are ids. */
function ofStreams(from: number): KeyPlaces {
  return (argv, places) => {
    for (let i = from; i < argv.length; i++) {
      if (upper(argv[i]!) !== 'STREAMS') continue;
      const half = Math.floor((argv.length - i - 1) / 2);
      for (let k = 1; k <= half; k++) places.push(i + k);
      return;
    }
  };
}

/** What stands behind the first of each of some words. */
function behindWords(from: number, words: readonly string[]): KeyPlaces {
  return (argv, places) => {
    for (const word of words) {
      for (let i = from; i + 1 < argv.length; i++) {
        if (upper(argv[i]!) !== word) continue;
        places.push(i + 1);
        break;
      }
    }
  };
}

/** Options of SORT with their arguments, which may read like other options. */
const SORT_OPTIONS: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1 };

/** The last STORE counts (redis 7.0: src/db.c, sortGetKeys). */
function ofSort(argv: readonly Argument[], places: number[]): void {
  let store: number | undefined;
  for (let i = 2; i < argv.length; i++) {
    const word = upper(argv[i]!);
    if (word === 'STORE' && i + 1 < argv.length) {
      store = ++i;
    } else {
      i += SORT_OPTIONS[word] ?? 0;
    }
  }
  if (store !== undefined) places.push(store);
}

/** The third argument, or where that is empty, what stands behind KEYS (redis 7.0: src/db.c, migrateGetKeys). */
function ofMigrate(argv: readonly Argument[], places: number[]): void {
  if (argv.length > 3 && argv[3]!.length > 0) {
    places.push(3);
    return;
  }
  for (let i = 6; i < argv.length; i++) {
    const word = upper(argv[i]!);
    if (word === 'AUTH') i++;
    else if (word === 'AUTH2') i += 2;
    else if (word === 'KEYS') {
      for (let k = i + 1; k < argv.length; k++) places.push(k);
      return;
    }
  }
}
