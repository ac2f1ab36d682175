import type { ByteSource } from '../index.ts';
import { isSpecial, openFile, openFileBlocking, stdinSize } from '../io/index.ts';
import { Refusal } from './exit.ts';
import { expectBlocking } from './interrupt.ts';

/** The name of standard input in messages. */
export const STDIN = '<stdin>';

/** An input as the command line names it. */
export interface Input {
  /** Its name in messages. */
  name: string;
  source: ByteSource;
  /** Bytes in all, where they are known. */
  size: number | undefined;
}

/** Opens a path, or standard input for `-` and where nothing is named and something is piped in. */
export async function openInput(path: string | undefined): Promise<Input> {
  if (path === undefined && process.stdin.isTTY) {
    throw new Refusal('INVALID_ARGUMENT', 'no input: name a file, or pipe one in and name it -');
  }
  if (path === undefined || path === '-') {
    const size = stdinSize();
    return { name: STDIN, source: process.stdin, size };
  }
  if (!isSpecial(path)) {
    const { chunks, size } = openFileBlocking(path);
    return { name: path, source: chunks, size };
  }
  expectBlocking();
  const { chunks, size } = await openFile(path);
  return { name: path, source: chunks, size };
}

/** An input whose beginning was looked at. */
export interface LookedAt<T> {
  found: T;
  /** All of it, from its first byte, where it can be read only once; undefined for a file, which can be opened again. */
  input: Input | undefined;
}

/**
 * Opens an input and looks at its beginning. What can be read only once is held as far as it was looked at.
 *
 * @param look may end early, which closes nothing
 */
export async function lookAt<T>(
  path: string | undefined,
  look: (source: ByteSource) => Promise<T>,
): Promise<LookedAt<T>> {
  const input = await openInput(path);
  if (path !== undefined && path !== '-' && !isSpecial(path)) {
    return { found: await look(input.source), input: undefined };
  }
  const stream = new HeldStream(input.source as AsyncIterable<Uint8Array>);
  const found = await look(stream.beginning());
  return { found, input: { ...input, source: stream.whole() } };
}

/** A source that can be read only once, the beginning of which is read twice. */
class HeldStream {
  readonly #rest: AsyncIterator<Uint8Array>;
  readonly #held: Uint8Array[] = [];
  /** The last chunk that was asked for: who unpacks asks ahead, and may have gone when it comes. */
  #asked: Promise<unknown> = Promise.resolve();
  #over = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#rest = source[Symbol.asyncIterator]();
  }

  /** Can be left without closing the source. */
  beginning(): AsyncIterable<Uint8Array> {
    const next = (): Promise<IteratorResult<Uint8Array>> => {
      if (this.#over) return Promise.resolve({ done: true, value: undefined });
      const asked = this.#hold();
      this.#asked = asked;
      // Where it fails, whoever reads the whole is told, too.
      asked.catch(() => undefined);
      return asked;
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async #hold(): Promise<IteratorResult<Uint8Array>> {
    const result = await this.#rest.next();
    // A chunk may be lent; `slice` of a Buffer would be no copy.
    if (!result.done) this.#held.push(new Uint8Array(result.value));
    return result;
  }

  /** All of it. Nothing more is given to who looks at the beginning. */
  whole(): AsyncIterable<Uint8Array> {
    this.#over = true;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      await this.#asked;
      const value = this.#held.shift();
      return value === undefined ? this.#rest.next() : { done: false, value };
    };
    const end = async (): Promise<IteratorResult<Uint8Array>> => {
      await this.#rest.return?.();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }
}
