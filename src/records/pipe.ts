import { describe, invalidArgument, type RecordStream, recordStream } from '../bytes/index.ts';

/**
 * Makes batches out of batches, without waiting for anything: a function, or an object where there is something to be
 * remembered from one batch to the next. It may hand out the records that it was given, changed ones only as copies.
 */
export type Transform<A, B = A> = ((batch: A[]) => B[]) | TransformObject<A, B>;

/** A transform with a memory. */
export interface TransformObject<A, B = A> {
  /** Takes a batch of at least one; what it returns may be empty. */
  push(batch: A[]): B[];
  /** The input is over, or `done` was seen; what is still to come. */
  end?(): B[];
  /** Nothing more is wanted: the stream ends here, and its source is closed. */
  readonly done?: boolean;
  /** A transform of its own for one iteration, without what this one remembers; each iteration asks for one. */
  fresh?(): TransformObject<A, B>;
}

/**
 * Leads a stream through transforms. However many there are, they run one after the other on each batch, and only the
 * batch is waited for.
 *
 * Leaving the loop early closes the source; so does a transform that throws, or that is done. Each iteration reads the
 * source anew; transforms that remember something and have no `fresh` go through one iteration only.
 *
 * @param stream what `readRdb` gives, or any other stream
 * @throws RedisFileError `INVALID_ARGUMENT` at once for what is no stream or no transform; while iterating, what the stream
 *   and the transforms throw, unchanged
 *
 * @example
 * ```ts
 * import { filterKeys, pipe, readRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const upper = pipe(readRdb(dump, { strings: 'utf8' }), filterKeys({ keys: 'k*' }), (batch) =>
 *   batch.flatMap((record) => (record.kind === 'key' ? [record.key.toUpperCase()] : [])),
 * );
 * for await (const key of upper) console.log(key); // K
 * ```
 */
export function pipe<A>(stream: RecordStream<A>): RecordStream<A>;
export function pipe<A, B>(stream: RecordStream<A>, one: Transform<A, B>): RecordStream<B>;
export function pipe<A, B, C>(stream: RecordStream<A>, one: Transform<A, B>, two: Transform<B, C>): RecordStream<C>;
export function pipe<A, B, C, D>(
  stream: RecordStream<A>,
  one: Transform<A, B>,
  two: Transform<B, C>,
  three: Transform<C, D>,
): RecordStream<D>;
export function pipe<A, B, C, D, E>(
  stream: RecordStream<A>,
  one: Transform<A, B>,
  two: Transform<B, C>,
  three: Transform<C, D>,
  four: Transform<D, E>,
): RecordStream<E>;
export function pipe<A, B, C, D, E, F>(
  stream: RecordStream<A>,
  one: Transform<A, B>,
  two: Transform<B, C>,
  three: Transform<C, D>,
  four: Transform<D, E>,
  five: Transform<E, F>,
): RecordStream<F>;
/** Any number of transforms that keep the kind of record. */
export function pipe<A>(stream: RecordStream<A>, ...transforms: Transform<A, A>[]): RecordStream<A>;
export function pipe(
  stream: RecordStream<unknown>,
  ...transforms: Transform<unknown, unknown>[]
): RecordStream<unknown> {
  if (typeof stream?.batches !== 'function') {
    throw invalidArgument(`pipe leads a stream, as readRdb gives it, found ${describe(stream)}`);
  }
  for (const transform of transforms) {
    if (typeof transform === 'function' || typeof transform?.push === 'function') continue;
    throw invalidArgument(`a transform is a function, or an object with push, found ${describe(transform)}`);
  }
  return recordStream(() => run(stream, transforms.map(begin)));
}

type Step = TransformObject<unknown, unknown>;

function begin(transform: Transform<unknown, unknown>): Step {
  if (typeof transform === 'function') return { push: transform };
  return transform.fresh?.() ?? transform;
}

async function* run(stream: RecordStream<unknown>, steps: Step[]): AsyncGenerator<unknown[]> {
  if (firstToEnd(steps) < 0) {
    for await (const batch of stream.batches()) {
      const made = pushThrough(steps, 0, batch);
      if (made.length > 0) yield made;
      if (firstToEnd(steps) >= 0) break;
    }
  }
  const last = endAll(steps);
  if (last.length > 0) yield last;
}

function pushThrough(steps: Step[], from: number, batch: unknown[]): unknown[] {
  let made = batch;
  for (let i = from; i < steps.length && made.length > 0; i++) made = steps[i]!.push(made);
  return made;
}

/** The last step that is done: nothing reaches it any more, so that the steps before it need not end. */
function firstToEnd(steps: Step[]): number {
  for (let i = steps.length - 1; i >= 0; i--) if (steps[i]!.done === true) return i;
  return -1;
}

/** What the steps still have, each led through those behind it. */
function endAll(steps: Step[]): unknown[] {
  const made: unknown[] = [];
  for (let i = Math.max(0, firstToEnd(steps)); i < steps.length; i++) {
    const left = steps[i]!.end?.() ?? [];
    for (const record of pushThrough(steps, i + 1, left)) made.push(record);
  }
  return made;
}
