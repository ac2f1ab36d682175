import type { BytesRecord, ModuleAuxRecord } from '../rdb/index.ts';
import type { Args } from './args.ts';
import type { Heap } from './memory/index.ts';
import { EntryBuilder, Journal } from './values/journal.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Aux = ModuleAuxRecord<Bytes>;

/** Stored after the keys of an RDB. */
const AFTER = 2;

/** What search modules store in an RDB: indexes with their aliases, and dictionaries; those of Valkey. */
const SEARCH: ReadonlySet<string> = /* @__PURE__ */ new Set(['ft_index0', 'scdtype00', 'Vk-Search']);

/** Commands that one record has at most. */
const MOST = 1000;

const entry: EntryBuilder = /* @__PURE__ */ new EntryBuilder();

/**
 * What modules hold besides keys, of which nothing is known but what an RDB stored, and the commands behind that, each
 * with its database: definitions of indexes.
 *
 * Those come before all keys in the end, whenever they ran: search modules add whatever keys they find, earlier and later
 * ones. An index that was told to leave out earlier keys takes them then, as it does when a server loads its own RDB.
 */
export class ModuleData {
  readonly #heap: Heap;
  /** In the place of what an entry changes stands its database. */
  #commands: Journal<never>;
  #aux: Aux[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#commands = new Journal(heap);
  }

  /** What an RDB stored; owned by this. */
  store({ module, version, when, parts }: Aux): void {
    // Older search modules say in every RDB how many indexes and dictionaries there are.
    if (SEARCH.has(module) && parts?.every((part) => part.type === 'uint' && part.value === 0)) return;
    this.#aux.push({ kind: 'moduleAux', offset: 0, module, version, when, parts });
  }

  /** Keeps a command as it came. */
  add(db: number, { bytes, spans, count }: Args): void {
    entry.begin();
    for (let i = 0; i < count; i++) entry.text(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    entry.finish(db);
    this.#commands.append(entry);
  }

  /** Everything of search modules goes. */
  flush(): void {
    this.#commands.clear();
    this.#aux = this.#aux.filter(({ module }) => !SEARCH.has(module));
  }

  /**
   * A database is emptied. Redis drops the indexes of all of them then, and Valkey those of this one; which of them an RDB
   * held is not known.
   */
  flushDb(db: number, family: 'redis' | 'valkey'): void {
    if (family === 'redis') this.flush();
    else this.#move((other) => (other === db ? undefined : other));
  }

  /** Indexes of Redis stay where they are. */
  swap(a: number, b: number, family: 'redis' | 'valkey'): void {
    if (family === 'valkey') this.#move((db) => (db === a ? b : db === b ? a : db));
  }

  #move(place: (db: number) => number | undefined): void {
    const old = this.#commands;
    this.#commands = new Journal(this.#heap);
    for (const { writes, parts } of old.entries()) {
      const db = place(writes);
      if (db === undefined) continue;
      entry.begin();
      for (const part of parts as Bytes[]) entry.text(part, 0, part.length);
      entry.finish(db);
      this.#commands.append(entry);
    }
    old.clear();
  }

  /** What an RDB stored before its keys, module by module. */
  auxBefore(): BytesRecord[] {
    return this.#auxOf((when) => when !== AFTER);
  }

  auxAfter(): BytesRecord[] {
    return this.#auxOf((when) => when === AFTER);
  }

  #auxOf(wanted: (when: number) => boolean): BytesRecord[] {
    return this.#aux
      .filter(({ when }) => wanted(when))
      .sort((a, b) => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0))
      .map((aux) => ({ ...aux }));
  }

  /** The commands in their order, those of one database together. */
  *journals(): Generator<BytesRecord> {
    let db = 0;
    let commands: Bytes[][] = [];
    for (const { writes, parts } of this.#commands.entries()) {
      if (commands.length > 0 && (writes !== db || commands.length >= MOST)) {
        yield { kind: 'journal', offset: 0, db, commands };
        commands = [];
      }
      db = writes;
      commands.push(parts as Bytes[]);
    }
    if (commands.length > 0) yield { kind: 'journal', offset: 0, db, commands };
  }
}
