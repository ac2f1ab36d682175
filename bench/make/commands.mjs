/** @typedef {string | number | Uint8Array} Argument a string has one byte per character */

/** What is collected before it is handed on. */
const CHUNK = 1 << 18;

/** Room for that and the command that goes beyond it; more is made where it is not enough. */
const ROOM = CHUNK + (1 << 16);

/** Longest head of an argument or a command: a mark, the digits of a length, a line end. */
const HEAD = 16;

const LF = 0x0a;
const CR = 0x0d;
const ARRAY = 0x2a;
const BULK = 0x24;

/** Commands as RESP, in chunks: constant memory however many they are. */
export class CommandWriter {
  /** Commands written so far. */
  count = 0;
  #bytes = Buffer.allocUnsafe(ROOM);
  #length = 0;

  /** @param {readonly Argument[]} command */
  write(command) {
    this.count++;
    this.#head(ARRAY, command.length);
    for (const argument of command) {
      if (argument instanceof Uint8Array) {
        this.#head(BULK, argument.length);
        this.#reserve(argument.length + 2);
        this.#bytes.set(argument, this.#length);
        this.#length += argument.length;
      } else {
        const text = typeof argument === 'number' ? String(argument) : argument;
        this.#head(BULK, text.length);
        this.#reserve(text.length + 2);
        this.#length += this.#bytes.write(text, this.#length, 'latin1');
      }
      this.#lineEnd();
    }
  }

  /** True when it is time to `take`. */
  get full() {
    return this.#length >= CHUNK;
  }

  /** The bytes so far, owned by the caller. */
  take() {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(ROOM);
    this.#length = 0;
    return taken;
  }

  /** @param {number} mark @param {number} value */
  #head(mark, value) {
    this.#reserve(HEAD);
    this.#bytes[this.#length++] = mark;
    this.#length += this.#bytes.write(String(value), this.#length, 'latin1');
    this.#lineEnd();
  }

  #lineEnd() {
    this.#bytes[this.#length++] = CR;
    this.#bytes[this.#length++] = LF;
  }

  /** @param {number} count */
  #reserve(count) {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
