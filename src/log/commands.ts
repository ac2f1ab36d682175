import {
  batchesOf,
  checkBatch,
  checkChoices,
  checkObject,
  checkRecords,
  latin1,
  type RecordStream,
  type Records,
  recordStream,
} from '../bytes/index.ts';
import { type RdbRecord, RecordShow } from '../rdb/index.ts';
import { type AofCommand, splitCommands } from '../resp/index.ts';
import { commandWriter } from './mixed.ts';
import type { CommandOptions } from './options.ts';
import type { CommandWriter } from './writer.ts';

/** Records that commands can be made of: strings as bytes, values as data, as nodes and blobs, or as they are stored. */
export type LogRecord =
  | RdbRecord<Uint8Array<ArrayBuffer>, 'data'>
  | RdbRecord<Uint8Array<ArrayBuffer>, 'structure'>
  | RdbRecord<Uint8Array<ArrayBuffer>, 'raw'>;

/** Options of `toCommands`. */
export interface ToCommandsOptions extends CommandOptions {
  /**
   * Arguments are views on shared bytes instead of copies: faster for who is done with a batch before asking for the
   * next, and a waste of memory for who keeps them.
   */
  views?: boolean;
}

/**
 * The synchronous core of `toCommands`: batches of records in, commands out.
 *
 * @example
 * ```ts
 * import { CommandBuilder, RdbParser } from 'rdb-aof';
 *
 * const parser = new RdbParser();
 * const builder = new CommandBuilder({ target: 'redis:7.0' });
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const commands = [...builder.push(parser.push(dump)), ...builder.end()];
 * for (const { argv } of commands) console.log(argv.map((bytes) => new TextDecoder().decode(bytes)).join(' ')); // SET k hi
 * ```
 */
export class CommandBuilder {
  readonly #writer: CommandWriter;
  readonly #show: RecordShow;
  readonly #views: boolean;
  #db = 0;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: ToCommandsOptions = {}) {
    checkObject(options);
    checkChoices(options, { views: [true, false] });
    this.#writer = commandWriter(options);
    this.#show = new RecordShow(this.#writer, 'bytes');
    this.#views = options.views ?? false;
  }

  /**
   * Takes the next records.
   *
   * @param records owned or `views`; nothing of them is kept
   * @returns the commands that became complete; their bytes are owned by the caller, unless `views` is set
   * @throws RedisFileError `LOSSY` for what the target cannot hold, where no `onLoss` takes it; `INVALID_ARGUMENT` for
   *   what is no record, and for records read with `values: 'skip'` or with strings as text
   */
  push(records: Iterable<LogRecord>): AofCommand[] {
    checkBatch(records);
    for (const record of records) this.#show.show(record);
    return this.#commands();
  }

  /** The records are over: the commands that waited for more of their kind. */
  end(): AofCommand[] {
    this.#writer.finish();
    return this.#commands();
  }

  /** Commands leave the writer as bytes, so that there is one way in which they are made; here they are taken apart. */
  #commands(): AofCommand[] {
    const commands: AofCommand[] = [];
    const lent = this.#writer.take(true);
    const bytes = this.#views ? lent.slice() : lent;
    splitCommands(bytes, this.#views, (argv) => {
      commands.push({ kind: 'command', db: this.#db, argv });
      if (argv.length === 2 && latin1(argv[0]!) === 'SELECT') this.#db = Number(latin1(argv[1]!));
    });
    return commands;
  }
}

/**
 * Turns a dataset into the shortest log of commands that builds it, starting from nothing. Each value is one command
 * where that is possible, values too large for one are several; strings without a time share commands. SELECT stands
 * where the database changes, and not before the first keys of database 0.
 *
 * No command can set when a key or a consumer was last used, nor the statistics of idempotent additions to a stream.
 *
 * @param records as `readRdb` gives them with strings as bytes, at the level `data` or `raw`, whole or in pieces, also
 *   with `views`
 * @throws RedisFileError `INVALID_ARGUMENT` at once for options, and while iterating for records read otherwise;
 *   `LOSSY` while iterating for what the target cannot hold, where no `onLoss` takes it. Errors of the records come
 *   through unchanged.
 *
 * @example
 * ```ts
 * import { readRdb, toCommands } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * for await (const { argv } of toCommands(readRdb(dump))) {
 *   console.log(argv.map((bytes) => new TextDecoder().decode(bytes)).join(' ')); // SET k hi
 * }
 * ```
 */
export function toCommands(records: Records<LogRecord>, options: ToCommandsOptions = {}): RecordStream<AofCommand> {
  // What is wrong fails at the call, not at the first command.
  checkRecords(records);
  new CommandBuilder(options);
  return recordStream(() => batches(records, new CommandBuilder(options)));
}

async function* batches(records: Records<LogRecord>, builder: CommandBuilder): AsyncGenerator<AofCommand[]> {
  for await (const batch of batchesOf(records)) {
    const commands = builder.push(batch);
    if (commands.length > 0) yield commands;
  }
  const last = builder.end();
  if (last.length > 0) yield last;
}
