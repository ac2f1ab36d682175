import type { ByteOutput } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { ScanFrame } from './handler.ts';
import type { Loss, LossKind } from './loss.ts';
import type { RdbOutput } from './output.ts';
import { StringEncoder } from './primitives.ts';
import type { Spill } from './spill.ts';
import type { RdbTarget } from './targets.ts';
import type { PackingLimits } from './thresholds.ts';

/** What the writers of all types share: where bytes go, for whom, and the key at hand. */
export class EncodeContext {
  readonly output: RdbOutput;
  readonly limits: PackingLimits;
  readonly strings: StringEncoder = new StringEncoder();
  readonly spill: (() => Spill) | undefined;
  target: RdbTarget;
  /** The key at hand; its bytes are lent until the next one. */
  frame!: ScanFrame;
  /** Writes everything of the key that stands before its value. */
  readonly #head: (typeId: number) => void;
  readonly #onLoss: (loss: Loss) => void;
  readonly #now: () => number;
  readonly #told: Set<LossKind> = new Set();
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
    this.output = output;
    this.target = target;
    this.limits = limits;
    this.spill = more.spill;
    this.#head = more.head;
    this.#onLoss = more.onLoss;
    this.#now = more.now;
  }

  begin(frame: ScanFrame): void {
    this.frame = frame;
    if (this.#told.size > 0) this.#told.clear();
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

  /** The target cannot hold something of the key at hand. @param what a clause that names it */
  lose(kind: LossKind, what: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    const { offset, db, bytes, start, end, type } = this.frame;
    this.#onLoss({ kind, message: this.#sentence(what), offset, db, key: bytes.slice(start, end), type });
  }

  /** The target cannot hold something that belongs to no key. */
  loseRecord(kind: LossKind, what: string, offset: number): void {
    this.#onLoss({ kind, message: this.#sentence(what), offset, db: undefined, key: undefined, type: undefined });
  }

  #sentence(what: string): string {
    return `${what}, which a file for ${this.target.name} cannot hold`;
  }

  /** An error about the key at hand. */
  fail(code: RedisFileError['code'], message: string): RedisFileError {
    const { offset, db, bytes, start, end, type } = this.frame;
    return new RedisFileError(code, message, { offset, context: { db, key: bytes.slice(start, end), type } });
  }
}
