import type { Args } from '../../args.ts';
import { Spot } from '../../memory/index.ts';
import { type ArrayValue, type Index, nextIndex } from '../../values/array.ts';

/** ARRING: inserts arguments from `from` on into an array that is used as a ring of a size. */
export function insertInRing(array: ArrayValue, size: Index, a: Args, from: number): void {
  const { last } = array;
  if (last !== undefined) {
    const length = nextIndex(last);
    // A ring that grows is put in order first, where it has wrapped.
    const wrapped = array.cursor !== undefined && nextIndex(array.cursor) < length;
    if (size < length || (size > length && wrapped)) rebuild(array, length, size < length ? size : length);
  }
  for (let i = from; i < a.count; i++) {
    const next = array.cursor === undefined ? 0 : nextIndex(array.cursor);
    const index = next < size ? next : remainder(next, size);
    array.set(index, a.bytes, a.start(i), a.end(i));
    array.cursor = index;
  }
}

function remainder(index: Index, size: Index): Index {
  if (typeof index === 'number' && typeof size === 'number') return index % size;
  const rest = BigInt(index) % BigInt(size);
  return rest <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(rest) : rest;
}

/** Keeps at most `most` of the newest elements, up to the first gap, from index 0 on. */
function rebuild(array: ArrayValue, length: Index, most: Index): void {
  const spot = new Spot();
  const kept: Uint8Array[] = [];
  const end = previous(length);
  let index = array.cursor === undefined ? end : remainder(array.cursor, length);
  while (kept.length < most && kept.length < array.size && array.get(index, spot)) {
    kept.push(spot.bytes.slice(spot.start, spot.end));
    index = index === 0 ? end : previous(index);
  }
  array.clear();
  const { length: count } = kept;
  for (let i = 0; i < count; i++) {
    const bytes = kept[count - 1 - i]!;
    array.set(i, bytes, 0, bytes.length);
  }
  array.cursor = count === 0 ? undefined : count - 1;
}

function previous(index: Index): Index {
  if (typeof index === 'number') return index - 1;
  const before = index - 1n;
  return before <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(before) : before;
}
