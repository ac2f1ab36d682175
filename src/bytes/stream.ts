import { abortable } from './abort.ts';
import { describe } from './chunk.ts';
import { invalidArgument } from './options.ts';
import { QueuedIterator } from './queued.ts';

/**
 * Records as they are read: one by one with `for await`, or as they come in batches, which costs a fifth for cheap
 * records. Leaving the loop early closes the source.
 */
export interface RecordStream<T> extends AsyncIterable<T> {
  /** The same records in arrays of at least one. */
  batches(): AsyncIterable<T[]>;
}

/** A stream over whatever opens an iterator of batches. */
export function recordStream<T>(open: () => AsyncIterator<T[]>): RecordStream<T> {
  return {
    [Symbol.asyncIterator]: () => new RecordIterator(open()),
    batches: () => ({ [Symbol.asyncIterator]: open }),
  };
}

/** What is taken as a source of records: a stream of them, or any iterable. */
export type Records<T> = RecordStream<T> | AsyncIterable<T> | Iterable<T>;

/** @throws RedisFileError `INVALID_ARGUMENT` for what gives no records: text would give letters */
export function checkRecords(records: unknown): void {
  const object = typeof records === 'object' && records !== null;
  if (object && ('batches' in records || Symbol.asyncIterator in records || Symbol.iterator in records)) return;
  throw invalidArgument(`expected a stream or an iterable of records, found ${describe(records)}`);
}

/** @throws RedisFileError `INVALID_ARGUMENT` for what is no batch of records */
export function checkBatch(records: unknown): void {
  if (typeof records === 'object' && records !== null && Symbol.iterator in records) return;
  throw invalidArgument(`expected an iterable of records, found ${describe(records)}`);
}

/** Records in batches: those of a stream, and else one by one. */
export function batchesOf<T>(records: Records<T>): AsyncIterable<T[]> | Iterable<T[]> {
  if ('batches' in records) return records.batches();
  return Symbol.asyncIterator in records ? singlesAsync(records) : singles(records);
}

/** The same, as far as they have to be waited for until a signal comes; one that came before ends them, also where there are none. */
export function abortableBatches<T>(
  records: Records<T>,
  signal: AbortSignal | undefined,
): AsyncIterable<T[]> | Iterable<T[]> {
  const batches = batchesOf(records);
  if (signal === undefined) return batches;
  return Symbol.asyncIterator in batches ? abortable(batches, signal) : untilSignal(batches, signal);
}

/** Between batches that need not be waited for, who takes them asks the signal. */
function* untilSignal<T>(batches: Iterable<T>, signal: AbortSignal): Generator<T> {
  signal.throwIfAborted();
  yield* batches;
  signal.throwIfAborted();
}

async function* singlesAsync<T>(records: AsyncIterable<T>): AsyncGenerator<T[]> {
  for await (const record of records) yield [record];
}

function* singles<T>(records: Iterable<T>): Generator<T[]> {
  for (const record of records) yield [record];
}

/** Single records out of batches. */
class RecordIterator<T> extends QueuedIterator<T> {
  readonly #source: AsyncIterator<T[]>;
  #batch: T[] = [];
  #next = 0;
  #left = false;

  constructor(source: AsyncIterator<T[]>) {
    super();
    this.#source = source;
  }

  protected ready(): Promise<IteratorResult<T>> | undefined {
    if (this.#next >= this.#batch.length) return undefined;
    return Promise.resolve({ done: false, value: this.#batch[this.#next++]! });
  }

  protected async take(): Promise<IteratorResult<T>> {
    if (this.#left) return { done: true, value: undefined };
    while (this.#next >= this.#batch.length) {
      const { done, value } = await this.#source.next();
      if (done) return { done: true, value: undefined };
      // Left meanwhile: who waited still gets the record that came.
      if (this.#left) return { done: false, value: value[0]! };
      this.#batch = value;
      this.#next = 0;
    }
    return { done: false, value: this.#batch[this.#next++]! };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#left = true;
    this.#batch = [];
    this.#next = 0;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }
}
