import { type ByteSource, chunksOf } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import type { Stretch } from './resync.ts';

/**
 * The bytes of some stretches of a file, unpacked, one after the other.
 *
 * @param stretches ascending, none in another
 */
export async function* bytesOf(
  source: ByteSource,
  stretches: readonly Stretch[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let base = 0;
  let i = 0;
  for await (const chunk of decompress(chunksOf(source))) {
    const end = base + chunk.length;
    for (; i < stretches.length; i++) {
      const { offset, length } = stretches[i]!;
      if (offset >= end) break;
      yield chunk.subarray(Math.max(0, offset - base), Math.min(offset + length, end) - base);
      if (offset + length > end) break;
    }
    if (i === stretches.length) return;
    base = end;
  }
}

/** What is left of stretches, ascending, without others, which are ascending too. */
export function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  let i = 0;
  for (const { offset, length } of stretches) {
    const end = offset + length;
    let from = offset;
    while (i < others.length && others[i]!.offset + others[i]!.length <= offset) i++;
    for (let j = i; j < others.length && others[j]!.offset < end; j++) {
      const other = others[j]!;
      if (other.offset > from) left.push({ offset: from, length: other.offset - from });
      from = Math.max(from, other.offset + other.length);
    }
    if (end > from) left.push({ offset: from, length: end - from });
  }
  return left;
}
