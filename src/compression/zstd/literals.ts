import { readI32le } from '../../bytes/index.ts';
import { corrupt } from '../damage.ts';
import type { BlockBytes } from './block-bytes.ts';
import { decodeHuffmanStream, type HuffmanTable, readHuffmanTable } from './huffman.ts';

const PHASE = 'zstd literals';
const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

const Type = { raw: 0, rle: 1, compressed: 2, treeless: 3 } as const;
/** Jump table of a section with four streams: the sizes of the first three. */
const JUMP_BYTES = 6;

/** The literals of a block (RFC 8878, 3.1.1.3.1), and the Huffman table that the next block may use again. */
export class Literals {
  /** Where the literals are: `bytes` from `at` to `end`. */
  bytes: Uint8Array = EMPTY;
  at = 0;
  end = 0;
  #buffer: Uint8Array<ArrayBuffer> = EMPTY;
  #table: HuffmanTable | undefined;

  /** Forgets the table, as every frame begins without one. */
  reset(): void {
    this.#table = undefined;
  }

  /**
   * Reads the literals section at the start of a block.
   *
   * @param blockMaximum most literals that there may be
   * @returns where the sequences section begins
   * @throws RedisFileError `COMPRESSION_CORRUPT`
   */
  read(block: BlockBytes, blockMaximum: number): number {
    const { bytes, start, end } = block;
    const type = bytes[start] & 3;
    const format = (bytes[start] >>> 2) & 3;
    // Zeros stand behind the block, so the header may be read before its length is known to fit.
    const word = readI32le(bytes, start);
    if (type === Type.raw || type === Type.rle) {
      const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
      const size = format === 1 ? (word >>> 4) & 0xfff : format === 3 ? (word >>> 4) & 0xfffff : (word >>> 3) & 0x1f;
      return this.#readPlain(block, type, start + headerBytes, size, blockMaximum);
    }

    const width = format < 2 ? 10 : format === 2 ? 14 : 18;
    const headerBytes = format < 2 ? 3 : format + 2;
    const mask = (1 << width) - 1;
    const size = (word >>> 4) & mask;
    // In the longest form the second size begins in bit 22 and ends in a fifth byte.
    const packed = width < 18 ? (word >>> (4 + width)) & mask : ((word >>> 22) | (bytes[start + 4] << 10)) & mask;
    let at = start + headerBytes;
    const stop = at + packed;
    if (stop > end)
      throw corrupt(PHASE, block.offset(start), `${packed} bytes announced, ${Math.max(0, end - at)} are left`);
    if (size > blockMaximum) throw tooMany(block, size, blockMaximum);
    if (type === Type.compressed) {
      const { table, next } = readHuffmanTable(bytes, at, stop, block.offset(0));
      this.#table = table;
      at = next;
    }
    if (this.#table === undefined) throw corrupt(PHASE, block.offset(start), 'no earlier block has a Huffman table');
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(blockMaximum);
    this.bytes = this.#buffer;
    this.at = 0;
    this.end = size;
    if (format === 0) {
      decodeHuffmanStream(bytes, block.view, at, stop, this.#table, this.#buffer, 0, size, block.offset(0));
    } else {
      this.#readFourStreams(block, at, stop, size, this.#table);
    }
    return stop;
  }

  #readPlain(block: BlockBytes, type: number, at: number, size: number, blockMaximum: number): number {
    const stored = type === Type.raw ? size : 1;
    if (at + stored > block.end) {
      throw corrupt(
        PHASE,
        block.offset(block.start),
        `${stored} bytes announced, ${Math.max(0, block.end - at)} are left`,
      );
    }
    if (size > blockMaximum) throw tooMany(block, size, blockMaximum);
    if (type === Type.raw) {
      this.bytes = block.bytes;
      this.at = at;
      this.end = at + size;
    } else {
      if (this.#buffer.length < size) this.#buffer = new Uint8Array(blockMaximum);
      this.bytes = this.#buffer.fill(block.bytes[at], 0, size);
      this.at = 0;
      this.end = size;
    }
    return at + stored;
  }

  /** Four streams that hold a quarter of the literals each, the last one what remains (RFC 8878, 3.1.1.3.1.6). */
  #readFourStreams(block: BlockBytes, start: number, stop: number, size: number, table: HuffmanTable): void {
    const { bytes, view } = block;
    const quarter = (size + 3) >> 2;
    let at = start + JUMP_BYTES;
    if (at > stop || 3 * quarter > size) throw corrupt(PHASE, block.offset(start), 'too small for four streams');
    for (let stream = 0; stream < 4; stream++) {
      const jump = start + 2 * stream;
      const next = stream < 3 ? at + (bytes[jump] | (bytes[jump + 1] << 8)) : stop;
      if (next > stop) throw corrupt(PHASE, block.offset(jump), 'a stream leaves the block');
      const from = stream * quarter;
      const to = stream < 3 ? from + quarter : size;
      decodeHuffmanStream(bytes, view, at, next, table, this.#buffer, from, to, block.offset(0));
      at = next;
    }
  }
}

function tooMany(block: BlockBytes, size: number, maximum: number): Error {
  return corrupt(
    PHASE,
    block.offset(block.start),
    `${size} literals, a block of this frame has at most ${maximum} bytes`,
  );
}
