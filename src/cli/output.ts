import { once } from 'node:events';
import { ioError } from '../io/index.ts';

/** Why standard output cannot be written to. */
let failure: Error | undefined;

/** Prepares both outputs: a closed pipe (`| head`) ends the process quietly, as the reader has what it wanted. */
export function watchOutputs(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    failure ??= ioError('<stdout>', error);
  });
  // Messages that nobody reads change nothing about the result.
  process.stderr.on('error', () => undefined);
}

/** Waits until everything is written. @throws RedisFileError `IO` where that was not possible */
export async function settleOutputs(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  if (failure !== undefined) throw failure;
}

/** Standard output, with backpressure. */
export class Output {
  /** Writes bytes that stay unchanged until what it returns is done. @throws RedisFileError `IO` */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (failure !== undefined) throw failure;
    if (bytes.length === 0 || process.stdout.write(bytes)) return undefined;
    return this.#drained();
  }

  text(text: string): void {
    process.stdout.write(text);
  }

  async #drained(): Promise<void> {
    // An error ends the wait too; the next write or the end tells of it.
    await once(process.stdout, 'drain').catch(() => undefined);
    if (failure !== undefined) throw failure;
  }
}
