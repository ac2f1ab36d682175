import { listpack, type PackedCodec, ziplist } from '../../encodings/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import { DATA, STRUCTURE } from '../handler.ts';
import { readCount } from './items.ts';
import { PlainEntries } from './packed.ts';

const PLAIN = 1;
const PACKED = 2;

/**
 * Quicklists. Type 14: `LEN nodes, nodes * STR ziplist`. Type 18: `LEN nodes, nodes * (LEN container, STR)`, the
 * container 1 for one plain element, 2 for a listpack (redis: src/rdb.c, rdbLoadObject, RDB_TYPE_LIST_QUICKLIST_2).
 */
export class QuicklistReader implements ValueReader {
  readonly #codec: PackedCodec;
  readonly #entries = new PlainEntries(1);
  #left = -1;
  #nodes = 0;
  /** Container of the node being read; 0 before it is known. */
  #container = 0;

  constructor(version: 1 | 2) {
    this.#codec = version === 1 ? ziplist : listpack;
  }

  begin(): void {
    this.#left = -1;
    this.#container = 0;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#left < 0) {
      this.#left = this.#nodes = readCount(c);
      this.#entries.begin(c);
      r.commit();
      if (c.level === STRUCTURE) c.handler.count(this.#nodes);
    }
    while (this.#left > 0) {
      if (this.#container === 0) {
        this.#container = this.#codec === ziplist ? PACKED : c.length();
        if (this.#container !== PLAIN && this.#container !== PACKED) {
          const found = this.#container;
          this.#container = 0;
          throw c.fail('BAD_LENGTH', `a quicklist node in container ${found}, expected 1 or 2`);
        }
        r.commit();
      }
      if (this.#container === PACKED) {
        c.packed(this.#codec, this.#entries);
      } else {
        if (c.shown && c.level < DATA) c.handler.blob('plain');
        c.string();
        if (c.shown && c.emptyString) {
          c.refuse('EMPTY_VALUE', 'BAD_LENGTH', 'a node of a list for one element of no bytes, which servers refuse');
        }
      }
      if (this.#container === PLAIN) this.#entries.count++;
      this.#left--;
      this.#container = 0;
      r.commit();
    }
    if (c.level === DATA && this.#nodes > 0 && this.#entries.count === 0) {
      c.warn('EMPTY_VALUE', 'a list whose nodes are empty, which servers skip');
    }
  }
}
