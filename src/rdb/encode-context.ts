import type { ByteOutput } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { type Loss, LossContext } from './loss.ts';
import type { RdbOutput } from './output.ts';
import { StringEncoder } from './primitives.ts';
import type { Spill } from './spill.ts';
import type { RdbTarget } from './targets.ts';
import type { PackingLimits } from './thresholds.ts';

/** What the writers of all types share: where bytes go, for whom, and the key at hand. */
export class EncodeContext extends LossContext {
  readonly output: RdbOutput;
  readonly limits: PackingLimits;
  readonly strings: StringEncoder = new StringEncoder();
  readonly spill: (() => Spill) | undefined;
  override target: RdbTarget;
  /** Writes everything of the key that stands before its value. */
  readonly #head: (typeId: number) => void;
  readonly #now: () => number;
  #time = -1;

  constructor(
    output: RdbOutput,
    target: RdbTarget,
    limits: PackingLimits,
    more: {
      head: (typeId: number) => void;
      onLoss: (loss: Loss) => void;
      now: () => number;
      spill: (() => Spill) | undefined;
    },
  ) {
    super('a file', more.onLoss);
    this.output = output;
    this.target = target;
    this.limits = limits;
    this.spill = more.spill;
    this.#head = more.head;
    this.#now = more.now;
  }

  /** Where the file goes. */
  get out(): ByteOutput {
    return this.output.out;
  }

  /** Unix time in ms; the same for a whole file. */
  get now(): number {
    if (this.#time < 0) this.#time = this.#now();
    return this.#time;
  }

  /** Begins the value of the key at hand, of a type by its number. */
  head(typeId: number): void {
    this.#head(typeId);
  }

  /** A packed blob as the whole of the value. */
  blob(typeId: number, blob: Uint8Array): void {
    this.head(typeId);
    this.strings.write(this.out, blob, 0, blob.length);
  }

  /** An error about the key at hand. */
  fail(code: RedisFileError['code'], message: string): RedisFileError {
    const { offset, db, bytes, start, end, type } = this.frame;
    return new RedisFileError(code, message, { offset, context: { db, key: bytes.slice(start, end), type } });
  }
}
