import { ascii } from '../bytes/index.ts';
import { type FunctionRecord, libraryHead } from '../rdb/index.ts';
import type { LogContext } from './context.ts';
import { FUNCTION, LOAD, REPLACE } from './words.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const HASH = 0x23;
const BANG = 0x21;

/** Writes function libraries. Of those with one name, as the parts of a split dump have them, the last one counts, as with keys. */
export class LibraryWriter {
  readonly #c: LogContext;
  /** By name, what was written. */
  readonly #written: Map<string, Bytes> = new Map();

  constructor(context: LogContext) {
    this.#c = context;
  }

  /** @returns its name, where it takes the place of another one that was written */
  write(record: FunctionRecord<Bytes>): string | undefined {
    const code = withHead(record);
    const { name } = libraryHead(code);
    const before = name === undefined ? undefined : this.#written.get(name);
    if (before !== undefined && same(before, code)) return undefined;
    if (name !== undefined) this.#written.set(name, code);
    const { out } = this.#c;
    out.begin(FUNCTION);
    out.word(LOAD);
    if (before !== undefined) out.word(REPLACE);
    out.argument(code, 0, code.length);
    out.end();
    return before === undefined ? undefined : name;
  }
}

/** Release candidates of 7.0 stored apart what is the first line of the code now. */
function withHead({ name, engine, code }: FunctionRecord<Bytes>): Bytes {
  const head = code[0] === HASH && code[1] === BANG ? '' : `#!${(engine ?? 'lua').toLowerCase()} name=${name}\n`;
  const whole = new Uint8Array(head.length + code.length);
  whole.set(ascii(head));
  whole.set(code, head.length);
  return whole;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
