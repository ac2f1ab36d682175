import { ascii } from '../../../bytes/index.ts';
import type { Args } from '../../args.ts';
import { formatInt64, narrow64, parseInt64 } from '../../numbers/integer.ts';
import {
  addLongDoubles,
  compareLongDoubles,
  formatLongDouble,
  LARGEST_LONG_DOUBLE,
  type LongDouble,
  parseLongDouble,
} from '../../numbers/long-double.ts';
import type { Failure, Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { findTimeOption, timeOption } from '../../times.ts';
import { NOTHING, STRING } from '../../types.ts';

/** Arguments of INCREX by their places; 0 for those that are not given. */
interface Options {
  by: number;
  float: boolean;
  lower: number;
  upper: number;
  saturate: boolean;
  time: number;
  persist: boolean;
  /** Only a key without a time gets the new one. */
  onlyUntimed: boolean;
  nx: boolean;
  xx: boolean;
}

/** No option may be given twice. NX and XX are of Valkey. */
function parseOptions(a: Args): Options | undefined {
  const found: Options = {
    by: 0,
    float: false,
    lower: 0,
    upper: 0,
    saturate: false,
    time: 0,
    persist: false,
    onlyUntimed: false,
    nx: false,
    xx: false,
  };
  for (let i = 2; i < a.count; i++) {
    const { by, lower, upper, saturate, time, persist, onlyUntimed, nx, xx } = found;
    if (a.is(i, 'SATURATE') && !saturate) found.saturate = true;
    else if (a.is(i, 'PERSIST') && !persist) found.persist = true;
    else if (a.is(i, 'ENX') && !onlyUntimed) found.onlyUntimed = true;
    else if (a.is(i, 'NX') && !nx) found.nx = true;
    else if (a.is(i, 'XX') && !xx) found.xx = true;
    else if (i + 1 >= a.count) return undefined;
    else if ((a.is(i, 'BYINT') || a.is(i, 'BYFLOAT')) && by === 0) {
      found.float = a.is(i, 'BYFLOAT');
      found.by = ++i;
    } else if (a.is(i, 'LBOUND') && lower === 0) found.lower = ++i;
    else if (a.is(i, 'UBOUND') && upper === 0) found.upper = ++i;
    else if (findTimeOption(a, i) !== undefined && time === 0) found.time = ++i;
    else return undefined;
  }
  const { time, persist, onlyUntimed, nx, xx } = found;
  return (persist && (time > 0 || onlyUntimed)) || (onlyUntimed && time === 0) || (nx && xx) ? undefined : found;
}

/**
 * Adds within bounds. A result beyond them is the bound with SATURATE; without it nothing changes, and the time of the key neither.
 * Only the result counts: a value that was beyond a bound may come back.
 */
export function incrEx(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const options = parseOptions(a);
  if (options === undefined) return 'SYNTAX';
  const { time, persist, onlyUntimed, nx, xx } = options;
  const start = a.start(1);
  const end = a.end(1);
  const unit = time > 0 ? findTimeOption(a, time - 1)! : undefined;
  const given = unit === undefined ? undefined : timeOption(s, a, time, unit[1], unit[2]);
  if (unit !== undefined && given === undefined) return 'RANGE';
  const bounds = options.float ? undefined : integerBounds(a, options);
  if (typeof bounds === 'string') return bounds;
  const type = s.db.string(a.bytes, start, end, s.spot);
  if (type !== STRING && type !== NOTHING) return 'WRONGTYPE';
  if (nx ? type === STRING : xx && type === NOTHING) return undefined;
  const stored = type === STRING;
  const text = bounds === undefined ? floatResult(s, a, options, stored) : integerResult(s, options, stored, bounds);
  if (typeof text !== 'object') return text;
  const old = s.db.expiry(a.bytes, start, end);
  const keep = !persist && (time === 0 || (onlyUntimed && old !== undefined));
  s.db.setText(a.bytes, start, end, text, 0, text.length, keep ? old : given);
  return undefined;
}

const INT64_MIN = -0x8000000000000000n;
const INT64_MAX = 0x7fffffffffffffffn;

interface Bounds {
  by: bigint;
  lower: bigint;
  upper: bigint;
}

function integerBounds(a: Args, { by, lower, upper }: Options): Bounds | Failure {
  const step = by > 0 ? a.int(by) : 1;
  const least = lower > 0 ? a.int(lower) : INT64_MIN;
  const most = upper > 0 ? a.int(upper) : INT64_MAX;
  if (step === undefined || least === undefined || most === undefined) return 'NOT_A_NUMBER';
  return least > most ? 'RANGE' : { by: BigInt(step), lower: BigInt(least), upper: BigInt(most) };
}

/** The text of the sum; undefined where nothing changes. The string that is there is at `s.spot`. */
function integerResult(
  s: Session,
  { saturate }: Options,
  stored: boolean,
  { by, lower, upper }: Bounds,
): Uint8Array | Outcome {
  const { spot } = s;
  const value = stored ? parseInt64(spot.bytes, spot.start, spot.end) : 0;
  if (value === undefined) return 'NOT_A_NUMBER';
  const old = BigInt(value);
  let sum = old + by;
  if (sum < lower || sum > upper) {
    if (!saturate) return undefined;
    sum = sum < lower ? lower : upper;
  }
  // The step that was really made is answered, so that it has to fit 64 bits, too.
  return narrow64(sum - old) === undefined ? 'RANGE' : formatInt64(sum);
}

function floatResult(s: Session, a: Args, options: Options, stored: boolean): Uint8Array | Outcome {
  const { spot } = s;
  const number = (i: number): LongDouble | undefined => parseLongDouble(a.bytes, a.start(i), a.end(i));
  const most = LARGEST_LONG_DOUBLE;
  const by = number(options.by);
  const lower = options.lower > 0 ? number(options.lower) : { ...most, negative: true };
  const upper = options.upper > 0 ? number(options.upper) : most;
  if (by === undefined || lower === undefined || upper === undefined) return 'NOT_A_NUMBER';
  if (by.exponent === Number.POSITIVE_INFINITY || compareLongDoubles(lower, upper) > 0) return 'RANGE';
  const old = stored ? parseLongDouble(spot.bytes, spot.start, spot.end) : { ...by, mantissa: 0n, exponent: 0 };
  if (old === undefined) return 'NOT_A_NUMBER';
  if (old.exponent === Number.POSITIVE_INFINITY) return 'RANGE';
  // Only numbers of one sign have an infinite sum.
  let sum = addLongDoubles(old, by) ?? { negative: by.negative, mantissa: 1n, exponent: Number.POSITIVE_INFINITY };
  const below = compareLongDoubles(sum, lower) < 0;
  if (below || compareLongDoubles(sum, upper) > 0) {
    if (!options.saturate) return undefined;
    sum = below ? lower : upper;
  }
  return sum.exponent === Number.POSITIVE_INFINITY ? 'RANGE' : ascii(formatLongDouble(sum));
}
