import { Database } from './database.ts';
import { Heap } from './memory/index.ts';
import { ModuleData } from './module-data.ts';
import type { StreamMemory } from './values/stream-group.ts';
import { Values } from './values/table.ts';

/** A dataset: databases by number, function libraries, and what modules hold besides keys. */
export class Keyspace {
  readonly heap: Heap = new Heap();
  readonly #values = new Values(this.heap);
  readonly #databases = new Map<number, Database>();
  /** Source code of function libraries, by name. */
  readonly functions: Map<string, Uint8Array<ArrayBuffer>> = new Map();
  readonly modules: ModuleData = new ModuleData(this.heap);
  /** What its server remembers of streams. */
  streams: StreamMemory = { counters: true, activeTimes: true };

  /** A database, which need not have been there. */
  database(index: number): Database {
    let database = this.#databases.get(index);
    if (database === undefined) {
      database = new Database(this.heap, this.#values);
      this.#databases.set(index, database);
    }
    return database;
  }

  /** Databases with keys, by number. */
  get databases(): [index: number, database: Database][] {
    return [...this.#databases].filter(([, { size }]) => size > 0).sort(([a], [b]) => a - b);
  }

  swap(a: number, b: number): void {
    const first = this.database(a);
    this.#databases.set(a, this.database(b));
    this.#databases.set(b, first);
  }

  /** A command is over: values that it worked with are put away. */
  settle(): void {
    this.#values.settle();
  }

  /** Everything goes but functions, and what modules hold besides keys that are no search modules. */
  flush(): void {
    for (const database of this.#databases.values()) database.clear();
    this.modules.flush();
  }
}
