import type { Args } from '../../args.ts';
import { parseUint64 } from '../../numbers/integer.ts';
import { IdList, StreamId } from '../../values/stream-id.ts';

const DASH = 0x2d;
const PLUS = 0x2b;

/** Longest text of an id that servers look at. */
export const LONGEST_ID = 127;

const MOST = 0xffffffff;
export const LARGEST_ID: StreamId = /* @__PURE__ */ new StreamId().set(MOST, MOST, MOST, MOST);

/**
 * `ms` or `ms-seq` (redis: src/t_stream.c, streamGenericParseIDOrReply); a missing `seq` is 0. To servers the text ends at a NUL.
 *
 * @returns false for what is none
 */
export function parseId(a: Args, i: number, into: StreamId): boolean {
  const { bytes } = a;
  const start = a.start(i);
  const end = a.end(i);
  if (end - start > LONGEST_ID) return false;
  let dash = start;
  while (dash < end && bytes[dash] !== DASH && bytes[dash] !== 0) dash++;
  const ms = parseUint64(bytes, start, dash);
  if (ms === undefined) return false;
  into.setMs(ms);
  if (dash === end || bytes[dash] === 0) return true;
  const seq = parseUint64(bytes, dash + 1, end);
  if (seq === undefined) return false;
  into.setSeq(seq);
  return true;
}

/** The same, where `-` and `+` are the least and the greatest id. */
export function parseRangeId(a: Args, i: number, into: StreamId): boolean {
  if (a.length(i) > LONGEST_ID || !(isSign(a, i, DASH) || isSign(a, i, PLUS))) return parseId(a, i, into);
  if (a.bytes[a.start(i)] === PLUS) into.copy(LARGEST_ID);
  else into.set(0, 0, 0, 0);
  return true;
}

/** Whether an argument is one character to a server, to which it ends at a NUL. */
export function isSign(a: Args, i: number, character: number): boolean {
  const { bytes } = a;
  const start = a.start(i);
  return bytes[start] === character && (a.length(i) === 1 || (a.length(i) > 1 && bytes[start + 1] === 0));
}

const scratch: StreamId = /* @__PURE__ */ new StreamId();

/** Ids that the command at hand names. */
export const named: IdList = /* @__PURE__ */ new IdList();

/** Reads ids from one argument up to, and without, another into `named`. @returns the argument that is none, or `to` */
export function parseIds(a: Args, from: number, to: number): number {
  named.clear();
  for (let i = from; i < to; i++) {
    if (!parseId(a, i, scratch)) return i;
    named.push(scratch);
  }
  return to;
}
