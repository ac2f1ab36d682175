import { ascii } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import { readsLoosely } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { addInt64, LONGEST_INT64, parseInt64, putInt64 } from '../numbers/integer.ts';
import { addLongDoubles, formatLongDouble, type LongDouble, parseLongDouble } from '../numbers/long-double.ts';
import type { Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { addHash, findHash, isOver, removeFields, sees } from './hashes/lookup.ts';
import { hashTimes } from './hashes/times.ts';

/** Hashes. What a field is set to by HSET takes its time away. */
export const hashes: Family = {
  HSET: hset,
  HMSET: hset,
  HSETC: hsetc,
  HSETNX: hsetnx,
  HDEL: hdel,
  HINCRBY: hincrby,
  HINCRBYFLOAT: hincrbyfloat,
  ...hashTimes,
};

function hset(s: Session, a: Args): Outcome {
  if (a.count < 4 || a.count % 2 !== 0) return 'SYNTAX';
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  const hash = found ?? addHash(s, a);
  const { bytes } = a;
  for (let i = 2; i < a.count; i += 2) {
    hash.set(bytes, a.start(i), a.end(i), bytes, a.start(i + 1), a.end(i + 1));
  }
  return undefined;
}

/** What development versions wrote for HIMPORT SET: a whole hash, in place of one that is there. */
function hsetc(s: Session, a: Args): Outcome {
  if (a.count < 4 || a.count % 2 !== 0) return 'SYNTAX';
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  if (found !== undefined) s.db.delete(a.bytes, a.start(1), a.end(1));
  return hset(s, a);
}

function hsetnx(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  const { bytes } = a;
  if (found !== undefined && sees(s, found, bytes, a.start(2), a.end(2))) return undefined;
  (found ?? addHash(s, a)).set(bytes, a.start(2), a.end(2), bytes, a.start(3), a.end(3));
  return undefined;
}

function hdel(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const found = findHash(s, a);
  if (found === undefined || typeof found === 'string') return found;
  removeFields(s, a, found, 2, a.count);
  return undefined;
}

const digits: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(LONGEST_INT64);

function hincrby(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const { bytes } = a;
  const old = readsLoosely(s.profile);
  const increment = a.int(3);
  if (increment === undefined) return 'NOT_A_NUMBER';
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  const { spot } = s;
  let value: number | bigint | undefined = 0;
  if (found?.get(bytes, a.start(2), a.end(2), spot) && !isOver(s, found, bytes, a.start(2), a.end(2))) {
    value = parseInt64(spot.bytes, spot.start, spot.end, old);
    if (value === undefined) return 'NOT_A_NUMBER';
  }
  const sum = addInt64(value, increment);
  if (sum === undefined) return 'RANGE';
  const length = putInt64(sum, digits, 0);
  (found ?? addHash(s, a)).set(bytes, a.start(2), a.end(2), digits, 0, length, true);
  return undefined;
}

const ZERO: LongDouble = /* @__PURE__ */ { negative: false, mantissa: 0n, exponent: 0 };

/** Servers up to 5.0 print what rounds to -0 as such. */
const NO_MINUS_ZERO_SINCE = 600;

function hincrbyfloat(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const { bytes } = a;
  const increment = parseLongDouble(bytes, a.start(3), a.end(3));
  if (increment === undefined) return 'NOT_A_NUMBER';
  const found = findHash(s, a);
  if (typeof found === 'string') return found;
  const { spot } = s;
  let value: LongDouble | undefined = ZERO;
  if (found?.get(bytes, a.start(2), a.end(2), spot) && !isOver(s, found, bytes, a.start(2), a.end(2))) {
    value = parseLongDouble(spot.bytes, spot.start, spot.end);
    if (value === undefined) return 'NOT_A_NUMBER';
  }
  const sum = addLongDoubles(value, increment);
  if (sum === undefined) return 'RANGE';
  const text = ascii(formatLongDouble(sum, s.profile.release < NO_MINUS_ZERO_SINCE));
  (found ?? addHash(s, a)).set(bytes, a.start(2), a.end(2), text, 0, text.length, true);
  return undefined;
}
