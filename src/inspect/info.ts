import { latin1 } from '../bytes/index.ts';
import { type BytesRecord, type LevelNumber, type ScanFrame, SKIP } from '../rdb/index.ts';
import { type DbCounts, KeyCounter } from './counts.ts';

/** Most aux fields and functions that are listed one by one; a file of an old server may hold thousands of scripts. */
const MOST_LISTED = 1000;

/** What a file says of itself, and what is in it. Strings are one character per byte. */
export interface FileInfo {
  family: string;
  version: number;
  /** Absolute offset behind the last byte; undefined where the end was not read. */
  size: number | undefined;
  checksum: 'verified' | 'absent' | 'ignored' | 'not reached';
  /** Aux fields before the keys and elsewhere; of a repeated one the last. */
  aux: Record<string, string>;
  functions: { name: string | undefined; engine: string | undefined; code: string; description?: string }[];
  modules: { module: string; version: number; when: number }[];
  hashTemplates: number;
  slotImports: number;
  keys: number;
  expires: number;
  dbs: ({ db: number } & DbCounts)[];
}

/** Gathers `FileInfo` and passes over all values. */
export class InfoHandler extends KeyCounter {
  readonly #aux: Map<string, string> = new Map();
  readonly #functions: FileInfo['functions'] = [];
  readonly #modules: FileInfo['modules'] = [];
  #templates = 0;
  #slotImports = 0;
  /** The first key or database was met: what describes the file is read. */
  headerDone = false;

  constructor() {
    super(SKIP);
  }

  override key(frame: ScanFrame): LevelNumber {
    this.headerDone = true;
    return super.key(frame);
  }

  override record(record: BytesRecord): void {
    super.record(record);
    switch (record.kind) {
      case 'selectDb':
      case 'eof':
        this.headerDone = true;
        break;
      case 'aux':
        if (this.#aux.size < MOST_LISTED || this.#aux.has(record.name))
          this.#aux.set(record.name, latin1(record.value));
        break;
      case 'function': {
        if (this.#functions.length >= MOST_LISTED) break;
        const { name, engine, description } = record;
        const listed = { name, engine, code: latin1(record.code) };
        this.#functions.push(description === undefined ? listed : { ...listed, description: latin1(description) });
        break;
      }
      case 'moduleAux':
        this.#modules.push({ module: record.module, version: record.version, when: record.when });
        break;
      case 'hashTemplate':
        this.#templates++;
        break;
      case 'slotImport':
        this.#slotImports++;
    }
  }

  /** What was gathered; `family` as the aux fields corrected it. */
  info(family: string): FileInfo {
    const dbs = [...this.dbs].map(([db, counts]) => ({ db, ...counts }));
    return {
      family,
      version: this.header?.version ?? 0,
      size: this.eof?.end,
      checksum: this.eof?.checksum ?? 'not reached',
      aux: Object.fromEntries(this.#aux),
      functions: this.#functions,
      modules: this.#modules,
      hashTemplates: this.#templates,
      slotImports: this.#slotImports,
      keys: this.keys,
      expires: dbs.reduce((sum, { expires }) => sum + expires, 0),
      dbs,
    };
  }
}
