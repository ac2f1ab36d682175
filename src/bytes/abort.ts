/**
 * A source that ends with the signal's reason as soon as it is aborted, also while the source is silent. The source is
 * closed then, but not waited for.
 */
export function abortable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  if (signal === undefined) return source;
  return { [Symbol.asyncIterator]: () => new AbortableIterator(source[Symbol.asyncIterator](), signal) };
}

/** What a promise gives, unless the signal comes before: then its reason is thrown. */
export async function untilAborted<T>(promise: Promise<T> | T, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      Promise.resolve(promise).then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', abort!);
  }
}

/** Written by hand, as the `return` of an async generator waits for what it awaits. */
class AbortableIterator<T> implements AsyncIterator<T> {
  readonly #source: AsyncIterator<T>;
  readonly #signal: AbortSignal;
  /** Ends the wait for what the source gives next. */
  #reject: ((reason: unknown) => void) | undefined;
  readonly #abort = (): void => this.#reject?.(this.#signal.reason);

  constructor(source: AsyncIterator<T>, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  async next(): Promise<IteratorResult<T>> {
    try {
      this.#signal.throwIfAborted();
      // Not `Promise.race` with one promise for all calls, which would hold every chunk until the signal comes.
      const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
        this.#reject = reject;
        this.#source.next().then(resolve, reject);
      });
      this.#reject = undefined;
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
    this.#reject = undefined;
    this.#signal.removeEventListener('abort', this.#abort);
  }
}
