/** How BITOP combines strings. */
export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one';

/**
 * Combines strings bit by bit (redis: src/bitops.c, bitopCommand). The result is as long as the longest, and the
 * others are filled up with zeros.
 *
 * | Operation | Bits that are set |
 * | --- | --- |
 * | `and`, `or`, `xor` | in all; in any; in an odd number of strings |
 * | `not` | not in the only string |
 * | `diff` | in the first and in no other |
 * | `diff1` | not in the first but in another |
 * | `andor` | in the first and in another |
 * | `one` | in exactly one |
 *
 * @param sources at least one
 */
export function combineBits(operation: BitOperation, sources: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(sources.reduce((length, source) => Math.max(length, source.length), 0));
  const [first, ...others] = sources;
  switch (operation) {
    case 'and':
      result.set(first);
      for (const other of others) {
        for (let i = 0; i < other.length; i++) result[i] &= other[i];
        result.fill(0, other.length);
      }
      break;
    case 'xor':
      result.set(first);
      for (const other of others) for (let i = 0; i < other.length; i++) result[i] ^= other[i];
      break;
    case 'not':
      for (let i = 0; i < result.length; i++) result[i] = ~first[i];
      break;
    case 'one':
      setInOne(result, sources);
      break;
    case 'or':
      result.set(first);
      setInAny(result, others);
      break;
    default:
      setInAny(result, others);
      withFirst(operation, result, first);
  }
  return result;
}

function setInAny(result: Uint8Array, sources: readonly Uint8Array[]): void {
  for (const source of sources) for (let i = 0; i < source.length; i++) result[i] |= source[i];
}

function setInOne(result: Uint8Array, sources: readonly Uint8Array[]): void {
  const twice = new Uint8Array(result.length);
  for (const source of sources) {
    for (let i = 0; i < source.length; i++) {
      twice[i] |= result[i] & source[i];
      result[i] |= source[i];
    }
  }
  for (let i = 0; i < result.length; i++) result[i] &= ~twice[i];
}

/** Combines what is set in any of the other strings with the first. */
function withFirst(operation: 'diff' | 'diff1' | 'andor', result: Uint8Array, first: Uint8Array): void {
  for (let i = 0; i < result.length; i++) {
    const byte = i < first.length ? first[i] : 0;
    if (operation === 'diff') result[i] = byte & ~result[i];
    else if (operation === 'diff1') result[i] &= ~byte;
    else result[i] &= byte;
  }
}
