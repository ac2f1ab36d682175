/** Sources whose chunks, end and errors a test decides, and what became of them. */
export class ManualSource implements AsyncIterable<Uint8Array> {
  /** Times that a chunk was asked for. */
  asked = 0;
  opened = 0;
  closed = 0;
  #queue: (() => Promise<IteratorResult<Uint8Array>>)[] = [];
  #waiting: ((answer: Promise<IteratorResult<Uint8Array>>) => void) | undefined;

  #answer(answer: () => Promise<IteratorResult<Uint8Array>>): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#queue.push(answer);
    else waiting(answer());
  }

  give(...chunks: Uint8Array[]): void {
    for (const value of chunks) this.#answer(() => Promise.resolve({ done: false, value }));
  }

  end(): void {
    this.#answer(() => Promise.resolve({ done: true, value: undefined }));
  }

  fail(error: unknown): void {
    this.#answer(() => Promise.reject(error));
  }

  /** Waits until somebody waits for a chunk that was not given. */
  async drained(): Promise<void> {
    while (this.#waiting === undefined || this.#queue.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.opened++;
    return {
      next: () => {
        this.asked++;
        const answer = this.#queue.shift();
        if (answer !== undefined) return answer();
        return new Promise((resolve) => {
          this.#waiting = resolve;
        });
      },
      return: async () => {
        this.closed++;
        this.#waiting?.(Promise.resolve({ done: true, value: undefined }));
        return { done: true, value: undefined };
      },
    };
  }
}

/** The value of a promise, or `undefined` where it is still open once everything that can happen has happened. */
export async function settled<T>(promise: Promise<T>, turns = 50): Promise<T | undefined> {
  let waiting: Promise<undefined> = Promise.resolve(undefined);
  for (let i = 0; i < turns; i++)
    waiting = waiting.then(() => new Promise((resolve) => setImmediate(resolve, undefined)));
  return await Promise.race([promise, waiting]);
}
