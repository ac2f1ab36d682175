declare module 'lz4js' {
  export function compressBound(size: number): number;
  /** Packs one block and returns its length, 0 where it would be larger. */
  export function compressBlock(
    input: Uint8Array,
    output: Uint8Array,
    start: number,
    length: number,
    /** 65,536 zeros. */
    hashTable: Uint32Array,
  ): number;
  export function compress(input: Uint8Array): Uint8Array;
}
