import { ByteOutput, decimalBytes } from '../bytes/index.ts';
import { moduleId, writeLength64 as writeLength, writePart, writePartsEnd, writeStringHead } from '../rdb/index.ts';
import { LARGEST_ARGUMENT } from './caps.ts';
import type { LogContext } from './context.ts';
import type { RestoreWriter } from './restore.ts';
import type { ValueWriter } from './value.ts';

/** Value type of modules. */
const MODULE_2 = 7;

/** What is kept of a buffer from one value to the next. */
const KEPT = 1 << 20;

/**
 * Values of modules: `RESTORE` with a payload made of the parts that the module stored, as only the module knows
 * commands for them. The whole value is held, since its length stands before it.
 */
export class ModuleWriter implements ValueWriter {
  readonly #c: LogContext;
  readonly #restorer: RestoreWriter;
  #parts = new ByteOutput(1 << 10);
  #id: bigint | undefined;
  #tooLarge = false;

  constructor(c: LogContext, restorer: RestoreWriter) {
    this.#c = c;
    this.#restorer = restorer;
  }

  begin(): void {
    if (this.#parts.bytes.length > KEPT) this.#parts = new ByteOutput(1 << 10);
    this.#parts.length = 0;
    this.#id = undefined;
    this.#tooLarge = false;
  }

  moduleBegin(module: string, version: number): void {
    this.#id = moduleId(module, version);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    if (!this.#tooLarge) writePart(this.#parts, type, value, bits);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.bigBegin(end - start);
    this.bigBytes(bytes, start, end);
  }

  integer(value: number): void {
    const text = decimalBytes(value);
    this.bytes(text, 0, text.length);
  }

  bigBegin(length: number): void {
    if (this.#parts.length + length > LARGEST_ARGUMENT) this.#tooLarge = true;
    if (!this.#tooLarge) writeStringHead(this.#parts, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#tooLarge) this.#parts.span(bytes, start, end);
  }

  bigEnd(): void {}

  end(): boolean {
    if (this.#tooLarge) {
      this.#c.lose('key', `a value of a module of more than ${LARGEST_ARGUMENT} bytes`);
      return false;
    }
    if (this.#id === undefined) {
      this.#c.lose('key', 'a value of a module without the name of its type');
      return false;
    }
    writePartsEnd(this.#parts);
    const head = new ByteOutput(16);
    writeLength(head, this.#id);
    this.#restorer.write(MODULE_2, [head.take(), this.#parts.bytes.subarray(0, this.#parts.length)]);
    return false;
  }
}
