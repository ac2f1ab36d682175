import { FrameDecoder, type FrameDecoderOptions, FrameStep, framePhases } from '../frame-decoder.ts';
import { Xxh64 } from '../xxhash64.ts';
import { BlockBytes } from './block-bytes.ts';
import { HEADER_PHASE, parseZstdHeader, type ZstdHeader, zstdHeaderBytes } from './header.ts';
import { History } from './history.ts';
import { Literals } from './literals.ts';
import { Sequences } from './sequences.ts';

/** First four bytes of a zstd frame, as a little-endian number (RFC 8878, 3.1.1). */
export const ZSTD_MAGIC = 0xfd2fb528;
/** What the `zstd` command accepts without being asked for more. */
export const DEFAULT_MAX_WINDOW_BYTES: number = 128 * 1024 * 1024;

const Step = { ...FrameStep, header: 3, blockHeader: 4, block: 5, checksum: 6 } as const;

const PHASES = /* @__PURE__ */ framePhases(
  'zstd frame',
  HEADER_PHASE,
  'zstd block header',
  'zstd block',
  'zstd content checksum',
);

const BlockType = { raw: 0, rle: 1, compressed: 2, reserved: 3 } as const;

/** Options of {@link ZstdDecoder}. */
export interface ZstdOptions extends FrameDecoderOptions {
  /** Largest window that a frame may ask for, which is the memory it may need. Default 128 MiB, as `zstd` has it. */
  maxWindowBytes?: number;
}

/**
 * Unpacks zstd frames (RFC 8878), one after the other, until the input ends; skippable frames are skipped. The content
 * checksum and the content size are verified where the frame has them, and every block must use up its bits exactly. A frame that
 * needs a dictionary is an error, since the dictionary is not in the file.
 *
 * Why not the package `fzstd` (0.1.1): it gives wrong bytes without an error for matches more than 96 MiB back (`--long=27`
 * writes such files), never returns on some damaged input, does not notice most damage in frames without a checksum, takes the whole
 * window at once, and moves it for every block: 18 MB/s with a window of 128 MiB, where this needs no such copy.
 *
 * Pieces of output are one block each (at most 128 KiB) and owned by the receiver. Memory is bounded by the window of the frame,
 * taken as output comes, and at most by `maxWindowBytes`.
 *
 * @example
 * ```ts
 * const frame = Uint8Array.from([
 *   0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x05, 0x29, 0x00, 0x00, 0x68, 0x65, 0x6c,
 *   0x6c, 0x6f,
 * ]);
 * const decoder = new ZstdDecoder();
 * for (const piece of decoder.push(frame)) console.log(new TextDecoder().decode(piece)); // hello
 * decoder.end();
 * ```
 */
export class ZstdDecoder extends FrameDecoder {
  readonly #maxWindowBytes: number;
  readonly #block = new BlockBytes();
  readonly #literals = new Literals();
  readonly #sequences = new Sequences();
  readonly #history = new History();
  readonly #hash = new Xxh64();
  #header: ZstdHeader = { windowBytes: 0, contentSize: undefined, blockMaximum: 0, checksum: false };
  #blockType = 0;
  #blockSize = 0;
  #isLast = false;

  constructor(options: ZstdOptions = {}) {
    super(PHASES, 'a zstd frame (28 b5 2f fd)', options.offset);
    this.#maxWindowBytes = options.maxWindowBytes ?? DEFAULT_MAX_WINDOW_BYTES;
  }

  protected override begin(magic: number): number | undefined {
    return magic === ZSTD_MAGIC ? Step.header : undefined;
  }

  protected override advance(): Uint8Array<ArrayBuffer> | undefined {
    switch (this.step) {
      case Step.header:
        return this.#readHeader();
      case Step.blockHeader:
        return this.#readBlockHeader();
      case Step.block:
        return this.#readBlock();
      default:
        return this.#readChecksum();
    }
  }

  #readHeader(): undefined {
    const descriptor = this.input.peek(1)?.[0];
    if (descriptor === undefined) return;
    const length = zstdHeaderBytes(descriptor);
    const bytes = this.input.peek(length);
    if (bytes === undefined) return;
    const header = parseZstdHeader(bytes, this.input.offset, this.#maxWindowBytes);
    this.input.consume(length);
    this.#header = header;
    this.#history.reset(header.windowBytes, header.contentSize, header.blockMaximum);
    this.#literals.reset();
    this.#sequences.reset();
    this.#hash.reset();
    this.step = Step.blockHeader;
  }

  /** RFC 8878, 3.1.1.2. */
  #readBlockHeader(): undefined {
    const bytes = this.input.peek(3);
    if (bytes === undefined) return;
    const word = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    this.#isLast = (word & 1) !== 0;
    this.#blockType = (word >>> 1) & 3;
    this.#blockSize = word >>> 3;
    if (this.#blockType === BlockType.reserved) throw this.corrupt('block type 3');
    if (this.#blockSize > this.#header.blockMaximum) {
      throw this.corrupt(`${this.#blockSize} bytes, a block of this frame has at most ${this.#header.blockMaximum}`);
    }
    this.input.consume(3);
    this.step = Step.block;
  }

  #readBlock(): Uint8Array<ArrayBuffer> | undefined {
    const stored = this.#blockType === BlockType.rle ? 1 : this.#blockSize;
    const bytes = this.input.peek(stored);
    if (bytes === undefined) return undefined;
    const piece = this.#history.commit(this.#unpackBlock(bytes));
    const { contentSize, checksum } = this.#header;
    this.checkSize(this.#history.produced, contentSize, false);
    if (checksum) this.#hash.update(piece);
    this.input.consume(stored);
    this.step = Step.blockHeader;
    if (this.#isLast) this.#endFrame();
    return piece;
  }

  /** Unpacks a block behind the history and returns where it ends. */
  #unpackBlock(bytes: Uint8Array): number {
    const history = this.#history;
    const size = this.#blockSize;
    if (this.#blockType !== BlockType.compressed) {
      history.reserve(size);
      const { position } = history;
      if (this.#blockType === BlockType.raw) history.bytes.set(bytes, position);
      else history.bytes.fill(bytes[0], position, position + size);
      return position + size;
    }
    // Shorter than a literals header and a count of sequences, so that neither would be found behind the block.
    if (size < 2) throw this.corrupt(`a compressed block of ${size} bytes`);
    const { blockMaximum } = this.#header;
    this.#block.load(bytes, this.input.offset);
    const sequences = this.#literals.read(this.#block, blockMaximum);
    history.reserve(blockMaximum);
    return this.#sequences.run(this.#block, sequences, this.#literals, history, blockMaximum);
  }

  #endFrame(): void {
    const { contentSize, checksum } = this.#header;
    this.checkSize(this.#history.produced, contentSize, true);
    this.step = checksum ? Step.checksum : Step.magic;
  }

  #readChecksum(): undefined {
    const stored = this.input.peekU32();
    if (stored < 0) return;
    const computed = this.#hash.digestLow();
    if (stored !== computed) {
      throw this.corrupt(`checksum is ${stored.toString(16)}, the content gives ${computed.toString(16)}`);
    }
    this.input.consume(4);
    this.step = Step.magic;
  }
}
