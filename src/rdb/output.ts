import { ByteOutput } from '../bytes/index.ts';
import { Crc64 } from '../crc64/index.ts';

/** From this many bytes on a chunk is complete. */
const CHUNK = 1 << 17;
/** Most bytes of a chunk. */
const LARGEST = 1 << 18;

/**
 * The bytes of a file that is being written, and their checksum. What stands behind a mark can be taken back as long as
 * none of it was handed out.
 */
export class RdbOutput {
  /** Where bytes go. */
  readonly out: ByteOutput;
  readonly #chunk: number;
  /** Room of a chunk at first: one string more than its size. */
  readonly #room: number;
  readonly #crc: Crc64 | undefined;
  /** Room that is used again for the next chunk. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** Chunks that are complete and not handed out. */
  #full: Uint8Array<ArrayBuffer>[] = [];
  #fullLength = 0;
  /** Chunks that were handed out. */
  #taken = 0;
  #markChunk = 0;
  #markLength = 0;

  /** @param chunk bytes from which on a chunk is complete */
  constructor(checksum: boolean, chunk: number = CHUNK) {
    this.#chunk = chunk;
    this.#room = chunk + (chunk >> 1);
    this.out = new ByteOutput(this.#room);
    this.#crc = checksum ? new Crc64() : undefined;
  }

  /** Bytes that `take` would give. */
  get ready(): number {
    return this.#fullLength + this.out.length;
  }

  /** Bytes of chunks that are complete. */
  get complete(): number {
    return this.#fullLength;
  }

  /** Completes the chunk at hand where it is large enough; call it where nothing before is patched any more. */
  settle(): void {
    if (this.out.length >= this.#chunk) this.#seal();
  }

  #seal(): void {
    const { out } = this;
    if (out.length === 0) return;
    this.#full.push(out.bytes.subarray(0, out.length));
    this.#fullLength += out.length;
    out.bytes = this.#spare ?? new Uint8Array(this.#room);
    this.#spare = undefined;
    out.length = 0;
  }

  /** Takes back the room of a chunk that was handed out. */
  recycle({ buffer, byteOffset }: Uint8Array<ArrayBuffer>): void {
    if (byteOffset === 0 && buffer.byteLength === this.#room) this.#spare = new Uint8Array(buffer);
  }

  /** Everything from here on may be taken back. */
  mark(): void {
    this.#markChunk = this.#taken + this.#full.length;
    this.#markLength = this.out.length;
  }

  /** Takes back what stands behind the mark. @returns false where some of it was handed out */
  undo(): boolean {
    const at = this.#markChunk - this.#taken;
    if (at < 0) return false;
    const { out } = this;
    const chunk = this.#full[at];
    if (chunk !== undefined) {
      for (const gone of this.#full.slice(at)) this.#fullLength -= gone.length;
      this.#full.length = at;
      out.bytes = chunk;
    }
    out.length = this.#markLength;
    return true;
  }

  /**
   * Bytes that are ready, in chunks owned by the caller.
   *
   * @param all also what there is of the chunk at hand
   */
  take(all: boolean): Uint8Array<ArrayBuffer>[] {
    if (all) this.#seal();
    const taken: Uint8Array<ArrayBuffer>[] = [];
    for (const chunk of this.#full) {
      this.#crc?.update(chunk);
      // The mark counts chunks as they were made.
      this.#taken++;
      if (chunk.length <= LARGEST) taken.push(chunk);
      else for (let at = 0; at < chunk.length; at += LARGEST) taken.push(chunk.slice(at, at + LARGEST));
    }
    this.#full = [];
    this.#fullLength = 0;
    return taken;
  }

  /** The checksum of all that was handed out, in eight bytes; zeros where there is none. */
  checksum(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(8);
    if (this.#crc !== undefined) new DataView(bytes.buffer).setBigUint64(0, this.#crc.toBigInt(), true);
    return bytes;
  }
}
