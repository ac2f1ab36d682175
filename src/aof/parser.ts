import { plainChunk, slices } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { type Exactly, RdbParser } from '../rdb/index.ts';
import { CommandScanner } from '../resp/index.ts';
import { LogBuilder } from './builder.ts';
import { type AofOptions, checkAofOptions } from './options.ts';
import { PreambleProbe } from './preamble.ts';
import type { AofRecord, AofRecordFor, FileStartRecord } from './records.ts';

/** Records of a batch, at least: handing one out costs as much as two records, and few are alive when garbage is collected. */
const BATCH = 200;

const MIB = 1 << 20;
export const MAX_ARGUMENT: number = 512 * MIB;
export const MAX_COMMAND: number = 1024 * MIB;

/** Bytes of an RDB that are read at once, so that its records make batches, too. */
const PIECE = 1 << 16;

const NOTHING: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

type AnyRecord = AofRecord<Uint8Array<ArrayBuffer> | string>;

/** What a manifest says of a file. */
export type FilePart = Pick<FileStartRecord, 'type' | 'seq'>;

/** The time of a log, which goes on from each file of a set to the next: servers do not repeat it there. */
export interface LogClock {
  /** Of the last annotation in the files that were read to their end, in ms; undefined without one. */
  time: number | undefined;
}

/** Special uses, which are no options for everybody. */
export interface ParserUse {
  /** Of an argument that no chunk holds so many bytes are enough: any size of it needs no memory. */
  shorten?: number;
  /** Where the time begins, and what tells it at the end. */
  clock?: LogClock;
  /** Counts the records that are handed out. */
  progress?: { records: number };
}

/**
 * The synchronous core of `readAof`, for one file: bytes in, records out, in chunks of any size. A file may begin with
 * an RDB. Strict by default: what no server writes is an error; see the option `tolerant`.
 *
 * A chunk is the caller's again when `push` returns; what is not read of it is copied. (With `views`, leave it as long as
 * the records are used.) An error waits until the records before it were handed out: the call that meets it returns
 * them, and the next call throws.
 *
 * @example
 * ```ts
 * import { AofParser } from 'rdb-aof';
 *
 * const parser = new AofParser({ strings: 'utf8' });
 * const log = new TextEncoder().encode('*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n');
 * for (const record of [...parser.push(log), ...parser.end()]) {
 *   if (record.kind === 'command') console.log(record.db, ...record.argv);
 *   // 0 SELECT 1
 *   // 1 INCR n
 * }
 * ```
 */
export class AofParser<const O extends AofOptions = Record<never, never>> {
  readonly #options: AofOptions;
  readonly #part: FilePart | undefined;
  readonly #shorten: number | undefined;
  readonly #clock: LogClock | undefined;
  readonly #progress: { records: number };
  #probe: PreambleProbe | undefined = new PreambleProbe();
  #rdb: RdbParser<AofOptions> | undefined;
  #log: { builder: LogBuilder; scanner: CommandScanner } | undefined;
  #error: unknown;
  #stopped = false;
  #started = false;
  #ended = false;

  /**
   * @param part what a manifest says of the file
   * @param use what is special in the use that the library itself makes of it
   * @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have
   */
  constructor(options?: Exactly<O, AofOptions>, part?: FilePart, use: ParserUse = {}) {
    const given: AofOptions = options === undefined ? {} : options;
    checkAofOptions(given);
    this.#options = given;
    this.#part = part;
    this.#shorten = use.shorten;
    this.#clock = use.clock;
    this.#progress = use.progress ?? { records: 0 };
  }

  /** Absolute offset, in bytes, of the next byte to be read; after the end that of the end. */
  get offset(): number {
    if (this.#log !== undefined) return this.#log.scanner.offset;
    return this.#rdb?.offset ?? 0;
  }

  /**
   * Absolute offset behind the last record outside of MULTI: where a torn log has to be cut. The end of the RDB, where the
   * file begins with one, or 0, where no record was read.
   */
  get validUpTo(): number {
    return this.#log?.builder.validUpTo ?? 0;
  }

  /**
   * Reads on.
   *
   * @param chunk any number of bytes
   * @returns the records that became complete; their bytes are owned by the caller, unless `views` is set
   * @throws RedisFileError where the file is damaged, with `offset` and `context`; `INVALID_ARGUMENT` for what is no `Uint8Array`
   */
  push(chunk: Uint8Array): AofRecordFor<O>[] {
    const records: AofRecordFor<O>[] = [];
    try {
      for (const batch of this.batches(chunk)) for (const record of batch) records.push(record);
    } catch (error) {
      if (records.length === 0) throw error;
    }
    return records;
  }

  /**
   * Reads on as `push` does, and hands out the records in batches while it reads: a large chunk needs no memory for all
   * its records. Is to be iterated to its end before more is pushed.
   *
   * @param chunk any number of bytes, to be left as they are meanwhile
   * @throws RedisFileError as `push`, behind the batches before the damage
   */
  *batches(chunk: Uint8Array): Generator<AofRecordFor<O>[]> {
    if (this.#error !== undefined) throw this.#error;
    const plain = plainChunk(chunk);
    if (this.#stopped) return;
    let records = this.#start();
    // The log has grown since its end was seen.
    if (plain.length > 0) this.#ended = false;
    try {
      for (const piece of this.#log === undefined ? slices(plain, PIECE) : [plain]) {
        const bytes = this.#log === undefined ? this.#preamble(piece, records) : piece;
        let pos = 0;
        do {
          if (pos < bytes.length) pos = this.#step(bytes, pos, records);
          if (records.length < BATCH) continue;
          this.#progress.records += records.length;
          yield records as AofRecordFor<O>[];
          records = [];
        } while (pos < bytes.length);
      }
    } catch (error) {
      this.#failed(error, records);
    }
    this.#progress.records += records.length;
    if (records.length > 0) yield records as AofRecordFor<O>[];
    if (this.#error !== undefined) throw this.#error;
  }

  /**
   * The file is over.
   *
   * @returns what is left: a warning where a transaction is open, and `eof`
   * @throws RedisFileError `UNEXPECTED_EOF` where the file ends inside a record, or its RDB is not complete; more may still
   *   be pushed afterwards, as also where the log has grown since
   */
  end(): AofRecordFor<O>[] {
    if (this.#error !== undefined) throw this.#error;
    if (this.#stopped || this.#ended) return [];
    const records: AnyRecord[] = [];
    try {
      this.#end(records);
    } catch (error) {
      if (this.#options.onError !== 'stop' || !RedisFileError.is(error)) throw this.#named(error);
      records.unshift(...this.#start());
      this.#failed(error, records);
    }
    return records as AofRecordFor<O>[];
  }

  /** The key of an RDB that is held back, if there is one: see `RdbParser`. */
  flush(): AofRecordFor<O>[] {
    return (this.#rdb?.flush() ?? []).map((record) => ({ kind: 'rdb', record })) as AofRecordFor<O>[];
  }

  #start(): AnyRecord[] {
    if (this.#started) return [];
    this.#started = true;
    const { type, seq } = this.#part ?? {};
    return [{ kind: 'fileStart', offset: 0, file: this.#options.file, type, seq }];
  }

  /** Reads the RDB at the beginning. @returns what is left for the log */
  #preamble(chunk: Uint8Array<ArrayBuffer>, records: AnyRecord[]): Uint8Array<ArrayBuffer> {
    let bytes = chunk;
    if (this.#probe !== undefined) {
      const found = this.#probe.push(chunk);
      if (found === undefined) return NOTHING;
      this.#probe = undefined;
      bytes = found.bytes;
      if (found.rdb) this.#rdb = new RdbParser<AofOptions>(rdbOptions(this.#options) as never);
      else this.#beginLog(0);
    }
    if (this.#rdb !== undefined) {
      for (const record of this.#rdb.push(bytes)) records.push({ kind: 'rdb', record } as AnyRecord);
      if (!this.#rdb.done) return NOTHING;
      bytes = this.#rdb.rest();
      for (const record of this.#rdb.end()) records.push({ kind: 'rdb', record } as AnyRecord);
      this.#beginLog(this.#rdb.offset);
      this.#rdb = undefined;
    }
    return bytes;
  }

  #beginLog(offset: number): void {
    const {
      strings = 'bytes',
      maxArgumentBytes = MAX_ARGUMENT,
      maxCommandBytes = MAX_COMMAND,
      databases = Number.POSITIVE_INFINITY,
      views = false,
    } = this.#options;
    const limits = { maxArgumentBytes, maxCommandBytes, databases };
    const builder = new LogBuilder(
      { strings, ...limits, views, shorten: this.#shorten, time: this.#clock?.time },
      offset,
    );
    this.#log = { builder, scanner: new CommandScanner(builder, this.#options.tolerant ?? false, offset) };
  }

  #step(bytes: Uint8Array, pos: number, records: AnyRecord[]): number {
    const { builder, scanner } = this.#log!;
    builder.records = records as never;
    return scanner.step(bytes, pos);
  }

  #end(records: AnyRecord[]): void {
    if (this.#probe !== undefined) {
      this.#probe.end();
    }
    if (this.#rdb !== undefined) {
      // Not complete, or an error that waited.
      this.#rdb.end();
    }
    const log = this.#log;
    const last: AnyRecord[] = [];
    if (log !== undefined) log.builder.records = last as never;
    log?.scanner.end();
    records.push(...this.#start(), ...last);
    const openMulti = log?.builder.multiAt;
    if (openMulti !== undefined) {
      const message = `the log ends inside a transaction, whose MULTI stands at byte ${openMulti}`;
      records.push({ kind: 'warning', code: 'OPEN_MULTI', message, offset: openMulti, error: undefined });
    }
    records.push({ kind: 'eof', offset: this.offset, openMulti });
    if (log !== undefined && this.#clock !== undefined) this.#clock.time = log.builder.time;
    this.#ended = true;
  }

  /** What came before an error goes first; the error waits, or becomes a warning. */
  #failed(error: unknown, records: AnyRecord[]): void {
    this.#named(error);
    if (this.#options.onError === 'stop' && RedisFileError.is(error)) {
      this.#stopped = true;
      records.push(...(this.flush() as AnyRecord[]));
      const offset = error.offset ?? this.offset;
      records.push({ kind: 'warning', code: 'DAMAGED', message: error.message, offset, error });
      return;
    }
    this.#error = error;
  }

  #named(error: unknown): unknown {
    if (RedisFileError.is(error) && this.#options.file !== undefined) error.context.file ??= this.#options.file;
    return error;
  }
}

/** What the RDB at the beginning is read with. */
function rdbOptions({
  values,
  strings,
  views,
  checksum,
  large,
  maxValueBytes,
  strictVersion,
  family,
}: AofOptions): object {
  return { values, strings, views, checksum, large, maxValueBytes, strictVersion, family };
}
