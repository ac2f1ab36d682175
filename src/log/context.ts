import { emptyFrame, type ScanFrame } from '../rdb/index.ts';
import { RespOutput, type Word } from '../resp/index.ts';
import type { Caps } from './caps.ts';
import type { Loss, LossKind } from './loss.ts';
import type { Target } from './targets.ts';

/** The key before the first one. */
export const NO_KEY: ScanFrame = /* @__PURE__ */ emptyFrame();

/** What the writers of all types share: where commands go, for whom, and the key at hand. */
export class LogContext {
  readonly out: RespOutput = new RespOutput();
  readonly caps: Caps;
  target: Target;
  /** The key at hand; its bytes are lent until the next one. */
  frame: ScanFrame = NO_KEY;
  readonly #onLoss: (loss: Loss) => void;
  readonly #told: Set<LossKind> = new Set();

  constructor(target: Target, caps: Caps, onLoss: (loss: Loss) => void) {
    this.target = target;
    this.caps = caps;
    this.#onLoss = onLoss;
  }

  begin(frame: ScanFrame): void {
    this.frame = frame;
    if (this.#told.size > 0) this.#told.clear();
  }

  /** Begins a command on the key at hand. */
  command(name: Word): void {
    this.out.begin(name);
    this.key();
  }

  /** The key at hand as an argument. */
  key(): void {
    const { bytes, start, end } = this.frame;
    this.out.argument(bytes, start, end);
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
    return `${what}, which commands for ${this.target.name} cannot hold`;
  }
}
