import { ascii, signed64 } from '../bytes/index.ts';
import { type Loss, RdbEncoder, type ScanFrame, type ScanGroup, type Spill } from '../rdb/index.ts';
import { RESTORE_LIMIT } from './caps.ts';

/** Bytes of a chunk of the encoder: its room is made once, and used again for every key that fits. */
const CHUNK = 1 << 14;

/** What an argument has around its bytes, about. */
const AROUND = 8;

/** What an entry of a stream has besides its fields and the key, about. */
const ENTRY = 40;

/** What a pending entry takes in a command, about. */
const PENDING = 24;

/** A number of a value type whose hashes may have times; the encoder finds out whether they have. */
const TIMED_HASH = 24;

/** Types that are worth a payload. Of modules nobody knows commands, and the others have one that is short. */
const TYPES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'string',
  'list',
  'set',
  'zset',
  'hash',
  'stream',
  'array',
]);

/**
 * Makes of the value at hand what RESTORE would take, until it is too large for that.
 *
 * What comes out depends on the value alone, and not on how it came: large strings are put together, the number of
 * items is not asked for, and the limit counts bytes of strings.
 */
export class PayloadMaker {
  /** It sees the same as who writes the commands, while `active`. */
  encoder: RdbEncoder;
  /** What the payload would lose of the value. */
  readonly losses: Loss[] = [];
  #active = false;
  readonly #target: string;
  #size = 0;
  #entry = 0;
  #big: Uint8Array | undefined;
  #bigLength = 0;

  constructor(target: string) {
    this.#target = target;
    this.encoder = this.#newEncoder();
  }

  #newEncoder(): RdbEncoder {
    return new RdbEncoder({
      target: this.#target,
      bare: true,
      // Named, though as they are by default, so that nothing is taken as it is stored.
      thresholds: {},
      chunkBytes: CHUNK,
      spill: () => new MemorySpill(),
      onLoss: (loss) => this.losses.push(loss),
    });
  }

  /** The name of the target. */
  get target(): string {
    return this.#target;
  }

  /** The value at hand is being made. */
  get active(): boolean {
    return this.#active;
  }

  begin(frame: ScanFrame): void {
    this.losses.length = 0;
    this.#active = TYPES.has(frame.type);
    if (!this.#active) return;
    this.#size = 0;
    this.#entry = ENTRY + frame.end - frame.start;
    this.#big = undefined;
    const typeId = frame.type === 'hash' ? TIMED_HASH : frame.typeId;
    this.encoder.key({ ...frame, typeId, stored: 'nothing' });
    if (this.losses.some(({ kind }) => kind === 'key')) this.stop();
  }

  /** The value goes without a payload. */
  stop(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#big = undefined;
    this.encoder.abandon();
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#grow(end - start)) this.encoder.bytes(bytes, start, end);
  }

  integer(value: number): void {
    if (this.#grow(String(value).length)) this.encoder.integer(value);
  }

  int64(hi: number, lo: number): void {
    // The encoder takes room for one digit more where it sees that it is an integer.
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  bigBegin(length: number): void {
    if (!this.#grow(length)) return;
    this.#big = new Uint8Array(length);
    this.#bigLength = 0;
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#big?.set(bytes.subarray(start, end), this.#bigLength);
    this.#bigLength += end - start;
  }

  bigEnd(): void {
    const big = this.#big;
    this.#big = undefined;
    if (big !== undefined) this.encoder.bytes(big, 0, big.length);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    if (this.#grow(this.#entry)) this.encoder.entry(msHi, msLo, seqHi, seqLo);
  }

  streamGroup(group: ScanGroup): void {
    if (this.#grow(group.pending.length * PENDING)) this.encoder.streamGroup(group);
  }

  /** @returns false where that is too much */
  #grow(bytes: number): boolean {
    this.#size += bytes + AROUND;
    if (this.#size > RESTORE_LIMIT) this.stop();
    return this.#active;
  }

  /** The value is complete: metadata, type and value in pieces, lent until `recycle`; none where nothing is left of it. */
  end(): Uint8Array<ArrayBuffer>[] {
    this.#active = false;
    this.encoder.keyEnd();
    return this.encoder.take(true);
  }

  recycle(body: readonly Uint8Array<ArrayBuffer>[]): void {
    for (const chunk of body) this.encoder.recycle(chunk);
  }
}

/** Keeps what it is given; there is little of it, as the value has a limit. */
class MemorySpill implements Spill {
  #pieces: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
  }

  drain(): Iterable<Uint8Array> {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
