import {
  abortableBatches,
  checkBatch,
  checkChoices,
  checkObject,
  checkRecords,
  checkSignal,
  describe,
  type Records,
  stringBytes,
} from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { type Level, type RdbRecord, RdbWriter, type WriteRdbOptions } from '../rdb/index.ts';
import { RespBuffer, writeArgument, writeCommandHead, writeTextArgument } from '../resp/index.ts';
import { databaseOf, EXEC, MULTI, nameKind, SELECT } from './names.ts';
import type { AnnotationRecord, AofEofRecord, AofWarningRecord, FileStartRecord } from './records.ts';

/** From this size on a chunk is handed out. */
const CHUNK = 1 << 16;

/** A command as `readAof` or `toCommands` give it, or as a program makes it. */
export interface WritableCommand {
  kind: 'command';
  /** The database it is for; that of the command before it where it is left out. */
  db?: number | undefined;
  argv: readonly (Uint8Array | string)[];
  /** Unix time in ms, for `timestamps`. */
  time?: number | undefined;
}

/** What an append-only file can be made of. */
export type WritableAofRecord =
  | WritableCommand
  | { kind: 'rdb'; record: RdbRecord<Uint8Array<ArrayBuffer> | string, Level> }
  | FileStartRecord
  | AnnotationRecord
  | AofWarningRecord
  | AofEofRecord;

/** Options of `writeAof`; those of `writeRdb` are for the RDB at the beginning, where there is one. */
export interface WriteAofOptions extends WriteRdbOptions {
  /**
   * `true`: a line `#TS:` stands before each command whose `time` is of a later second than the last one. `false`: annotations
   * are left out. By default those among the records are written as they are.
   */
  timestamps?: boolean;
}

/**
 * The synchronous core of `writeAof`: batches of records in, chunks of the file out.
 *
 * @example
 * ```ts
 * import { AofEncoder } from 'rdb-aof';
 *
 * const encoder = new AofEncoder();
 * const chunks = [...encoder.push([{ kind: 'command', db: 2, argv: ['INCR', 'n'] }]), ...encoder.end()];
 * console.log(JSON.stringify(new TextDecoder().decode(chunks[0])));
 * // "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n"
 * ```
 */
export class AofEncoder {
  readonly #options: WriteAofOptions;
  readonly #out: RespBuffer = new RespBuffer(1 << 12);
  #rdb: RdbWriter | undefined;
  /** A log has begun, before which an RDB would have had to stand. */
  #began = false;
  #ended = false;
  #db = 0;
  #inMulti = false;
  /** Second of the last annotation. */
  #second = Number.NEGATIVE_INFINITY;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: WriteAofOptions = {}) {
    checkObject(options);
    checkChoices(options, { timestamps: [true, false] });
    // Wrong options of the RDB fail here, not at its first record.
    new RdbWriter(rdbOptions(options));
    this.#options = options;
  }

  /**
   * Takes the next records.
   *
   * @param records nothing of them is kept
   * @returns chunks of the file that are complete, of about 64 KiB, owned by the caller
   * @throws RedisFileError `INVALID_ARGUMENT` for what is no record, for commands without a name, and for an RDB behind
   *   commands; `AOF_BAD_FORMAT` where a file of a set would go on inside the transaction of the one before it; for the
   *   RDB what `RdbWriter` throws
   */
  push(records: Iterable<WritableAofRecord>): Uint8Array<ArrayBuffer>[] {
    if (this.#ended)
      throw new RedisFileError('INVALID_ARGUMENT', 'the file has ended, nothing can be written behind it');
    checkBatch(records);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (const record of records) this.#add(record, chunks);
    if (this.#out.length >= CHUNK) chunks.push(this.#take());
    return chunks;
  }

  /** The bytes that do not yet make a chunk; more may follow. Those of an RDB wait for its end. */
  flush(): Uint8Array<ArrayBuffer>[] {
    return this.#out.length > 0 ? [this.#take()] : [];
  }

  /** The records are over: the last chunks. */
  end(): Uint8Array<ArrayBuffer>[] {
    if (this.#ended) return [];
    this.#ended = true;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    this.#endRdb(chunks);
    if (this.#out.length > 0) chunks.push(this.#take());
    return chunks;
  }

  /** Gives the file up, if it has not ended: see `RdbWriter`. */
  abandon(): void {
    this.#ended = true;
    this.#rdb?.abandon();
    this.#rdb = undefined;
  }

  #take(): Uint8Array<ArrayBuffer> {
    const taken = this.#out.bytes.slice(0, this.#out.length);
    this.#out.length = 0;
    return taken;
  }

  #add(record: WritableAofRecord, chunks: Uint8Array<ArrayBuffer>[]): void {
    switch (record?.kind) {
      case 'command':
        this.#beginLog(chunks);
        this.#command(record);
        if (this.#out.length >= CHUNK) chunks.push(this.#take());
        break;
      case 'rdb':
        this.#addRdb(record.record, chunks);
        break;
      case 'annotation':
        this.#beginLog(chunks);
        this.#annotation(record);
        break;
      case 'fileStart':
        if (!this.#inMulti) break;
        throw new RedisFileError(
          'AOF_BAD_FORMAT',
          'a file ends inside a transaction, which the next one would become a part of',
        );
      case 'warning':
      case 'eof':
        break;
      default:
        throw new RedisFileError('INVALID_ARGUMENT', `expected a record, found ${describe(record)}`);
    }
  }

  #addRdb(record: RdbRecord<Uint8Array<ArrayBuffer> | string, Level>, chunks: Uint8Array<ArrayBuffer>[]): void {
    if (this.#began) throw new RedisFileError('INVALID_ARGUMENT', 'an RDB can only stand before all commands');
    this.#rdb ??= new RdbWriter(rdbOptions(this.#options));
    for (const chunk of this.#rdb.push([record as never])) chunks.push(chunk);
    if (record.kind === 'eof') this.#beginLog(chunks);
  }

  #beginLog(chunks: Uint8Array<ArrayBuffer>[]): void {
    this.#began = true;
    this.#endRdb(chunks);
  }

  #endRdb(chunks: Uint8Array<ArrayBuffer>[]): void {
    if (this.#rdb === undefined) return;
    for (const chunk of this.#rdb.end()) chunks.push(chunk);
    this.#rdb = undefined;
  }

  #annotation({ line, time }: AnnotationRecord): void {
    if (this.#options.timestamps === false) return;
    if (time !== undefined) this.#second = time / 1000;
    this.#out.append(line, 0, line.length);
  }

  #command({ argv, db, time }: WritableCommand): void {
    if (!Array.isArray(argv) || argv.length === 0) {
      throw new RedisFileError('INVALID_ARGUMENT', 'a command has at least a name');
    }
    if (this.#options.timestamps === true && time !== undefined) this.#stamp(Math.floor(time / 1000));
    const name = this.#bytesOf(argv[0]!);
    const kind = nameKind(name, 0, name.length);
    if (kind === SELECT) {
      const to = argv.length > 1 ? this.#bytesOf(argv[1]!) : undefined;
      if (to !== undefined) this.#db = databaseOf(to, 0, to.length) ?? this.#db;
    } else if (db !== undefined && db !== this.#db) {
      this.#select(db);
    }
    if (kind === MULTI) this.#inMulti = true;
    else if (kind === EXEC) this.#inMulti = false;
    writeCommandHead(this.#out, argv.length);
    writeArgument(this.#out, name, 0, name.length);
    for (let i = 1; i < argv.length; i++) {
      const bytes = this.#bytesOf(argv[i]!);
      writeArgument(this.#out, bytes, 0, bytes.length);
    }
  }

  #bytesOf(argument: Uint8Array | string): Uint8Array {
    return stringBytes(argument, this.#options.strings ?? 'utf8');
  }

  #select(db: number): void {
    if (!Number.isInteger(db) || db < 0 || db > 0x7fffffff) {
      throw new RedisFileError('INVALID_ARGUMENT', `db must be the index of a database, found ${String(db)}`);
    }
    writeCommandHead(this.#out, 2);
    writeTextArgument(this.#out, 'SELECT');
    writeTextArgument(this.#out, String(db));
    this.#db = db;
  }

  /** As servers do, only where the clock went on. */
  #stamp(second: number): void {
    if (!(second > this.#second)) return;
    this.#second = second;
    const line = encoder.encode(`#TS:${second}\r\n`);
    this.#out.append(line, 0, line.length);
  }
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** What the RDB at the beginning is written with. */
function rdbOptions(options: WriteAofOptions): WriteRdbOptions {
  const { timestamps: _timestamps, ...rest } = options;
  return rest;
}

/**
 * Writes an append-only file: commands as a program makes them or `toCommands` gives them, or records as `readAof` gives
 * them. A SELECT is added where the database of a command differs from the one that is selected, and only there.
 *
 * Records of a strictly read file, its RDB with `values: 'raw'`, give the same file again, byte for byte. The files of a set
 * become one.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` at once for options; while iterating as `AofEncoder`. Errors of the records come
 *   through unchanged.
 *
 * @example
 * ```ts
 * import { readAof, writeAof } from 'rdb-aof';
 *
 * const commands = [{ kind: 'command', db: 0, argv: ['SET', 'k', 'v'] }] as const;
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of writeAof(commands)) chunks.push(chunk);
 * for await (const record of readAof(chunks, { strings: 'utf8' })) {
 *   if (record.kind === 'command') console.log(record.argv.join(' ')); // SET k v
 * }
 * ```
 */
export function writeAof(
  commands: Records<WritableAofRecord>,
  options: WriteAofOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  // What is wrong fails at the call, not at the first chunk.
  new AofEncoder(options);
  checkSignal(options);
  checkRecords(commands);
  return { [Symbol.asyncIterator]: () => chunks(commands, options) };
}

async function* chunks(
  records: Records<WritableAofRecord>,
  options: WriteAofOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const aof = new AofEncoder(options);
  try {
    for await (const batch of abortableBatches(records, options.signal)) {
      options.signal?.throwIfAborted();
      yield* aof.push(batch);
    }
    yield* aof.end();
  } finally {
    aof.abandon();
  }
}
