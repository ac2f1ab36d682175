import { ascii } from '../bytes/index.ts';
import type { EncodeContext } from './encode-context.ts';
import { wholeLibrary } from './functions.ts';
import { type BytesRecord, emptyFrame } from './handler.ts';
import { hasEngine, parseLibraryHead } from './library-head.ts';
import { journalText } from './loss.ts';
import { moduleId, writeAnyPart, writePartsEnd } from './modules/write.ts';
import * as op from './opcodes.ts';
import { writeLength, writeLength64 } from './primitives.ts';
import type { FunctionRecord, ModuleAuxRecord, SlotImportRecord } from './records.ts';
import type { FileFacts } from './stored.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type RecordOf<K> = BytesRecord & { kind: K };

const AUX_SINCE = 7;
const MODULE_AUX_SINCE = 9;
const FUNCTIONS_SINCE = 10;
const VALKEY_SLOTS_SINCE = 80;

/** Names that say who wrote a file; forks of Valkey may have one of their own. */
const VERSIONS: ReadonlySet<string> = /* @__PURE__ */ new Set(['redis-ver', 'valkey-ver', 'kv-ver']);
/** Aux fields that are true only of the file, and the server, that they come from. */
const OF_THE_SOURCE: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'redis-bits',
  'ctime',
  'used-mem',
  'mvcc-tstamp',
  'keydb-subexpire-key',
  'keydb-subexpire-when',
  'snapshot-id',
  'df-ver',
  'table-mem',
  'shard-count',
  'shard-id',
  'search-index',
  'search-synonyms',
]);
const SLOT_HINT = 'slot-info';

/** The mark of aux data that says when it was stored (redis: src/rdb.h, RDB_MODULE_OPCODE_UINT). */
const WHEN = 2;

/** Whether the end of a file that was not verified has zeros for a checksum. */
function hasZeros(raw: Bytes | undefined): boolean {
  return raw !== undefined && raw.length > 8 && raw.subarray(1, 9).every((byte) => byte === 0);
}

/** Writes everything in a file that is no key. */
export class RecordEncoder {
  /** The source had no checksum. */
  checksumAbsent = false;
  /** Since the last key some stored record was left out. */
  leftOut = false;
  readonly #c: EncodeContext;
  readonly #file: FileFacts;
  readonly #hints: boolean;
  /** The file is a copy of a stored one, as far as nothing is changed. */
  #asStored = false;
  #own = false;
  #files = 0;
  /** The database that keys go to; -1 before any is chosen. */
  #db = -1;
  #marked = -1;
  #resize: RecordOf<'resizeDb'> | undefined;
  #markedResize: RecordOf<'resizeDb'> | undefined;

  constructor(c: EncodeContext, file: FileFacts, hints: boolean) {
    this.#c = c;
    this.#file = file;
    this.#hints = hints;
  }

  /** The file begins. @param own with aux fields of its own, as a server would write them */
  start(asStored: boolean, own: boolean): void {
    this.#asStored = asStored;
    this.#own = own;
    // Stored keys without a database before them are in the first.
    if (asStored) this.#db = 0;
    if (!own || this.#c.target.rdb < AUX_SINCE) return;
    const { family, version } = this.#c.target;
    const name = family === 'valkey' && Number.parseInt(version, 10) >= 8 ? 'valkey-ver' : 'redis-ver';
    this.#writeAux(name, ascii(version.split('.').length < 3 ? `${version}.0` : version));
    this.#writeAux('redis-bits', ascii('64'));
    this.#writeAux('ctime', ascii(String(Math.floor(this.#c.now / 1000))));
  }

  /** Another file goes into the same one. */
  beginFile(files: number): void {
    this.#files = files;
    this.#resize = undefined;
  }

  /** Templates of the file that keys come from stand in this one. */
  get hasTemplates(): boolean {
    return this.#asStored && this.#files <= 1;
  }

  mark(): void {
    this.#marked = this.#db;
    this.#markedResize = this.#resize;
  }

  undo(): void {
    this.#db = this.#marked;
    this.#resize = this.#markedResize;
  }

  /** The next key is in this database. */
  select(db: number): void {
    this.leftOut = false;
    if (db === this.#db) return;
    const { out, strings, target } = this.#c;
    out.byte(op.SELECTDB);
    // In the form of a length, which differs in RDB 0.
    strings.head(out, db);
    this.#db = db;
    const resize = this.#resize;
    if (resize?.db === db && target.rdb >= AUX_SINCE) {
      out.byte(op.RESIZEDB);
      writeLength(out, resize.keys);
      writeLength(out, resize.expires);
    }
    this.#resize = undefined;
  }

  record(record: BytesRecord): void {
    // A stored record of the file that this one is a copy of.
    const stored = this.#asStored && this.#files <= 1 ? record.raw : undefined;
    if (record.raw !== undefined && (stored === undefined || !this.#hints)) this.leftOut = true;
    switch (record.kind) {
      case 'selectDb':
        if (stored !== undefined && this.#hints) {
          this.#c.out.raw(stored);
          this.#db = record.db;
        }
        break;
      case 'resizeDb':
        if (!this.#hints || this.#files > 1) break;
        if (stored !== undefined) this.#c.out.raw(stored);
        else if (record.db !== this.#db) this.#resize = record;
        break;
      case 'aux':
        this.#aux(record, stored);
        break;
      case 'function':
        if (stored === undefined) this.#function(record);
        else this.#c.out.raw(stored);
        break;
      case 'moduleAux':
        if (stored === undefined) this.#moduleAux(record);
        else this.#c.out.raw(stored);
        break;
      case 'hashTemplate':
        // Without the bytes of hashes that refer to it, nobody needs it.
        if (stored !== undefined) this.#c.out.raw(stored);
        break;
      case 'slotInfo':
        if (stored !== undefined && this.#hints) this.#c.out.raw(stored);
        break;
      case 'slotImport':
        if (stored === undefined) this.#slotImport(record);
        else this.#c.out.raw(stored);
        break;
      case 'keyJournal':
        this.#journal(record);
        break;
      case 'journal':
        this.#c.loseRecord('moduleAux', journalText(record), record.offset);
        break;
      case 'eof':
        if (this.#files <= 1) this.checksumAbsent = record.checksum === 'absent' || hasZeros(record.raw);
    }
  }

  /** Only a server with the module knows what the commands make of the key. */
  #journal({ offset, db, key }: RecordOf<'keyJournal'>): void {
    const c = this.#c;
    c.begin({ ...emptyFrame(), offset, db, bytes: key, end: key.length, type: 'module' });
    c.lose('key', 'a key of which only commands are known');
  }

  #aux({ name, value }: RecordOf<'aux'>, stored: Bytes | undefined): void {
    const lower = name.toLowerCase();
    if (lower === SLOT_HINT && !(this.#hints && stored !== undefined)) return;
    if (stored !== undefined) {
      this.#c.out.raw(stored);
      return;
    }
    if (this.#files > 1 || this.#c.target.rdb < AUX_SINCE) return;
    if (this.#own && (VERSIONS.has(lower) || OF_THE_SOURCE.has(lower))) return;
    this.#writeAux(name, value);
  }

  #writeAux(name: string, value: Uint8Array): void {
    const { out, strings } = this.#c;
    const text = ascii(name);
    out.byte(op.AUX);
    strings.write(out, text, 0, text.length);
    strings.write(out, value, 0, value.length);
  }

  /** KeyDB: a time for one member of the key before (keydb: src/rdb.cpp, saveRdbMemberExpire). */
  memberExpiry(member: Bytes, ms: number): void {
    this.#writeAux('keydb-subexpire-key', member);
    this.#writeAux('keydb-subexpire-when', ascii(String(ms)));
  }

  /** Opcode 245: the whole source. */
  #function(record: FunctionRecord<Bytes>): void {
    const { out, strings, target } = this.#c;
    const what = `the function library ${record.name ?? '?'}`;
    if (target.rdb < FUNCTIONS_SINCE) {
      this.#c.loseRecord('function', what, record.offset);
      return;
    }
    const whole = wholeLibrary(record);
    const head = parseLibraryHead(whole);
    // A version of the format may be that of either family.
    if (!target.name.startsWith('rdb:') && !hasEngine(head, target.family, target.version)) {
      this.#c.loseRecord('function', `${what} in ${head!.engine}`, record.offset);
      return;
    }
    out.byte(op.FUNCTION2);
    strings.write(out, whole, 0, whole.length);
  }

  /** Opcode 247: `LEN module id, LEN 2, LEN when`, module values. */
  #moduleAux(record: ModuleAuxRecord<Bytes>): void {
    const { out, target } = this.#c;
    if (target.rdb < MODULE_AUX_SINCE) {
      this.#c.loseRecord('moduleAux', `what module ${record.module} stored besides its keys`, record.offset);
      return;
    }
    if (record.raw !== undefined && this.#file.version !== 0) {
      out.raw(record.raw);
      return;
    }
    out.byte(op.MODULE_AUX);
    writeLength64(out, moduleId(record.module, record.version));
    writeLength(out, WHEN);
    writeLength(out, record.when);
    for (const part of record.parts ?? []) writeAnyPart(out, part);
    writePartsEnd(out);
  }

  /** Opcode 243 of Valkey. */
  #slotImport({ job, ranges, offset }: SlotImportRecord<Bytes>): void {
    const { out, strings, target } = this.#c;
    if (target.family !== 'valkey' || target.rdb < VALKEY_SLOTS_SINCE) {
      this.#c.loseRecord('slotImport', 'an import of cluster slots that was under way', offset);
      return;
    }
    out.byte(op.SLOT_IMPORT);
    strings.write(out, job, 0, job.length);
    writeLength(out, ranges.length);
    for (const [first, last] of ranges) {
      writeLength(out, first);
      writeLength(out, last);
    }
  }
}
