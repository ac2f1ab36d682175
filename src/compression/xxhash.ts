/** What the xxHash family does alike: bytes go in whole stripes, and what is left over waits for the next ones. */
export abstract class StripeHash {
  /** Bytes of a stripe that is not whole yet. */
  protected readonly tail: Uint8Array<ArrayBuffer>;
  protected tailLength = 0;
  /** Bytes so far. */
  protected length = 0;
  readonly #stripe: number;

  /** @param stripe bytes of a stripe */
  constructor(stripe: number) {
    this.#stripe = stripe;
    this.tail = new Uint8Array(stripe);
  }

  /** Takes in whole stripes. */
  protected abstract stripes(bytes: Uint8Array, start: number, end: number): void;

  /** Back to the state after construction. */
  reset(): void {
    this.tailLength = 0;
    this.length = 0;
  }

  /** Adds bytes; they are read now and not kept. */
  update(bytes: Uint8Array): void {
    const stripe = this.#stripe;
    this.length += bytes.length;
    let at = 0;
    if (this.tailLength > 0) {
      at = Math.min(stripe - this.tailLength, bytes.length);
      this.tail.set(bytes.subarray(0, at), this.tailLength);
      this.tailLength += at;
      if (this.tailLength < stripe) return;
      this.stripes(this.tail, 0, stripe);
      this.tailLength = 0;
    }
    const end = bytes.length - ((bytes.length - at) % stripe);
    if (end > at) this.stripes(bytes, at, end);
    this.tail.set(bytes.subarray(end));
    this.tailLength = bytes.length - end;
  }
}
