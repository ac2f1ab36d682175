import type { Args } from '../args.ts';
import { readsLoosely } from '../args.ts';
import { addBits, type BitOverflow, type BitType, bitFieldSize, getBits, parseBitType, setBits } from '../bitfield.ts';
import { parseInt64 } from '../numbers/integer.ts';
import { Refusal, type ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import {
  type Answer,
  type Answers,
  type Bytes,
  CallFailed,
  copied,
  exists,
  findString,
  integer,
  lengthAt,
  ok,
  type Readers,
  stringOrNull,
} from './reply.ts';

export const bitReaders: Readers = {
  GETBIT: (s, a) => {
    const offset = bitOffset(s, a, 2, 0);
    if (offset === undefined) throw new CallFailed('RANGE');
    return findString(s, a, 1) ? bitAt(s, offset) : 0;
  },
  BITCOUNT: bitCount,
  BITPOS: bitPos,
  BITFIELD_RO: (s, a) => {
    const operations = fieldOperations(s, a);
    if (operations === undefined || operations.some(({ kind }) => kind !== 'get')) throw new CallFailed('SYNTAX');
    findString(s, a, 1);
    return fieldReplies(s, a, operations);
  },
};

export const bitAnswers: Answers = {
  SETBIT: (s, a) => {
    const offset = bitOffset(s, a, 2, 0);
    const old = offset !== undefined && lengthAt(s, a, 1) > 0 ? bitAt(s, offset) : 0;
    return () => old;
  },
  BITOP: (s, a) => () => lengthAt(s, a, 2),
  BITFIELD: (s, a) => {
    const operations = fieldOperations(s, a);
    const replies = operations === undefined ? [] : fieldReplies(s, a, operations);
    return () => replies;
  },
  PFADD: (s, a) => {
    const old = stringOrNull(s, a, 1);
    return () => {
      const now = stringOrNull(s, a, 1)!;
      return old?.length === now.length && old.every((byte, i) => byte === now[i]) ? 0 : 1;
    };
  },
  PFMERGE: ok,
  PFCOUNT: pfCount,
};

/** The bit at an offset of the string at `s.spot`. */
function bitAt({ spot }: Session, offset: number): number {
  const at = Math.floor(offset / 8);
  return at < spot.length ? (spot.bytes[spot.start + at]! >> (7 - (offset % 8))) & 1 : 0;
}

const HASH = 0x23;

/** An offset in bits; `#n` counts in fields of `width`. */
function bitOffset(s: Session, a: Args, i: number, width: number): number | undefined {
  const counted = width > 0 && a.length(i) > 1 && a.bytes[a.start(i)] === HASH;
  const given = parseInt64(a.bytes, a.start(i) + (counted ? 1 : 0), a.end(i), readsLoosely(s.profile));
  if (given === undefined || given < 0) return undefined;
  return counted ? Number(given) * width : Number(given);
}

/** Until here a key that is not there is answered before the other arguments are looked at. */
const CHECKS_FIRST = 702;
const BIT_UNIT_SINCE = 700;

/** The first bit of a range, and the one behind its last; the string is at `s.spot`. */
function bitRange(s: Session, a: Args, at: number, found: boolean): readonly [from: number, to: number] {
  if (!found && s.profile.release < CHECKS_FIRST) return [0, 0];
  const first = at < a.count ? Number(integer(a, at)) : 0;
  const last = at + 1 < a.count ? Number(integer(a, at + 1)) : -1;
  let unit = 8;
  if (at + 2 < a.count) {
    if (s.profile.release < BIT_UNIT_SINCE || a.count > at + 3) throw new CallFailed('SYNTAX');
    if (a.is(at + 2, 'BIT')) unit = 1;
    else if (!a.is(at + 2, 'BYTE')) throw new CallFailed('SYNTAX');
  }
  if (!found) return [0, 0];
  if (first < 0 && last < 0 && first > last) return [0, 0];
  const size = s.spot.length * (8 / unit);
  const from = first < 0 ? Math.max(0, size + first) : first;
  const to = Math.min(size - 1, last < 0 ? Math.max(0, size + last) : last);
  return from > to ? [0, 0] : [from * unit, (to + 1) * unit];
}

function bitCount(s: Session, a: Args): ScriptReply {
  const found = findString(s, a, 1);
  if (a.count === 3 && (found || s.profile.release >= CHECKS_FIRST)) throw new CallFailed('SYNTAX');
  const [from, to] = bitRange(s, a, 2, found);
  const { bytes, start } = s.spot;
  let count = 0;
  for (let bit = from; bit < to; ) {
    if (bit % 8 !== 0 || bit + 8 > to) count += bitAt(s, bit++);
    else {
      for (let byte = bytes[start + bit / 8]!; byte !== 0; byte &= byte - 1) count++;
      bit += 8;
    }
  }
  return count;
}

function bitPos(s: Session, a: Args): ScriptReply {
  const wanted = integer(a, 2);
  if (wanted !== 0 && wanted !== 1) throw new CallFailed('RANGE');
  const found = findString(s, a, 1);
  const [from, to] = bitRange(s, a, 3, found);
  if (!found) return wanted === 1 ? -1 : 0;
  const { bytes, start } = s.spot;
  const other = wanted === 1 ? 0 : 0xff;
  for (let bit = from; bit < to; ) {
    if (bit % 8 === 0 && bytes[start + bit / 8] === other) bit += 8;
    else if (bitAt(s, bit) === wanted) return bit;
    else bit++;
  }
  // Without an end, zeros are taken to follow the string.
  return wanted === 0 && from < to && a.count < 5 ? to : -1;
}

// BITFIELD

interface FieldOperation {
  kind: 'get' | 'set' | 'add';
  type: BitType;
  offset: number;
  value: number | bigint;
  overflow: BitOverflow;
}

const OVERFLOWS: readonly BitOverflow[] = ['wrap', 'sat', 'fail'];

/** Undefined for what is no valid command. */
function fieldOperations(s: Session, a: Args): FieldOperation[] | undefined {
  const operations: FieldOperation[] = [];
  let overflow: BitOverflow = 'wrap';
  for (let i = 2; i < a.count; ) {
    if (a.is(i, 'OVERFLOW') && i + 1 < a.count) {
      const word = OVERFLOWS.find((one) => a.is(i + 1, one.toUpperCase()));
      if (word === undefined) return undefined;
      overflow = word;
      i += 2;
      continue;
    }
    const kind = a.is(i, 'GET') ? 'get' : a.is(i, 'SET') ? 'set' : a.is(i, 'INCRBY') ? 'add' : undefined;
    const next = i + (kind === 'get' ? 3 : 4);
    if (kind === undefined || next > a.count) return undefined;
    const type = parseBitType(a.bytes, a.start(i + 1), a.end(i + 1));
    const offset = type === undefined ? undefined : bitOffset(s, a, i + 2, type.width);
    const value = kind === 'get' ? 0 : parseInt64(a.bytes, a.start(i + 3), a.end(i + 3), readsLoosely(s.profile));
    if (type === undefined || offset === undefined || value === undefined) return undefined;
    operations.push({ kind, type, offset, value, overflow });
    i = next;
  }
  return operations;
}

/** Where negative i64 are not all read as -1. */
const EXACT_I64 = 600;

/** Does on a copy of what the operations reach what the command does. */
function fieldReplies(s: Session, a: Args, operations: readonly FieldOperation[]): ScriptReply[] {
  const reach = Math.max(0, ...operations.map(({ offset, type }) => bitFieldSize(offset, type.width)));
  const held = Math.min(lengthAt(s, a, 1), reach);
  // Reading does not grow a string, and needs no bytes behind it.
  const writes = operations.some(({ kind }) => kind !== 'get');
  const bytes = new Uint8Array(writes ? reach : held);
  bytes.set(s.spot.bytes.subarray(s.spot.start, s.spot.start + held));
  return operations.map(({ kind, type, offset, value, overflow }) => {
    if (type.signed && type.width === 64 && s.profile.release < EXACT_I64) {
      throw new Refusal('has a script that looks at an i64 of BITFIELD, which servers before 6.0 do not read right');
    }
    const old = getBits(bytes, offset, type);
    if (kind === 'get') return old;
    if (kind === 'set') return setBits(bytes, offset, type, value, overflow) ? old : null;
    return addBits(bytes, offset, type, value, overflow) ? getBits(bytes, offset, type) : null;
  });
}

// HyperLogLogs

const ESTIMATE = 8;

/** A HyperLogLog has its last estimate in its head, where the command has just put it. */
const estimateThen = (head: Bytes): ScriptReply => {
  const wide = new DataView(head.buffer, head.byteOffset).getBigUint64(ESTIMATE, true);
  return Number.isSafeInteger(Number(wide)) ? Number(wide) : wide;
};

function pfCount(s: Session, a: Args): ReturnType<Answer> {
  if (a.count > 2) throw new Refusal('has a script that calls PFCOUNT with several keys, whose reply is not known');
  return () => {
    if (!exists(s, a, 1) || !findString(s, a, 1)) return 0;
    const { bytes, start } = s.spot;
    return estimateThen(copied(bytes, start, start + 2 * ESTIMATE));
  };
}
