/**
 * A source that ends with the signal's reason as soon as it is aborted, also while the source is silent. The source is
 * closed then, but not waited for.
 */
export function abortable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  if (signal === undefined) return source;
  return { [Symbol.asyncIterator]: () => new AbortableIterator(source[Symbol.asyncIterator](), signal) };
}

/** Written by hand, as the `return` of an async generator waits for what it awaits. */
class AbortableIterator<T> implements AsyncIterator<T> {
  readonly #source: AsyncIterator<T>;
  readonly #signal: AbortSignal;
  readonly #aborted: Promise<never>;
  #abort: () => void = () => undefined;

  constructor(source: AsyncIterator<T>, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.#aborted = new Promise<never>((_, reject) => {
      this.#abort = () => reject(signal.reason);
      signal.addEventListener('abort', this.#abort, { once: true });
    });
    // Nobody may be waiting when the signal comes.
    this.#aborted.catch(() => undefined);
  }

  async next(): Promise<IteratorResult<T>> {
    try {
      this.#signal.throwIfAborted();
      const result = await Promise.race([this.#source.next(), this.#aborted]);
      if (result.done) this.#forget();
      return result;
    } catch (error) {
      this.#forget();
      if (this.#signal.aborted) this.#source.return?.().catch(() => undefined);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#forget();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  #forget(): void {
    this.#signal.removeEventListener('abort', this.#abort);
  }
}
