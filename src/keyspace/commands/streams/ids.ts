import type { Args } from '../../args.ts';
import { parseUint64 } from '../../numbers/integer.ts';
import { IdList, StreamId } from '../../values/stream-id.ts';

const DASH = 0x2d;
const PLUS = 0x2b;

/** Longest text of an id that servers look at. */
const LONGEST = 127;

const MOST = 0xffffffff;
export const LARGEST_ID: StreamId = /* @__PURE__ */ new StreamId().set(MOST, MOST, MOST, MOST);

/** `ms` or `ms-seq` (redis: src/t_stream.c, streamGenericParseIDOrReply); a missing `seq` is 0. @returns false for what is none */
export function parseId(a: Args, i: number, into: StreamId): boolean {
  const { bytes } = a;
  const start = a.start(i);
  const end = a.end(i);
  if (end - start > LONGEST) return false;
  let dash = start;
  while (dash < end && bytes[dash] !== DASH) dash++;
  const ms = parseUint64(bytes, start, dash);
  if (ms === undefined) return false;
  into.setMs(ms);
  if (dash === end) return true;
  const seq = parseUint64(bytes, dash + 1, end);
  if (seq === undefined) return false;
  into.setSeq(seq);
  return true;
}

/** The same, where `-` and `+` are the least and the greatest id. */
export function parseRangeId(a: Args, i: number, into: StreamId): boolean {
  if (a.length(i) === 1) {
    const byte = a.bytes[a.start(i)];
    if (byte === DASH || byte === PLUS) {
      if (byte === PLUS) into.copy(LARGEST_ID);
      else into.set(0, 0, 0, 0);
      return true;
    }
  }
  return parseId(a, i, into);
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
