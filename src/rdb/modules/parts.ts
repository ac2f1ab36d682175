import { concat, decimalBytes, setExact, signed64 } from '../../bytes/index.ts';
import type { EntryVisitor } from '../../encodings/index.ts';
import { RedisFileError } from '../../errors.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { ModulePart } from '../records.ts';
import { parseModuleId } from './id.ts';

/** Opcodes between module values (redis: src/rdb.h, RDB_MODULE_OPCODE_*). */
const EOF = 0;
const SINT = 1;
const UINT = 2;
const FLOAT = 3;
const DOUBLE = 4;
const STRING = 5;

/** The NaN that a Number is written as. */
const QUIET_FLOAT = 0x7fc00000n;
const QUIET_DOUBLE = 0x7ff8000000000000n;

/** Sees module values: numbers by `modulePart`, strings as strings. */
export interface PartVisitor extends EntryVisitor {
  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void;
}

/** A sequence of module values up to its end mark; strings go to the context's visitor. */
export class PartsReader {
  #inString = false;
  #done = false;

  begin(): void {
    this.#inString = this.#done = false;
  }

  run(c: ValueContext, visitor: PartVisitor): void {
    while (!this.#done) {
      if (this.#inString) {
        c.string();
        this.#inString = false;
      } else {
        this.#readPart(c, visitor);
      }
      c.r.commit();
    }
  }

  #readPart(c: ValueContext, visitor: PartVisitor): void {
    const { r } = c;
    const opcode = c.length();
    switch (opcode) {
      case EOF:
        this.#done = true;
        return;
      case SINT:
      case UINT: {
        const value = c.length64();
        if (!c.shown) return;
        if (opcode === UINT) visitor.modulePart('uint', value, undefined);
        else visitor.modulePart('sint', typeof value === 'bigint' ? exactSigned(value) : value, undefined);
        return;
      }
      case FLOAT: {
        const value = r.f32le();
        const bits = Number.isNaN(value) ? BigInt(r.view.getUint32(r.pos - 4, true)) : undefined;
        if (c.shown) visitor.modulePart('float', value, bits === QUIET_FLOAT ? undefined : bits);
        return;
      }
      case DOUBLE: {
        const value = r.f64le();
        const bits = Number.isNaN(value) ? r.view.getBigUint64(r.pos - 8, true) : undefined;
        if (c.shown) visitor.modulePart('double', value, bits === QUIET_DOUBLE ? undefined : bits);
        return;
      }
      case STRING:
        this.#inString = true;
        return;
      default:
        throw c.fail('BAD_MODULE', `module value with opcode ${opcode}, expected 0 to 5`);
    }
  }
}

function exactSigned(value: bigint): number | bigint {
  const signed = BigInt.asIntN(64, value);
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
}

/** Type 7: `LEN module id`, then module values (redis: src/rdb.c, rdbLoadObject, RDB_TYPE_MODULE_2). */
export class ModuleReader implements ValueReader {
  readonly #parts = new PartsReader();
  #begun = false;

  begin(): void {
    this.#begun = false;
    this.#parts.begin();
  }

  run(c: ValueContext): void {
    if (!this.#begun) {
      const { module, version } = parseModuleId(c.length64());
      if (c.shown) c.handler.moduleBegin(module, version);
      this.#begun = true;
      c.r.commit();
    }
    this.#parts.run(c, c.handler);
  }
}

/** Type 6: the values of a module without marks between them, so that only the module knows where they end. */
export class PreGaModuleReader implements ValueReader {
  begin(): void {}

  run(c: ValueContext): void {
    const { module, version } = parseModuleId(c.length64());
    throw c.fail(
      'UNKNOWN_TYPE',
      `a value of module ${module} (encoding version ${version}) in the form of the release candidates of Redis 4.0, ` +
        'whose end only that module knows',
    );
  }
}

/** Strings that belong to no key have no form in pieces: those that come so are put together, up to this size. */
const WHOLE = 64 << 20;

/** Makes a list out of module values. */
export class PartsCollector implements PartVisitor {
  readonly parts: ModulePart<Uint8Array<ArrayBuffer>>[] = [];
  #pieces: Uint8Array<ArrayBuffer>[] = [];

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.parts.push(makePart(type, value, bits));
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.parts.push({ type: 'string', value: bytes.slice(start, end) });
  }

  integer(value: number): void {
    this.parts.push({ type: 'string', value: decimalBytes(value) });
  }

  int64(hi: number, lo: number): void {
    this.parts.push({ type: 'string', value: new TextEncoder().encode(String(signed64(hi, lo))) });
  }

  bigBegin(length: number): void {
    this.#pieces = [];
    if (length <= WHOLE) return;
    throw new RedisFileError('LIMIT_EXCEEDED', `a module value of ${length} bytes, more than maxValueBytes allows`);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#pieces.push(bytes.slice(start, end) as Uint8Array<ArrayBuffer>);
  }

  bigEnd(): void {
    this.parts.push({ type: 'string', value: concat(this.#pieces) });
    this.#pieces = [];
  }
}

/** A number that a module stored. */
export function makePart(
  type: 'sint' | 'uint' | 'float' | 'double',
  value: number | bigint,
  bits: bigint | undefined,
): ModulePart<never> {
  if (type === 'sint' || type === 'uint') {
    const part: ModulePart<never> & { type: 'sint' | 'uint' } = { type, value: 0 };
    setExact(part, 'value', value);
    return part;
  }
  return bits === undefined ? { type, value: value as number } : { type, value: value as number, bits };
}
