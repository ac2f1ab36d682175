import { type AofRecord, type AofWarningRecord, type ReadAofOptions, readAof } from '../aof/index.ts';
import {
  abortableBatches,
  ascii,
  type ByteSource,
  checkRecords,
  chunksOf,
  describe,
  invalidArgument,
  isBytes,
  latin1,
  type RecordStream,
  type Records,
  recordStream,
} from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import { DATA, type RdbRecord, RecordBuilder, RecordShow, type WritableRecord } from '../rdb/index.ts';
import { type AofCommand, RespBuffer } from '../resp/index.ts';
import { newReplayer } from './new-replayer.ts';
import { checkReplayOptions, type ReplayOptions } from './options.ts';
import type { Replayer } from './replayer.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Records of a log that can be replayed: strings as bytes, an RDB at the level `data`; or commands that a program makes, as
 * `toCommands` does.
 */
export type ReplayableRecord = AofRecord<Bytes, 'data'> | AofCommand;

const MAX_VALUE = 64 << 20;

/**
 * Replays a log into the dataset that a server would hold right after loading it, and gives that dataset as records: functions,
 * then definitions of indexes (`journal`), then database by database the strings without a time, those with one by their
 * time, and everything else, each by the bytes of the keys; items of collections likewise. What modules stored besides keys
 * (`moduleAux`) stands where it stood, before all of that or behind it. Equal datasets give equal records.
 *
 * Commands that fail change nothing, as in a server. Nothing expires, and relative times count from `now`. A transaction
 * that is not complete is left out. The dataset is held in memory, outside of the heap of JavaScript; nothing is given
 * before all of the log is read.
 *
 * Before the keys stand a `header` and an `aux` record that name the server whose log it is, where that is known, so
 * that `toCommands` and `writeRdb` write for that one unless told otherwise.
 *
 * Where `readAof` was told to stop at damage, its warning stands at the end in place of `eof`.
 *
 * @param records as `readAof` gives them with strings as bytes, or commands, which go to the database that they name
 * @throws RedisFileError while iterating: `CANNOT_REPLAY` for a command whose effect cannot be known, with its name, offset and
 *   first key; `INVALID_ARGUMENT` at once for options, and while iterating for what is no record of a log. Errors of the
 *   records come through unchanged.
 *
 * @example
 * ```ts
 * import { readAof, replay } from 'rdb-aof';
 *
 * const log = '*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n*2\r\n$4\r\nincr\r\n$1\r\nn\r\n';
 * for await (const record of replay(readAof(new TextEncoder().encode(log)))) {
 *   if (record.kind === 'key' && record.type === 'string') console.log(new TextDecoder().decode(record.value)); // 2
 * }
 * ```
 */
export function replay(records: Records<ReplayableRecord>, options: ReplayOptions = {}): RecordStream<RdbRecord> {
  checkReplayOptions(options);
  checkRecords(records);
  return recordStream(() => replayed(records, options));
}

/**
 * `replay(readAof(source))`: the dataset of an append-only file.
 *
 * @example
 * ```ts
 * import { replayAof } from 'rdb-aof';
 *
 * const log = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\nhi\r\n';
 * const kinds: string[] = [];
 * for await (const record of replayAof(new TextEncoder().encode(log))) kinds.push(record.kind);
 * console.log(kinds.join()); // key,eof
 * ```
 */
export function replayAof(source: ByteSource, options: ReplayOptions & ReadAofOptions = {}): RecordStream<RdbRecord> {
  checkReplayOptions(options);
  chunksOf(source);
  // Values of any size are read, piece by piece; how they are given is for the end of the replay.
  const reading: ReadAofOptions = { ...options, large: 'pieces', strings: 'bytes', values: 'data' };
  return recordStream(() => replayed(readAof(source, reading as never) as RecordStream<ReplayableRecord>, options));
}

async function* replayed(records: Records<ReplayableRecord>, options: ReplayOptions): AsyncGenerator<RdbRecord[]> {
  const replayer = await newReplayer(options);
  const intake = new RecordIntake(replayer);
  for await (const batch of abortableBatches(records, options.signal)) {
    options.signal?.throwIfAborted();
    intake.push(batch);
  }
  yield* recordsOf(replayer, options);
  const { damage } = intake;
  if (damage === undefined) yield [{ kind: 'eof', offset: 0, checksum: 'absent', end: 0 }];
  else yield [{ ...damage, code: 'DAMAGED', db: undefined, key: undefined }];
}

/** The dataset as records. */
function* recordsOf(replayer: Replayer, options: ReplayOptions): Generator<RdbRecord[]> {
  const builder = new RecordBuilder({
    level: DATA,
    strings: 'bytes',
    views: false,
    pieces: options.large !== 'error',
    limit: options.maxValueBytes ?? MAX_VALUE,
  });
  for (const _ of replayer.show(builder, options.dropExpired ?? false)) {
    options.signal?.throwIfAborted();
    const batch = builder.take(false) as RdbRecord[];
    if (batch.length > 0) yield batch;
  }
  const last = builder.take(false) as RdbRecord[];
  if (last.length > 0) yield last;
}

/** Takes records of a log into a dataset. */
class RecordIntake {
  readonly #replayer: Replayer;
  readonly #show: RecordShow;
  /** Arguments of the command at hand, one behind the other. */
  readonly #bytes = new RespBuffer(4096);
  #spans = new Int32Array(64);
  #inRdb = false;
  /** What commands have selected that stand in no log. */
  #db = 0;
  /** Why the log was not read to its end. */
  damage: AofWarningRecord | undefined;

  constructor(replayer: Replayer) {
    this.#replayer = replayer;
    this.#show = new RecordShow(replayer.loader, 'bytes');
  }

  push(records: readonly ReplayableRecord[]): void {
    for (const record of records) {
      if (record?.kind === 'rdb') {
        this.#inRdb = true;
        refuseStored(record.record);
        this.#show.show(record.record as WritableRecord);
        continue;
      }
      if (this.#inRdb) {
        this.#inRdb = false;
        this.#replayer.loaded();
      }
      switch (record?.kind) {
        case 'command':
          if ('offset' in record) this.#run(record.argv, record.offset);
          else this.#runMade(record);
          break;
        case 'fileStart':
          this.#replayer.session.begin();
          break;
        case 'warning':
          if (record.code === 'DAMAGED') this.damage = record;
          break;
        case 'annotation':
        case 'eof':
          break;
        default:
          throw invalidArgument(`expected a record of a log, as readAof gives it, found ${kindOf(record)}`);
      }
    }
  }

  /** A command that a program has made, which names its database. */
  #runMade({ db, argv }: AofCommand): void {
    if (!Array.isArray(argv) || argv.length === 0 || !argv.slice(0, 2).every(isBytes)) throw notBytes();
    const select = latin1(argv[0]!).toUpperCase() === 'SELECT';
    if (select && argv.length > 1) this.#db = Number(latin1(argv[1]!));
    else if (db !== undefined && db !== this.#db) {
      this.#run([ascii('SELECT'), ascii(String(db))], 0);
      this.#db = db;
    }
    this.#run(argv, 0);
  }

  #run(argv: readonly Uint8Array[], offset: number): void {
    if (!Array.isArray(argv) || argv.length === 0) throw notBytes();
    const buffer = this.#bytes;
    buffer.length = 0;
    if (2 * argv.length > this.#spans.length) this.#spans = new Int32Array(4 * argv.length);
    const spans = this.#spans;
    for (let i = 0; i < argv.length; i++) {
      const argument = argv[i]!;
      if (!isBytes(argument)) throw notBytes();
      spans[2 * i] = buffer.length;
      buffer.append(argument, 0, argument.length);
      spans[2 * i + 1] = buffer.length;
    }
    this.#replayer.session.run(buffer.bytes, spans, argv.length, offset);
  }
}

function notBytes(): RedisFileError {
  return invalidArgument("a command that is replayed is its name and arguments as bytes: read with strings: 'bytes'");
}

/** @throws RedisFileError `INVALID_ARGUMENT` for a value as the file stores it, which nobody has decoded */
function refuseStored(record: object): void {
  const { kind, raw } = record as { kind?: unknown; raw?: unknown };
  if ((kind === 'key' || kind === 'keyEnd') && raw !== undefined) {
    throw invalidArgument("values as they are stored cannot be replayed: read the log with values: 'data'");
  }
}

function kindOf(record: unknown): string {
  const { kind } = (record ?? {}) as { kind?: unknown };
  return typeof kind === 'string' ? `the kind ${JSON.stringify(kind)}` : describe(record);
}
