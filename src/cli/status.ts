/** A line at the bottom of standard error that changes, below messages that stay. */
export class StatusLine {
  readonly #write: (text: string) => void;
  #text = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Shows a text instead of the last one, which is written over, so that nothing flickers. */
  draw(text: string): void {
    this.#text = text;
    this.#write(`\r${text}\x1b[K`);
  }

  clear(): void {
    if (this.#text === '') return;
    this.#text = '';
    this.#write('\r\x1b[K');
  }

  /** Writes a message, with its line feed, above the line. */
  message(text: string): void {
    this.#write(this.#text === '' ? text : `\r\x1b[K${text}${this.#text}`);
  }
}

/** That of the process. */
export const status: StatusLine = new StatusLine((text) => process.stderr.write(text));
