import { emptyFrame, type Loss, LossContext, type ScanFrame } from '../rdb/index.ts';
import { RespOutput, type Word } from '../resp/index.ts';
import type { Caps } from './caps.ts';
import type { Target } from './targets.ts';

/** The key before the first one. */
export const NO_KEY: ScanFrame = /* @__PURE__ */ emptyFrame();

/** What the writers of all types share: where commands go, for whom, and the key at hand. */
export class LogContext extends LossContext {
  readonly out: RespOutput = new RespOutput();
  readonly caps: Caps;
  override target: Target;
  #now: number | undefined;

  /** @param now undefined for the present */
  constructor(target: Target, caps: Caps, onLoss: (loss: Loss) => void, now?: number) {
    super('commands', onLoss);
    this.target = target;
    this.caps = caps;
    this.#now = now;
  }

  /** Unix time in ms, the same for all that is written. */
  get now(): number {
    this.#now ??= Date.now();
    return this.#now;
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
}
