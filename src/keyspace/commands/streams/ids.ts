import type { Args } from '../../args.ts';
import { parseUint64 } from '../../numbers/integer.ts';
import { makeId } from '../../values/stream-node.ts';

const DASH = 0x2d;
const PLUS = 0x2b;

/** Longest text of an id that servers look at. */
const LONGEST = 127;

export const LARGEST_SEQ = 0xffffffffffffffffn;
export const LARGEST_ID: bigint = /* @__PURE__ */ makeId(LARGEST_SEQ, LARGEST_SEQ);

/** `ms` or `ms-seq` (redis: src/t_stream.c, streamGenericParseIDOrReply); a missing `seq` is 0. */
export function parseId(a: Args, i: number): bigint | undefined {
  const { bytes } = a;
  const start = a.start(i);
  const end = a.end(i);
  if (end - start > LONGEST) return undefined;
  let dash = start;
  while (dash < end && bytes[dash] !== DASH) dash++;
  const ms = parseUint64(bytes, start, dash);
  if (ms === undefined) return undefined;
  if (dash === end) return makeId(ms, 0);
  const seq = parseUint64(bytes, dash + 1, end);
  return seq === undefined ? undefined : makeId(ms, seq);
}

/** The same, where `-` and `+` are the least and the greatest id. */
export function parseRangeId(a: Args, i: number): bigint | undefined {
  if (a.length(i) === 1) {
    const byte = a.bytes[a.start(i)];
    if (byte === DASH) return 0n;
    if (byte === PLUS) return LARGEST_ID;
  }
  return parseId(a, i);
}

/** All ids from one argument up to, and without, another; undefined where one of them is none. */
export function parseIds(a: Args, from: number, to: number): bigint[] | undefined {
  const ids: bigint[] = [];
  for (let i = from; i < to; i++) {
    const id = parseId(a, i);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}
