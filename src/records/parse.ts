import { RedisFileError } from '../errors.ts';
import type { KeyType } from '../rdb/index.ts';
import { KEY_TYPES, type KeyFilterOptions, type SizeRange, type TtlRange } from './key-filter.ts';
import { SLOTS } from './slot.ts';
import type { TtlChange } from './ttl.ts';

/** Milliseconds of a unit; a number alone is in seconds, as those of EXPIRE and TTL are. */
const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Bytes of a unit, as in `redis.conf`: `k` is a thousand, `kb` is 1024. */
const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1 << 10,
  kib: 1 << 10,
  m: 1e6,
  mb: 1 << 20,
  mib: 1 << 20,
  g: 1e9,
  gb: 1 << 30,
  gib: 1 << 30,
  t: 1e12,
  tb: 2 ** 40,
  tib: 2 ** 40,
};

/**
 * Reads slots of a cluster as people write them: `0-5460,7000`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseSlots(text: string): [first: number, last: number][] {
  return text.split(',').map((part) => {
    const [, first, last = first] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    const range: [number, number] = [Number(first), Number(last)];
    if (first === undefined || range[0] > range[1] || range[1] >= SLOTS) {
      throw expected(`slots from 0 to ${SLOTS - 1} such as 0-5460,7000`, part);
    }
    return range;
  });
}

/**
 * Reads numbers of databases: `0,3`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseDbs(text: string): number[] {
  return text.split(',').map((part) => {
    if (!/^\s*\d{1,9}\s*$/.test(part)) throw expected('numbers of databases such as 0,3', part);
    return Number(part);
  });
}

/**
 * Reads types of keys: `hash,zset`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseTypes(text: string): KeyType[] {
  return text.split(',').map((part) => {
    const type = KEY_TYPES.find((known) => known === part.trim().toLowerCase());
    if (type === undefined) throw expected(`types of keys, of ${KEY_TYPES.join(', ')}`, part);
    return type;
  });
}

/**
 * Reads which times to live are wanted: `none`, `any`, `expired`, or a range of the time that is left, `10s..2h`, of
 * which one end may be left out. Units are `ms`, `s` (also where there is none), `m`, `h`, `d` and `w`.
 *
 * @returns what the option `ttl` of a filter takes, in ms
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseTtl(text: string): NonNullable<KeyFilterOptions['ttl']> {
  if (text === 'none' || text === 'any' || text === 'expired') return text;
  const range: TtlRange = {};
  const [from, to] = parseRange(text, DURATIONS, 'none, any, expired, or a range such as 10s..2h');
  if (from !== undefined) range.from = from;
  if (to !== undefined) range.to = to;
  return range;
}

/**
 * Reads a range of sizes: `1KB..1MB`, of which one end may be left out. Units are those of `redis.conf`: `k` is 1000
 * bytes, `kb` 1024, and so on with `m`, `g` and `t`; their case means nothing.
 *
 * @returns what the option `size` of a filter takes, in bytes
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseSize(text: string): SizeRange {
  const range: SizeRange = {};
  const [min, max] = parseRange(text.toLowerCase(), SIZES, 'a range of sizes such as 1KB..1MB');
  if (min !== undefined) range.min = min;
  if (max !== undefined) range.max = max;
  return range;
}

/**
 * Reads what becomes of times to live: `keep`, `strip`, `+1h` or `-1h` for later or sooner, `at:1700000000000` (or `@`)
 * for a Unix time in ms.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with what was expected
 */
export function parseTtlChange(text: string): TtlChange {
  if (text === 'keep' || text === 'strip') return text;
  const [, at] = /^(?:@|at:)(\d{1,15})$/.exec(text) ?? [];
  if (at !== undefined) return { at: Number(at) };
  const ms = /^[+-]/.test(text) ? parseAmount(text.slice(1), DURATIONS) : undefined;
  if (ms === undefined) throw expected('keep, strip, +1h, -1h, or a Unix time in ms such as at:1700000000000', text);
  return { add: text[0] === '-' ? -ms : ms };
}

/**
 * Reads a regular expression for names of keys.
 *
 * @throws RedisFileError `INVALID_ARGUMENT`, with the place where it is wrong as far as the runtime tells it
 */
export function parseRegex(text: string): RegExp {
  try {
    // Characters, not halves of them: `^.$` is to find a key that is one emoji.
    return new RegExp(text, 'u');
  } catch (error) {
    throw new RedisFileError('INVALID_ARGUMENT', (error as Error).message);
  }
}

/** Both ends of `A..B`, undefined for one that is left out. */
function parseRange(
  text: string,
  units: Readonly<Record<string, number>>,
  what: string,
): [from: number | undefined, to: number | undefined] {
  const [, first = '', last = ''] = /^(.*?)\.\.(.*)$/.exec(text) ?? [];
  const from = first === '' ? undefined : parseAmount(first, units);
  const to = last === '' ? undefined : parseAmount(last, units);
  const wrong = (first !== '' && from === undefined) || (last !== '' && to === undefined);
  if (wrong || (first === '' && last === '') || (from ?? 0) > (to ?? Number.POSITIVE_INFINITY)) {
    throw expected(what, text);
  }
  return [from, to];
}

/** A number with a unit, in whole units of the smallest kind; undefined for anything else. */
function parseAmount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d{1,15}(?:\.\d{1,9})?)\s*([a-z]*)\s*$/.exec(text) ?? [];
  const scale = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits === undefined || scale === undefined) return undefined;
  const amount = Math.round(Number(digits) * scale);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

function expected(what: string, found: string): RedisFileError {
  return new RedisFileError('INVALID_ARGUMENT', `expected ${what}, found ${JSON.stringify(found)}`);
}
