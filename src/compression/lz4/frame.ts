import { readU32le } from '../../bytes/index.ts';
import { corrupt } from '../damage.ts';
import { FrameDecoder, type FrameDecoderOptions, FrameStep, framePhases, isSkippableMagic } from '../frame-decoder.ts';
import { Xxh32, xxh32 } from '../xxhash32.ts';
import { decodeLz4Block } from './block.ts';

/** First four bytes of an LZ4 frame, as a little-endian number (LZ4 Frame Format Description, "Magic Number"). */
export const LZ4_MAGIC = 0x184d2204;
/** First four bytes of a legacy LZ4 frame (same document, "Legacy frame"). */
export const LZ4_LEGACY_MAGIC = 0x184c2102;

/** Matches reach back at most this far, also across linked blocks. */
const HISTORY_BYTES = 64 * 1024;
/** What every block of a legacy frame unpacks to, except the last. */
const LEGACY_BLOCK_BYTES = 8 * 1024 * 1024;
/** The largest that incompressible data of that size can become. */
const LEGACY_STORED_BYTES = LEGACY_BLOCK_BYTES + Math.floor(LEGACY_BLOCK_BYTES / 255) + 16;
/** No LZ4 byte stands for more bytes than this, which bounds what a block can need before it is unpacked. */
const MAX_EXPANSION = 255;

const Step = {
  ...FrameStep,
  descriptor: 3,
  blockSize: 4,
  block: 5,
  contentChecksum: 6,
  legacySize: 7,
  legacyBlock: 8,
} as const;

const PHASES = /* @__PURE__ */ framePhases(
  'LZ4 frame',
  'LZ4 frame descriptor',
  'LZ4 frame block size',
  'LZ4 frame block',
  'LZ4 frame content checksum',
  'LZ4 legacy frame block size',
  'LZ4 legacy frame block',
);

/** Options of {@link Lz4FrameDecoder}. */
export type Lz4FrameOptions = FrameDecoderOptions;

/** What a frame descriptor says. */
interface Descriptor {
  linked: boolean;
  blockChecksum: boolean;
  contentChecksum: boolean;
  /** Bytes, where the frame says so. */
  contentSize: number | undefined;
  blockMaximum: number;
}

/**
 * Unpacks LZ4 frames, one after the other, until the input ends: ordinary frames (LZ4 Frame Format Description 1.6), skippable
 * frames and legacy frames. Checks all there is to check: version and reserved bits, header checksum, block checksums, content
 * checksum, content size and block sizes. A frame that needs a dictionary is an error, since the dictionary is not in the file.
 *
 * A legacy frame has no end mark and no checksum: its loss of whole blocks at the end cannot be seen here.
 *
 * Pieces of output are one block each (at most 4 MiB, legacy 8 MiB) and owned by the receiver.
 *
 * @example
 * ```ts
 * const frame = Uint8Array.from([
 *   0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0x05, 0x00, 0x00, 0x80, 0x68,
 *   0x65, 0x6c, 0x6c, 0x6f, 0x00, 0x00, 0x00, 0x00, 0xf9, 0x77, 0x00, 0xfb,
 * ]);
 * const decoder = new Lz4FrameDecoder();
 * for (const piece of decoder.push(frame)) console.log(new TextDecoder().decode(piece)); // hello
 * decoder.end();
 * ```
 */
export class Lz4FrameDecoder extends FrameDecoder {
  readonly #window = new BlockWindow();
  readonly #hash = new Xxh32();
  #frame: Descriptor = NO_FRAME;
  /** Bytes of this frame handed out. */
  #produced = 0;
  #blockBytes = 0;
  #blockStored = false;
  #legacyShort = false;

  constructor(options: Lz4FrameOptions = {}) {
    super(PHASES, 'an LZ4 frame (04 22 4d 18)', options.offset);
  }

  protected override begin(magic: number): number | undefined {
    if (magic === LZ4_MAGIC) return Step.descriptor;
    if (magic !== LZ4_LEGACY_MAGIC) return undefined;
    this.#legacyShort = false;
    this.#window.clear();
    return Step.legacySize;
  }

  /** Nothing tells that a legacy frame is over. */
  protected override mayEnd(): boolean {
    return this.step === Step.magic || this.step === Step.legacySize;
  }

  protected override advance(): Uint8Array<ArrayBuffer> | undefined {
    switch (this.step) {
      case Step.descriptor:
        return this.#readDescriptor();
      case Step.blockSize:
        return this.#readBlockSize();
      case Step.block:
        return this.#readBlock();
      case Step.contentChecksum:
        return this.#readContentChecksum();
      case Step.legacySize:
        return this.#readLegacySize();
      default:
        return this.#readLegacyBlock();
    }
  }

  #readDescriptor(): undefined {
    const flags = this.input.peek(1)?.[0];
    if (flags === undefined) return;
    const hasSize = (flags & 0x08) !== 0;
    const hasDictionary = (flags & 0x01) !== 0;
    const length = 2 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
    const bytes = this.input.peek(length + 1);
    if (bytes === undefined) return;
    this.#frame = parseDescriptor(bytes, this.input.offset);
    this.input.consume(length + 1);
    this.#produced = 0;
    this.#hash.reset();
    this.#window.clear();
    this.step = Step.blockSize;
  }

  #readBlockSize(): undefined {
    const word = this.input.peekU32();
    if (word < 0) return;
    if (word === 0) {
      const { contentSize, contentChecksum } = this.#frame;
      this.checkSize(this.#produced, contentSize, true);
      this.step = contentChecksum ? Step.contentChecksum : Step.magic;
    } else {
      this.#blockStored = word >= 0x80000000;
      this.#blockBytes = word & 0x7fffffff;
      if (this.#blockBytes > this.#frame.blockMaximum) {
        throw this.corrupt(`${this.#blockBytes} bytes, the header allows ${this.#frame.blockMaximum}`);
      }
      this.step = Step.block;
    }
    this.input.consume(4);
  }

  #readBlock(): Uint8Array<ArrayBuffer> | undefined {
    const { linked, blockChecksum, contentChecksum, contentSize, blockMaximum } = this.#frame;
    const size = this.#blockBytes;
    const bytes = this.input.peek(size + (blockChecksum ? 4 : 0));
    if (bytes === undefined) return undefined;
    const block = bytes.subarray(0, size);
    if (blockChecksum) this.#verify('block checksum', readU32le(bytes, size), xxh32(block));
    if (!linked) this.#window.clear();
    const piece = this.#blockStored
      ? this.#window.store(block, linked)
      : this.#window.unpack(block, blockMaximum, linked, this.input.offset);
    this.#produced += piece.length;
    this.checkSize(this.#produced, contentSize, false);
    if (contentChecksum) this.#hash.update(piece);
    this.input.consume(bytes.length);
    this.step = Step.blockSize;
    return piece;
  }

  #readContentChecksum(): undefined {
    const stored = this.input.peekU32();
    if (stored < 0) return;
    this.#verify('content checksum', stored, this.#hash.digest());
    this.input.consume(4);
    this.step = Step.magic;
  }

  #readLegacySize(): undefined {
    const size = this.input.peekU32();
    if (size < 0) return;
    // Nothing marks the end: the next frame does, whose magic is larger than any block.
    if (size === LZ4_MAGIC || size === LZ4_LEGACY_MAGIC || isSkippableMagic(size)) {
      this.step = Step.magic;
      return;
    }
    if (size === 0 || size > LEGACY_STORED_BYTES) throw this.corrupt(`${size} is no size of a block`);
    if (this.#legacyShort) {
      throw this.corrupt(`another block after one that unpacked to less than ${LEGACY_BLOCK_BYTES} bytes`);
    }
    this.input.consume(4);
    this.#blockBytes = size;
    this.step = Step.legacyBlock;
  }

  #readLegacyBlock(): Uint8Array<ArrayBuffer> | undefined {
    const block = this.input.peek(this.#blockBytes);
    if (block === undefined) return undefined;
    this.#window.clear();
    const piece = this.#window.unpack(block, LEGACY_BLOCK_BYTES, false, this.input.offset);
    this.#legacyShort = piece.length < LEGACY_BLOCK_BYTES;
    this.input.consume(block.length);
    this.step = Step.legacySize;
    return piece;
  }

  #verify(what: string, stored: number, computed: number): void {
    if (stored === computed) return;
    throw this.corrupt(`${what} is ${hexWord(stored)}, the bytes give ${hexWord(computed)}`);
  }
}

const NO_FRAME: Descriptor = {
  linked: false,
  blockChecksum: false,
  contentChecksum: false,
  contentSize: undefined,
  blockMaximum: 0,
};

/** Reads FLG, BD, content size and dictionary id, with the checksum byte last ("Frame Descriptor"). */
function parseDescriptor(bytes: Uint8Array, offset: number): Descriptor {
  const phase = PHASES[Step.descriptor];
  const [flags, sizes] = bytes;
  const last = bytes.length - 1;
  if (flags >>> 6 !== 1) throw corrupt(phase, offset, `version ${flags >>> 6}, expected 1`);
  const checksum = (xxh32(bytes.subarray(0, last)) >>> 8) & 0xff;
  if (bytes[last] !== checksum) {
    throw corrupt(phase, offset + last, `header checksum is ${bytes[last]}, the bytes give ${checksum}`);
  }
  if ((flags & 0x02) !== 0 || (sizes & 0x8f) !== 0) throw corrupt(phase, offset, 'reserved bits are set');
  const sizeId = sizes >>> 4;
  if (sizeId < 4) throw corrupt(phase, offset + 1, `${sizeId} is no block maximum size`);
  if ((flags & 0x01) !== 0) {
    const id = hexWord(readU32le(bytes, last - 4));
    throw corrupt(phase, offset, `needs the dictionary ${id}, which is not in the file`);
  }
  const hasSize = (flags & 0x08) !== 0;
  return {
    linked: (flags & 0x20) === 0,
    blockChecksum: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
    contentSize: hasSize ? readU32le(bytes, 2) + readU32le(bytes, 6) * 2 ** 32 : undefined,
    blockMaximum: 1 << (8 + 2 * sizeId),
  };
}

/**
 * Where blocks are unpacked: the history of linked blocks, then the block. Output is copied out, so that what was handed out is
 * never written again. The history slides to the front only when the room behind it is used up, so that a stream of tiny
 * linked blocks does not move 64 KiB for each of them.
 */
class BlockWindow {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** End of the history, which is where the next block goes. */
  #end = 0;

  /** Forgets the history. */
  clear(): void {
    this.#end = 0;
  }

  /** Takes over a block that is stored as it is. */
  store(block: Uint8Array, keep: boolean): Uint8Array<ArrayBuffer> {
    if (keep) {
      const recent = block.subarray(Math.max(0, block.length - HISTORY_BYTES));
      this.#reserve(recent.length, true);
      this.#bytes.set(recent, this.#end);
      this.#end += recent.length;
    }
    return new Uint8Array(block);
  }

  /** Unpacks a block to at most `maximum` bytes. */
  unpack(block: Uint8Array, maximum: number, keep: boolean, offset: number): Uint8Array<ArrayBuffer> {
    const room = Math.min(maximum, block.length * MAX_EXPANSION);
    this.#reserve(room, keep);
    const start = this.#end;
    const history = Math.max(0, start - HISTORY_BYTES);
    const end = decodeLz4Block(block, this.#bytes, start, start + room, history, offset);
    if (keep) this.#end = end;
    return this.#bytes.slice(start, end);
  }

  /** Makes room behind the history. The size follows the block that is there, not the maximum of the header. */
  #reserve(room: number, keep: boolean): void {
    if (this.#end + room <= this.#bytes.length) return;
    const history = Math.min(this.#end, HISTORY_BYTES);
    const needed = history + room;
    const from = this.#end - history;
    if (needed <= this.#bytes.length) {
      this.#bytes.copyWithin(0, from, this.#end);
    } else {
      const grown = new Uint8Array(keep ? 2 * HISTORY_BYTES + room : room);
      grown.set(this.#bytes.subarray(from, this.#end));
      this.#bytes = grown;
    }
    this.#end = history;
  }
}

function hexWord(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
