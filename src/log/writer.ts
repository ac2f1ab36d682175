import { ascii, latin1, signed64 } from '../bytes/index.ts';
import {
  type BytesRecord,
  DATA,
  FileFacts,
  Fingerprints,
  type FunctionRecord,
  hasEngine,
  type JournalRecord,
  journalText,
  type KeyJournalRecord,
  type LevelNumber,
  parseLibraryHead,
  RAW,
  type RdbHandler,
  type RdbScanner,
  refuseLoss,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  SKIP,
  type StreamIdmp,
  scanStored,
  type WarningCode,
  wholeLibrary,
} from '../rdb/index.ts';
import { ArrayWriter } from './array.ts';
import { checkCaps, RESTORE_LIMIT } from './caps.ts';
import { LogContext, NO_KEY } from './context.ts';
import { isEmptyValue } from './empty.ts';
import { writeExpiry } from './expiry.ts';
import { GcraWriter } from './gcra.ts';
import { HashWriter } from './hash.ts';
import type { ItemsWriter } from './items.ts';
import { takesJournal, writeJournal, writeVerbatim } from './journal.ts';
import { JsonDocumentWriter } from './json.ts';
import { LibraryWriter } from './library.ts';
import { listWriter } from './list.ts';
import { ModuleWriter } from './module.ts';
import { NOTHING } from './nothing.ts';
import { type CommandOptions, checkCommandOptions } from './options.ts';
import { RestoreWriter } from './restore.ts';
import { setWriter } from './set.ts';
import { StreamWriter } from './stream.ts';
import { StringWriter } from './string.ts';
import { parseTarget, restores, targetOfNobody, targetOfWriter } from './targets.ts';
import type { ValueWriter } from './value.ts';
import { WholeString } from './whole.ts';
import { DEL, SELECT } from './words.ts';
import { ZsetWriter } from './zset.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** For the keys of a file: 32 MB, three million keys. */
const KEY_SLOTS = 1 << 22;

/** What a `CommandWriter` is told besides. */
export interface CommandWriterOptions extends Omit<CommandOptions, 'mode'> {
  mode?: 'commands' | 'restore';
  /** Takes what is odd in the file; the frame is that of the key it is about. */
  onWarning?: (code: WarningCode, message: string, offset: number, frame: ScanFrame | undefined) => void;
}

/**
 * Writes keys as the commands that build them, in RESP, straight from the spans that the scanner finds. Records are
 * shown to it as if they were scanned (`show.ts`), so this is the one place where commands are made.
 *
 * Each type has a writer of its own; this class knows keys, databases, and values that are taken as they are stored.
 */
export class CommandWriter implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber = SKIP;
  protected readonly restorer: RestoreWriter;
  readonly #c: LogContext;
  readonly #restore: boolean;
  readonly #replace: boolean;
  readonly #libraries: LibraryWriter;
  readonly #onWarning: CommandWriterOptions['onWarning'];
  /** The target was named, so that what files say does not change it. */
  readonly #named: boolean;
  readonly #file = new FileFacts();
  /** Keys of the file, to find those that stand twice. */
  readonly #seen: Fingerprints | undefined;
  readonly #strings: StringWriter;
  readonly #list: ItemsWriter;
  readonly #set: ItemsWriter;
  readonly #zset: ZsetWriter;
  readonly #hash: HashWriter;
  readonly #stream: StreamWriter;
  readonly #array: ArrayWriter;
  readonly #module: ModuleWriter;
  readonly #gcra: GcraWriter;
  readonly #json: JsonDocumentWriter;
  #value: ValueWriter = NOTHING;
  /** A string that comes in pieces. */
  readonly #gathered = new WholeString();
  #gathering = false;
  #db = 0;
  /** Something of a key is being written. */
  #inKey = false;

  // A value that is taken as it is stored

  /** Bytes of the record before its value that are still to come. */
  #before = 0;
  /** Stored value for RESTORE; undefined where it is not wanted. */
  #stored: Uint8Array[] | undefined;
  #storedLength = 0;
  /** Reads a stored value that leaves as commands. */
  #scanner: RdbScanner | undefined;
  /** What comes is inside of a stored value. */
  #scanning = false;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: CommandWriterOptions = {}) {
    checkCommandOptions(options);
    this.#named = options.target !== undefined;
    const target = options.target === undefined ? targetOfNobody() : parseTarget(options.target);
    this.#restore = options.mode === 'restore';
    this.#replace = options.replace ?? false;
    this.#onWarning = options.onWarning;
    this.#seen = options.duplicates ? new Fingerprints(KEY_SLOTS) : undefined;
    const c = new LogContext(target, checkCaps(options.caps), options.onLoss ?? refuseLoss, options.now);
    this.#c = c;
    this.#libraries = new LibraryWriter(c);
    this.#strings = new StringWriter(c, !options.cluster);
    this.#zset = new ZsetWriter(c);
    this.#hash = new HashWriter(c);
    this.#stream = new StreamWriter(c);
    this.#array = new ArrayWriter(c);
    this.restorer = new RestoreWriter(c, options.replace ?? false);
    this.#module = new ModuleWriter(c, this.restorer);
    this.#gcra = new GcraWriter(c);
    this.#list = listWriter(c);
    this.#set = setWriter(c);
    this.#json = new JsonDocumentWriter(c);
  }

  /** Bytes that `take` would give. */
  get ready(): number {
    return this.#c.out.ready;
  }

  /** A command broke off inside of an argument that had begun to leave, and nothing can follow it. */
  get broken(): boolean {
    return this.#c.out.closed;
  }

  /**
   * The commands that are complete, in RESP, and what there is of a very large one that is not. Lent until the next call.
   *
   * @param whole leaves out what is not complete
   */
  take(whole: boolean = false): Bytes {
    return this.#c.out.take(whole);
  }

  /** The input is over: what waited for more of its kind is written. */
  finish(): void {
    this.#strings.flush();
  }

  // Keys

  key(frame: ScanFrame): LevelNumber {
    // The value inside a stored value, whose key was there before.
    if (this.#scanning) return DATA;
    const c = this.#c;
    c.begin(frame);
    // What waits is of earlier keys.
    this.#strings.begin();
    this.#before = frame.valueStart;
    this.#stored = undefined;
    this.#value = NOTHING;
    const asStored = this.#restore && restores(c.target, frame.typeId, this.#file.family, this.#file.version);
    const writer = this.#writerOf(frame);
    if (writer === undefined && !asStored) {
      c.lose('key', `a key of type ${frame.type}${frame.encoding === 'pathhash' ? ' (with paths)' : ''}`);
      return SKIP;
    }
    if (frame.db !== this.#db) this.#select(frame.db);
    this.#strings.pass(frame);
    if (this.#seen?.add(frame.db, frame.bytes, frame.start, frame.end)) this.#replaceKey(frame);
    c.out.mark();
    this.#inKey = true;
    if (frame.meta !== undefined && !(c.target.keyMeta && (asStored || frame.type === 'module'))) {
      c.lose('keyMeta', 'metadata that modules attached to a key');
    }
    if (asStored) {
      this.#stored = [];
      this.#storedLength = 0;
      return RAW;
    }
    this.#value = writer!;
    writer!.begin();
    return DATA;
  }

  /** The key stood there before: what it was then goes. Where the fingerprint errs the command does nothing. */
  #replaceKey(frame: ScanFrame): void {
    this.#onWarning?.(
      'DUPLICATE_KEY',
      'the key stands twice in its database; the last one counts',
      frame.offset,
      frame,
    );
    this.#strings.flush();
    this.#strings.pass(frame);
    this.#c.command(DEL);
    this.#c.out.end();
  }

  #writerOf({ type, encoding }: ScanFrame): ValueWriter | undefined {
    const { target } = this.#c;
    switch (type) {
      case 'stream':
        return target.streams ? this.#stream : undefined;
      case 'module':
        return target.modules ? this.#module : undefined;
      case 'array':
        return target.arrays ? this.#array : undefined;
      case 'gcra':
        return target.gcra ? this.#gcra : undefined;
      case 'json':
        return target.json ? this.#json : undefined;
      case 'string':
        return this.#strings;
      case 'list':
        return this.#list;
      case 'set':
        return this.#set;
      case 'zset':
        return this.#zset;
      case 'hash':
        return encoding === 'pathhash' ? undefined : this.#hash;
      default:
        return undefined;
    }
  }

  #select(db: number): void {
    this.#strings.flush();
    const { out } = this.#c;
    out.begin(SELECT);
    out.integer(db);
    out.end();
    this.#db = db;
  }

  keyEnd(): void {
    if (this.#scanning) return;
    const exists = this.#value.end();
    this.#inKey = false;
    const { frame } = this.#c;
    if (exists && frame.expiresAt !== undefined) writeExpiry(this.#c, frame.expiresAt);
    this.#value = NOTHING;
  }

  /** What was written of the key is taken back: its value is damaged. */
  keyFailed(): void {
    this.abandon();
  }

  /**
   * Takes back the key at hand, if there is one, which is damaged or not wanted after all. Where some of its commands
   * have left, another one deletes it.
   */
  abandon(): void {
    if (!this.#inKey || this.takeBack()) return;
    this.#c.command(DEL);
    this.#c.out.end();
  }

  /** Takes back what was written of the key at hand, also when it has ended. @returns false where some of it has left */
  protected takeBack(): boolean {
    this.#inKey = this.#scanning = false;
    this.#scanner = undefined;
    this.#stored = undefined;
    this.#value = NOTHING;
    this.#strings.undo();
    return this.#c.out.undo();
  }

  /** Bytes that were written of the key at hand, none of which has left; in a command that it shares, its arguments. */
  protected get written(): number {
    return this.#c.out.marked + this.#strings.waiting;
  }

  protected get context(): LogContext {
    return this.#c;
  }

  /** A stored value is being read, whose key was there before. */
  protected get inStored(): boolean {
    return this.#scanning;
  }

  count(): void {}

  // Strings. Types that have many of them are told apart here, as a single call on `#value` would meet so many classes
  // that it looks its method up each time: 2 % of all CPU time of `resp`.

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const value = this.#value;
    if (value === this.#hash) this.#hash.bytes(bytes, start, end);
    else if (value === this.#list) this.#list.bytes(bytes, start, end);
    else if (value === this.#stream) this.#stream.bytes(bytes, start, end);
    else if (value === this.#zset) this.#zset.bytes(bytes, start, end);
    else if (value === this.#set) this.#set.bytes(bytes, start, end);
    else value.bytes(bytes, start, end);
  }

  integer(value: number): void {
    const writer = this.#value;
    if (writer === this.#hash) this.#hash.integer(value);
    else if (writer === this.#list) this.#list.integer(value);
    else if (writer === this.#stream) this.#stream.integer(value);
    else if (writer === this.#zset) this.#zset.integer(value);
    else if (writer === this.#set) this.#set.integer(value);
    else writer.integer(value);
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.#value.bytes(text, 0, text.length);
  }

  /** What would fit into a command with others is put together, so that commands do not depend on how values come. */
  bigBegin(length: number): void {
    this.#gathering = length <= this.#c.caps.bytes;
    if (this.#gathering) this.#gathered.clear();
    else this.#value.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#gathering) this.#gathered.add(bytes, start, end);
    else this.#value.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    if (!this.#gathering) {
      this.#value.bigEnd();
      return;
    }
    const { bytes, length } = this.#gathered.buffer;
    this.bytes(bytes, 0, length);
  }

  // What else values have

  score(value: number): void {
    this.#zset.score(value);
  }

  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    if (this.#value === this.#hash) this.#hash.expiry(ms);
    else this.#loseMemberExpiry();
  }

  memberExpiry(): void {
    this.#loseMemberExpiry();
  }

  #loseMemberExpiry(): void {
    this.#c.lose('memberExpiry', 'a time at which a member goes');
  }

  path(): void {}

  index(value: number | bigint): void {
    this.#array.index(value);
  }

  insertIndex(value: number | bigint): void {
    this.#array.insertIndex(value);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#stream.entry(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.#stream.entryEnd();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#stream.streamInfo(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#stream.streamGroup(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#stream.streamIdmp(idmp);
  }

  moduleBegin(module: string, version: number): void {
    this.#module.moduleBegin(module, version);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#module.modulePart(type, value, bits);
  }

  gcra(tat: number | bigint): void {
    this.#gcra.gcra(tat);
  }

  cron(): void {}

  sbf(): void {}

  blob(): void {}

  streamNode(): void {}

  // Values as they are stored

  rawPiece(bytes: Bytes): void {
    const from = Math.min(this.#before, bytes.length);
    const value = new Uint8Array(bytes.buffer, bytes.byteOffset + from, bytes.length - from);
    this.#before -= from;
    if (this.#stored === undefined) {
      if (this.#value === NOTHING) return;
      this.#scanning = true;
      this.#scanner ??= scanStored(this, this.#file, this.#c.frame);
      this.#scanner.push(value);
      return;
    }
    this.#stored.push(value);
    this.#storedLength += value.length;
    if (this.#storedLength > RESTORE_LIMIT) this.#leaveAsCommands(this.#stored);
  }

  raw(bytes: Bytes): void {
    this.rawPiece(bytes);
    if (this.#stored !== undefined) {
      // RESTORE refuses what is empty, and servers that load it skip it.
      if (!isEmptyValue(this.#c.frame.typeId, this.#stored)) this.restorer.write(this.#c.frame.typeId, this.#stored);
      this.#stored = undefined;
      return;
    }
    this.#scanner?.end();
    this.#scanner = undefined;
    this.#scanning = false;
  }

  /** A stored value is too large to hold. */
  #leaveAsCommands(stored: readonly Uint8Array[]): void {
    const writer = this.#writerOf(this.#c.frame);
    // What no command makes is held whatever its size.
    if (writer === undefined) return;
    this.#stored = undefined;
    this.#value = writer;
    writer.begin();
    this.#scanning = true;
    this.#scanner = scanStored(this, this.#file, this.#c.frame);
    for (const piece of stored) this.#scanner.push(piece);
  }

  // Everything else

  record(record: BytesRecord): void {
    switch (record.kind) {
      case 'header':
        this.#file.family = record.family;
        this.#file.version = record.version;
        this.#file.templates.clear();
        if (!this.#named) {
          this.#c.target = targetOfWriter(record.family === 'valkey' ? 'valkey' : 'redis', record.version, undefined);
        }
        break;
      case 'aux':
        this.#aux(record.name, record.value);
        break;
      case 'function':
        this.#function(record);
        break;
      case 'moduleAux':
        this.#c.loseRecord('moduleAux', `what module ${record.module} stored besides its keys`, record.offset);
        break;
      case 'slotImport':
        this.#c.loseRecord('slotImport', 'an import of cluster slots that was under way', record.offset);
        break;
      case 'hashTemplate':
        this.#file.templates.set(String(record.exact?.['id'] ?? record.id), record.fields);
        break;
      case 'keyJournal':
        this.#journal(record);
        break;
      case 'journal':
        this.#keyless(record);
    }
  }

  #aux(name: string, value: Bytes): void {
    const file = this.#file;
    if (name === 'df-ver' && file.family === 'redis') file.family = 'dragonfly';
    if (this.#named || (name !== 'redis-ver' && name !== 'valkey-ver')) return;
    // Valkey up to 8.1 writes files of the family that it began as.
    const server = name === 'valkey-ver' || file.family === 'valkey' ? 'valkey' : 'redis';
    this.#c.target = targetOfWriter(server, file.version, latin1(value));
  }

  #function(record: FunctionRecord<Bytes>): void {
    const { offset } = record;
    const { functions, family, version } = this.#c.target;
    const what = `the function library ${record.name ?? '?'}`;
    if (!functions) {
      this.#c.loseRecord('function', what, offset);
      return;
    }
    const code = wholeLibrary(record);
    const head = parseLibraryHead(code);
    if (this.#named && !hasEngine(head, family, version)) {
      this.#c.loseRecord('function', `${what} in ${head!.engine}`, offset);
      return;
    }
    const replaced = this.#libraries.write(head?.name, code);
    if (replaced === undefined) return;
    const message = `the function library ${replaced} stands twice, with other code; the last one counts`;
    this.#onWarning?.('DUPLICATE_KEY', message, offset, undefined);
  }

  /** A key that came as commands. */
  #journal(record: KeyJournalRecord<Bytes>): void {
    const c = this.#c;
    const { offset, db, key } = record;
    c.begin({ ...NO_KEY, offset, db, bytes: key, end: key.length, type: 'module' });
    if (!takesJournal(c, record, this.#named)) {
      c.lose('key', 'a key of a module, of which only commands are known');
      return;
    }
    if (db !== this.#db) this.#select(db);
    this.#strings.pass(c.frame);
    if (this.#seen?.add(db, key, 0, key.length)) this.#replaceKey(c.frame);
    writeJournal(c, record, this.restorer, this.#replace);
  }

  /** Commands that concern no key. */
  #keyless(record: JournalRecord<Bytes>): void {
    const c = this.#c;
    if (!c.target.modules) {
      c.loseRecord('moduleAux', journalText(record), record.offset);
      return;
    }
    if (record.db !== this.#db) this.#select(record.db);
    writeVerbatim(c, record.commands);
  }

  warning(code: WarningCode, message: string, offset: number): void {
    this.#onWarning?.(code, message, offset, this.#value === NOTHING ? undefined : this.#c.frame);
  }
}
