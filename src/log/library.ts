import type { LogContext } from './context.ts';
import { FUNCTION, LOAD, REPLACE } from './words.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Writes function libraries. Of those with one name, as the parts of a split dump have them, the last one counts, as with keys. */
export class LibraryWriter {
  readonly #c: LogContext;
  /** By name, what was written. */
  readonly #written: Map<string, Bytes> = new Map();

  constructor(context: LogContext) {
    this.#c = context;
  }

  /** @returns its name, where it takes the place of another one that was written */
  write(name: string | undefined, code: Bytes): string | undefined {
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

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
