import { QueuedIterator } from './queued.ts';

/**
 * What a source gives in groups, one by one: batches, of which a chunk makes many without waiting. A group is iterated to its
 * end before the next one is asked for; where it throws, the source is closed.
 *
 * @param groups given to this iterator alone
 * @param signal ends it between two of a group, too; its reason is thrown as it is
 */
export function flattened<T>(
  groups: AsyncIterator<Iterable<T>>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<T> {
  return new Flattened(groups, signal);
}

class Flattened<T> extends QueuedIterator<T> {
  readonly #source: AsyncIterator<Iterable<T>>;
  readonly #signal: AbortSignal | undefined;
  #group: Iterator<T> | undefined;
  /** What a group threw, until the source is closed. */
  #failure: { error: unknown } | undefined;
  #left = false;

  constructor(source: AsyncIterator<Iterable<T>>, signal: AbortSignal | undefined) {
    super();
    this.#source = source;
    this.#signal = signal;
  }

  protected ready(): Promise<IteratorResult<T>> | undefined {
    const result = this.#ofGroup();
    return result === undefined ? undefined : Promise.resolve(result);
  }

  /** The next of the group at hand; undefined where that is over, or has thrown. */
  #ofGroup(): IteratorResult<T> | undefined {
    if (this.#group === undefined) return undefined;
    try {
      this.#signal?.throwIfAborted();
      const result = this.#group.next();
      if (!result.done) return result;
    } catch (error) {
      this.#failure = { error };
    }
    this.#group = undefined;
    return undefined;
  }

  protected async take(): Promise<IteratorResult<T>> {
    let result = this.#ofGroup();
    while (result === undefined && this.#failure === undefined && !this.#left) {
      const { done, value } = await this.#source.next();
      if (done) return { done: true, value: undefined };
      this.#group = value[Symbol.iterator]();
      // Also where it was left meanwhile: who waited still gets what came.
      result = this.#ofGroup();
    }
    if (this.#left) this.#group = undefined;
    if (this.#failure !== undefined) await this.#fail(this.#failure.error);
    return result ?? { done: true, value: undefined };
  }

  async #fail(error: unknown): Promise<never> {
    this.#failure = undefined;
    await this.return();
    throw error;
  }

  async return(): Promise<IteratorResult<T>> {
    this.#left = true;
    this.#group = undefined;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }
}
