import { ascii } from '../../../bytes/index.ts';
import type { Args } from '../../args.ts';
import { readsLoosely } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import { copyBytes } from '../../memory/index.ts';
import { addInt64, LONGEST_INT64, narrow64, parseInt64, putInt64 } from '../../numbers/integer.ts';
import { addLongDoubles, formatLongDouble, type LongDouble, parseLongDouble } from '../../numbers/long-double.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { NOTHING, STRING } from '../../types.ts';
import { checkLength, growString } from './grow.ts';
import { incrEx } from './increx.ts';

/** Commands that change the string of a key in its place, and leave its time. */
export const editing: Family = {
  APPEND: append,
  SETRANGE: setRange,
  INCR: (s, a) => (a.count === 2 ? add(s, a, 1) : 'SYNTAX'),
  DECR: (s, a) => (a.count === 2 ? add(s, a, -1) : 'SYNTAX'),
  INCRBY: incrBy,
  DECRBY: decrBy,
  INCRBYFLOAT: incrByFloat,
  INCREX: incrEx,
};

function append(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(1), a.end(1), spot);
  if (type !== STRING && type !== NOTHING) return 'WRONGTYPE';
  const length = type === STRING ? spot.length : 0;
  checkLength(s, length + a.length(2));
  s.db.resizeString(a.bytes, a.start(1), a.end(1), length + a.length(2), spot);
  copyBytes(spot.bytes, spot.start + length, a.bytes, a.start(2), a.end(2));
  return undefined;
}

function setRange(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const offset = a.int(2);
  if (offset === undefined) return 'NOT_A_NUMBER';
  if (offset < 0) return 'RANGE';
  const { spot } = s;
  if (a.length(3) === 0) {
    const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
    return type === STRING || type === NOTHING ? undefined : 'WRONGTYPE';
  }
  const from = Number(offset);
  const failure = growString(s, a, from + a.length(3));
  if (failure !== undefined) return failure;
  copyBytes(spot.bytes, spot.start + from, a.bytes, a.start(3), a.end(3));
  return undefined;
}

// Integers

const digits: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(LONGEST_INT64);

function incrBy(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const by = a.int(2);
  return by === undefined ? 'NOT_A_NUMBER' : add(s, a, by);
}

function decrBy(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const by = a.int(2);
  if (by === undefined) return 'NOT_A_NUMBER';
  const negated = typeof by === 'number' ? -by : narrow64(-by);
  return negated === undefined ? 'RANGE' : add(s, a, negated);
}

function add(s: Session, a: Args, by: number | bigint): Outcome {
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(1), a.end(1), spot);
  let value: number | bigint | undefined = 0;
  if (type === STRING) {
    value = parseInt64(spot.bytes, spot.start, spot.end, readsLoosely(s.profile));
    if (value === undefined) return 'NOT_A_NUMBER';
  } else if (type !== NOTHING) {
    return 'WRONGTYPE';
  }
  const sum = addInt64(value, by);
  if (sum === undefined) return 'RANGE';
  const length = putInt64(sum, digits, 0);
  if (type === NOTHING || spot.length !== length) s.db.resizeString(a.bytes, a.start(1), a.end(1), length, spot);
  copyBytes(spot.bytes, spot.start, digits, 0, length);
  return undefined;
}

// Floats

const ZERO: LongDouble = /* @__PURE__ */ { negative: false, mantissa: 0n, exponent: 0 };

/** Servers up to 5.0 print what rounds to -0 as such. */
const NO_MINUS_ZERO_SINCE = 600;

function incrByFloat(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(1), a.end(1), spot);
  if (type !== STRING && type !== NOTHING) return 'WRONGTYPE';
  const value = type === NOTHING ? ZERO : parseLongDouble(spot.bytes, spot.start, spot.end);
  const increment = parseLongDouble(a.bytes, a.start(2), a.end(2));
  if (value === undefined || increment === undefined) return 'NOT_A_NUMBER';
  const sum = addLongDoubles(value, increment);
  if (sum === undefined) return 'RANGE';
  const text = ascii(formatLongDouble(sum, s.profile.release < NO_MINUS_ZERO_SINCE));
  s.db.resizeString(a.bytes, a.start(1), a.end(1), text.length, spot);
  copyBytes(spot.bytes, spot.start, text, 0, text.length);
  return undefined;
}
