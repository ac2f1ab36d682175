/** A chunk in pieces of at most `size` bytes, as views. */
export function* slices<T extends ArrayBufferLike>(chunk: Uint8Array<T>, size: number): Generator<Uint8Array<T>> {
  if (chunk.length <= size) yield chunk;
  else for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
}
