/** Where bytes wait that must stand behind something which is known last, when they are too much for memory. */
export interface Spill {
  /** @param bytes lent for the call: copy what is kept of them */
  write(bytes: Uint8Array): void;
  /** Everything written so far, in pieces; the spill is empty afterwards. Each piece may be lent until the next. */
  drain(): Iterable<Uint8Array>;
  /** Gives back what it holds; nothing is written or drained afterwards. */
  close?(): void;
}
