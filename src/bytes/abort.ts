/**
 * A source that ends with the signal's reason as soon as it is aborted, also while the source is silent. The source is
 * closed then, but not waited for.
 */
export async function* abortable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  // Nobody may be waiting when the signal comes.
  aborted.catch(() => undefined);
  let ended = false;
  try {
    signal.throwIfAborted();
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done) {
        ended = true;
        return;
      }
      yield value;
      signal.throwIfAborted();
    }
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
    if (!ended) {
      const closing = Promise.resolve(iterator.return?.()).catch(() => undefined);
      if (!signal.aborted) await closing;
    }
  }
}
