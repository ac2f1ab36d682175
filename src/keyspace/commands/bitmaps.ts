import type { Args } from '../args.ts';
import { readsLoosely } from '../args.ts';
import { addBits, type BitOverflow, type BitType, bitFieldSize, parseBitType, setBits } from '../bitfield.ts';
import { type BitOperation, combineBits } from '../bitop.ts';
import type { Family } from '../dispatch.ts';
import { parseInt64 } from '../numbers/integer.ts';
import type { Failure, Outcome } from '../outcome.ts';
import { sinceRedis } from '../profile.ts';
import type { Session } from '../session.ts';
import { NOTHING, STRING } from '../types.ts';
import { growString } from './strings/grow.ts';

/** Bits of strings. */
export const bitmaps: Family = {
  SETBIT: setBit,
  BITFIELD: bitField,
  BITOP: bitOp,
};

const HASH = 0x23;

/** Where negative i64 are not all read as -1. */
const EXACT_I64 = 600;

/** An offset in bits; `#n` counts in fields of `width`. What is beyond the safe integers is beyond all strings, too. */
function bitOffset(s: Session, a: Args, i: number, width: number): number | undefined {
  const start = a.start(i);
  const counted = width > 0 && a.length(i) > 1 && a.bytes[start] === HASH;
  const given = parseInt64(a.bytes, counted ? start + 1 : start, a.end(i), readsLoosely(s.profile));
  if (given === undefined || given < 0) return undefined;
  return counted ? Number(given) * width : Number(given);
}

function setBit(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const offset = bitOffset(s, a, 2, 0);
  if (offset === undefined) return 'RANGE';
  const bit = a.int(3);
  if (bit !== 0 && bit !== 1) return 'RANGE';
  const failure = growString(s, a, Math.floor(offset / 8) + 1);
  if (failure !== undefined) return failure;
  const { bytes, start } = s.spot;
  const at = start + Math.floor(offset / 8);
  const mask = 0x80 >> (offset % 8);
  bytes[at] = bit === 1 ? bytes[at]! | mask : bytes[at]! & ~mask;
  return undefined;
}

interface BitWrite {
  add: boolean;
  type: BitType;
  offset: number;
  value: number | bigint;
  overflow: BitOverflow;
}

/** All SETs and INCRBYs, and how long the string becomes by them; GETs are only looked at. */
function parseOperations(s: Session, a: Args): { writes: BitWrite[]; size: number } | Failure {
  const writes: BitWrite[] = [];
  let size = 0;
  let overflow: BitOverflow = 'wrap';
  for (let i = 2; i < a.count; ) {
    if (a.is(i, 'OVERFLOW') && i + 1 < a.count) {
      const found = (['wrap', 'sat', 'fail'] as const).find((word) => a.is(i + 1, word.toUpperCase()));
      if (found === undefined) return 'SYNTAX';
      overflow = found;
      i += 2;
      continue;
    }
    const get = a.is(i, 'GET') && i + 2 < a.count;
    const writing = (a.is(i, 'SET') || a.is(i, 'INCRBY')) && i + 3 < a.count;
    if (!get && !writing) return 'SYNTAX';
    const type = parseBitType(a.bytes, a.start(i + 1), a.end(i + 1));
    if (type === undefined) return 'SYNTAX';
    const offset = bitOffset(s, a, i + 2, type.width);
    if (offset === undefined) return 'RANGE';
    if (writing) {
      const value = a.int(i + 3);
      if (value === undefined) return 'NOT_A_NUMBER';
      writes.push({ add: a.is(i, 'INCRBY'), type, offset, value, overflow });
      size = Math.max(size, bitFieldSize(offset, type.width));
    }
    i += writing ? 4 : 3;
  }
  return { writes, size };
}

function bitField(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const parsed = parseOperations(s, a);
  if (typeof parsed === 'string') return parsed;
  if (parsed.writes.length === 0) {
    const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
    return type === STRING || type === NOTHING ? undefined : 'WRONGTYPE';
  }
  // The string grows also by what then does not fit.
  const failure = growString(s, a, parsed.size);
  if (failure !== undefined) return failure;
  const { spot } = s;
  const value = spot.bytes.subarray(spot.start, spot.end);
  for (const { add, type, offset, value: given, overflow } of parsed.writes) {
    if (add) addBits(value, offset, type, given, overflow, s.profile.release < EXACT_I64);
    else setBits(value, offset, type, given, overflow);
  }
  return undefined;
}

const OPERATIONS: readonly BitOperation[] = ['and', 'or', 'xor', 'not', 'diff', 'diff1', 'andor', 'one'];

/** These came with 8.2, and need a second source, or not. */
const SINCE_8_2: ReadonlySet<BitOperation> = new Set(['diff', 'diff1', 'andor', 'one']);

function bitOp(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const operation = OPERATIONS.find((word) => a.is(1, word.toUpperCase()));
  if (operation === undefined || (SINCE_8_2.has(operation) && !sinceRedis(s.profile, 802))) return 'SYNTAX';
  if (operation === 'not' && a.count !== 4) return 'SYNTAX';
  if (SINCE_8_2.has(operation) && operation !== 'one' && a.count < 5) return 'SYNTAX';
  const sources: Uint8Array[] = [];
  const { spot } = s;
  for (let i = 3; i < a.count; i++) {
    const type = s.db.string(a.bytes, a.start(i), a.end(i), spot);
    if (type !== STRING && type !== NOTHING) return 'WRONGTYPE';
    sources.push(type === STRING ? spot.bytes.slice(spot.start, spot.end) : new Uint8Array(0));
  }
  const result = combineBits(operation, sources);
  if (result.length === 0) s.db.delete(a.bytes, a.start(2), a.end(2));
  else s.db.setText(a.bytes, a.start(2), a.end(2), result, 0, result.length, undefined);
  return undefined;
}
