import type { ValueContext } from '../context.ts';
import { DATA, RAW } from '../handler.ts';
import type { KeyMeta, ModuleAuxRecord } from '../records.ts';
import { parseMetaClass, parseModuleId } from './id.ts';
import { PartsCollector, PartsReader } from './parts.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Opcode that marks the `when` of aux data (redis: src/rdb.h, RDB_MODULE_OPCODE_UINT). */
const WHEN_OPCODE = 2;
/** Most classes of metadata on one key (redis: src/keymeta.h). */
const MAX_CLASSES = 7;

/** Opcode 247: `LEN module id, LEN 2, LEN when`, module values (redis: src/rdb.c, rdbSaveSingleModuleAux). */
export class ModuleAuxReader {
  readonly phase: string = 'aux data of a module';
  readonly #offset: number;
  readonly #parts = new PartsReader();
  readonly #collector = new PartsCollector();
  #head: { module: string; version: number; when: number } | undefined;

  constructor(offset: number) {
    this.#offset = offset;
  }

  run(c: ValueContext): ModuleAuxRecord<Bytes> {
    if (this.#head === undefined) {
      const id = parseModuleId(c.length64());
      const opcode = c.length();
      if (opcode !== WHEN_OPCODE) {
        throw c.fail('BAD_MODULE', `aux data of module ${id.module}: opcode ${opcode}, expected ${WHEN_OPCODE}`);
      }
      this.#head = { ...id, when: c.length() };
      c.r.commit();
    }
    c.level = c.handler.moduleAuxLevel;
    try {
      collect(c, this.#parts, this.#collector);
    } finally {
      c.level = DATA;
    }
    const parts = c.handler.moduleAuxLevel > RAW ? this.#collector.parts : undefined;
    return { kind: 'moduleAux', offset: this.#offset, ...this.#head, parts };
  }
}

/** Opcode 243 of Redis: `LEN n, n * (u32le class, module values)` (redis: src/keymeta.c). */
export class KeyMetaReader {
  readonly phase: string = 'the metadata of a key';
  readonly #meta: KeyMeta<Bytes>[] = [];
  #left = -1;
  #parts: PartsReader | undefined;
  #collector = new PartsCollector();

  run(c: ValueContext): KeyMeta<Bytes>[] {
    if (this.#left < 0) {
      const count = c.length();
      if (count < 1 || count > MAX_CLASSES) {
        throw c.fail('BAD_LENGTH', `${count} classes of key metadata, expected 1 to ${MAX_CLASSES}`);
      }
      this.#left = count;
      c.r.commit();
    }
    while (this.#left > 0) {
      if (this.#parts === undefined) {
        this.#collector = new PartsCollector();
        this.#meta.push({ ...parseMetaClass(c.r.u32le()), parts: this.#collector.parts });
        this.#parts = new PartsReader();
        c.r.commit();
      }
      collect(c, this.#parts, this.#collector);
      this.#parts = undefined;
      this.#left--;
    }
    return this.#meta;
  }
}

/** Reads module values into a list. */
function collect(c: ValueContext, parts: PartsReader, collector: PartsCollector): void {
  c.visitor = collector;
  try {
    parts.run(c, collector);
  } finally {
    c.visitor = c.handler;
  }
}
