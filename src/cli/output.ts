import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { RedisFileError } from '../index.ts';
import { AtomicFile, ioError, isSpecial } from '../io/index.ts';
import { Refusal } from './exit.ts';
import { atExit, expectBlocking } from './interrupt.ts';
import { status } from './status.ts';

/** Where the result of a command goes. */
export interface Output {
  /** It is shown where standard error is shown too. */
  readonly onTerminal: boolean;
  /** The file that it is given up with, where there is one. */
  readonly path: string | undefined;
  /** Writes bytes that stay unchanged until what it returns is done. @throws RedisFileError `IO` */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** All is written: it is brought to where it belongs. @throws RedisFileError `IO` */
  commit(): Promise<void>;
  /** The result is not complete: no file appears. */
  abandon(): void;
}

export interface OutputOptions {
  /** A file; standard output where it is `-` or undefined. */
  output?: string;
  force?: boolean;
}

/** Names of standard output, which are no file to be replaced even where it is one. */
const STDOUT: ReadonlySet<string | undefined> = new Set([
  undefined,
  '-',
  '/dev/stdout',
  '/dev/fd/1',
  '/proc/self/fd/1',
]);

let stdout: StreamOutput | undefined;

/**
 * Standard output. A closed pipe (`| head`) ends the process quietly, as the reader has what it wanted.
 *
 * Only who writes to it may ask for it: Node makes a pipe non-blocking for all who share it.
 */
export function standardOutput(): Output {
  stdout ??= new StreamOutput(process.stdout, '<stdout>', process.stdout.isTTY, false);
  return stdout;
}

/** @throws Refusal for a file that is there, without `force`; RedisFileError `IO` for what cannot be written to */
export async function openOutput({ output: path, force }: OutputOptions): Promise<Output> {
  if (path === undefined || STDOUT.has(path)) return standardOutput();
  // Named pipes and devices are written to: replacing /dev/null would be a disaster.
  return isSpecial(path) ? openSpecial(path) : new FileOutput(path, force ?? false);
}

async function openSpecial(path: string): Promise<Output> {
  expectBlocking();
  const stream = createWriteStream(path);
  try {
    const [descriptor] = (await once(stream, 'open')) as [number];
    return new StreamOutput(stream, path, isatty(descriptor), true);
  } catch (error) {
    throw ioError(path, error);
  }
}

/** A file that appears when it is complete. */
class FileOutput implements Output {
  readonly onTerminal = false;
  readonly path: string;
  readonly #file: AtomicFile;
  readonly #callOff: () => void;

  constructor(path: string, force: boolean) {
    this.path = path;
    try {
      this.#file = new AtomicFile(path, { force });
    } catch (error) {
      throw refusalOf(error);
    }
    this.#callOff = atExit(() => this.#file.abandon());
  }

  write(bytes: Uint8Array): undefined {
    this.#file.write(bytes);
  }

  async commit(): Promise<void> {
    try {
      await this.#file.commit();
    } catch (error) {
      throw refusalOf(error);
    }
    this.#callOff();
  }

  abandon(): void {
    this.#file.abandon();
    this.#callOff();
  }
}

/** That a file is there already is no failure of the system: it needs `--force`. @param advice what the message ends with */
export function refusalOf(error: unknown, advice = '; --force overwrites it'): unknown {
  const exists = RedisFileError.is(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EEXIST';
  return exists ? new Refusal('EXISTS', error.message + advice, error.context.file) : error;
}

export function writeText(output: Output, text: string): Promise<void> | undefined {
  return output.write(new TextEncoder().encode(text));
}

const NOTHING = new Uint8Array(0);

/** Standard output, or a pipe or device with a name, with backpressure. */
class StreamOutput implements Output {
  readonly onTerminal: boolean;
  readonly path = undefined;
  readonly #stream: Writable;
  readonly #name: string;
  readonly #ours: boolean;
  /** Why it cannot be written to. */
  #failure: Error | undefined;

  /** @param ours it is to be closed in the end */
  constructor(stream: Writable, name: string, onTerminal: boolean, ours: boolean) {
    this.#stream = stream;
    this.#name = name;
    this.onTerminal = onTerminal;
    this.#ours = ours;
    stream.on('error', (error) => this.#fail(error));
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (bytes.length === 0) return undefined;
    if (this.onTerminal) status.clear();
    this.#stream.write(bytes);
    return this.#stream.writableLength === 0 ? undefined : this.#written();
  }

  async commit(): Promise<void> {
    if (this.#ours) {
      await new Promise<void>((resolve) => {
        this.#stream.once('close', resolve);
        this.#stream.end();
      });
    } else {
      await this.#written();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  abandon(): void {
    if (this.#ours) this.#stream.destroy();
  }

  async #written(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.write(NOTHING, (error) => {
        // Told here before the event tells it.
        if (error) this.#fail(error);
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') process.exit(0);
    this.#failure ??= ioError(this.#name, error);
  }
}
