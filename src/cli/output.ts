import { once } from 'node:events';

/**
 * Standard output, with backpressure. A closed pipe (`| head`) ends the process quietly, as the reader has what it
 * wanted.
 */
export class Output {
  readonly #stream = process.stdout;

  constructor() {
    this.#stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }

  /** Writes bytes that stay unchanged until what it returns is done. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0 || this.#stream.write(bytes)) return undefined;
    return once(this.#stream, 'drain').then(() => undefined);
  }

  text(text: string): void {
    this.#stream.write(text);
  }
}
