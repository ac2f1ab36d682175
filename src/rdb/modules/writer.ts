import type { EncodeContext } from '../encode-context.ts';
import { writeLength64 } from '../primitives.ts';
import { hasVectorSets } from '../targets.ts';
import type { ValueWriter } from '../values/writer.ts';
import { moduleId, writePart, writePartsEnd, writeStringHead, writeStringOpcode } from './write.ts';

const MODULE_2 = 7;

const VECTORSET = 'vectorset';

/** JSON documents, which Redis stores in a form of its own from 8.8 on. */
const JSON_MODULE = 'ReJSON-RL';
const CBOR_VERSION = 4;
const CBOR_SINCE = 14;

/**
 * Values of modules (type 7): what the module stored, part by part. Which modules a server has cannot be known, so they
 * are written for every target that knows values of modules; only what is built into newer servers of one family is not.
 */
export class ModuleWriter implements ValueWriter {
  readonly #c: EncodeContext;
  #begun = false;
  #lost = false;

  constructor(c: EncodeContext) {
    this.#c = c;
  }

  begin(): void {
    this.#begun = this.#lost = false;
  }

  count(): void {}

  moduleBegin(module: string, version: number): void {
    // Each piece of a value names it.
    if (this.#begun) return;
    const { target } = this.#c;
    this.#begun = true;
    const hasCbor = target.family === 'redis' && target.rdb >= CBOR_SINCE;
    if (module === VECTORSET && !hasVectorSets(target)) this.#lose('a vector set');
    else if (module === JSON_MODULE && version >= CBOR_VERSION && !hasCbor) {
      this.#lose('a JSON document as Redis stores it from 8.8 on');
    }
    if (this.#lost) return;
    this.#c.head(MODULE_2);
    writeLength64(this.#c.out, moduleId(module, version));
  }

  #lose(what: string): void {
    this.#lost = true;
    this.#c.lose('key', what);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    if (this.#lost) return;
    writePart(this.#c.out, type, value, bits);
    this.#c.output.settle();
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#lost) return;
    writeStringOpcode(this.#c.out);
    this.#c.strings.write(this.#c.out, bytes, start, end);
    this.#c.output.settle();
  }

  integer(value: number): void {
    if (this.#lost) return;
    writeStringOpcode(this.#c.out);
    this.#c.strings.integer(this.#c.out, value);
  }

  int64(hi: number, lo: number): void {
    if (this.#lost) return;
    writeStringOpcode(this.#c.out);
    this.#c.strings.int64(this.#c.out, hi, lo);
  }

  bigBegin(length: number): void {
    if (!this.#lost) writeStringHead(this.#c.out, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#lost) return;
    this.#c.out.span(bytes, start, end);
    this.#c.output.settle();
  }

  bigEnd(): void {}

  end(): void {
    if (!this.#begun) throw this.#c.fail('INVALID_ARGUMENT', 'a value of a module without the name of its type');
    if (!this.#lost) writePartsEnd(this.#c.out);
  }

  abandon(): void {}
}
