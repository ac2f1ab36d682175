import { RedisFileError } from '../errors.ts';
import { RecordBuilder } from './builder.ts';
import { DATA, type LevelNumber, RAW, SKIP, STRUCTURE } from './handler.ts';
import { KEYDB_VERSION } from './key-aux.ts';
import { checkOptions, defaultLimit, type RdbOptions } from './options.ts';
import type { Exactly, Level, RecordFor, WarningRecord } from './records.ts';
import { RdbScanner } from './scanner.ts';

/** The levels by their names. */
export const LEVELS: Readonly<Record<Level, LevelNumber>> = { skip: SKIP, raw: RAW, structure: STRUCTURE, data: DATA };

/**
 * The synchronous core of `readRdb`: bytes in, records out, in chunks of any size.
 *
 * A chunk is the caller's again when `push` returns; what is not read of it is copied. (With `views`, leave it as long as
 * the records are used.) An error waits until the records before it were handed out: the call that meets it
 * returns them, and the next call throws.
 *
 * @example
 * ```ts
 * import { RdbParser } from 'rdb-aof';
 *
 * const parser = new RdbParser({ strings: 'utf8' });
 * const file = new TextEncoder().encode('REDIS0003\xfe\x00\x00\x01a\x01b\xff'); // as UTF-8, so not quite a file
 * try {
 *   for (const record of parser.push(file)) console.log(record.kind);
 *   parser.end();
 * } catch (error) {
 *   console.log(String(error));
 * }
 * ```
 */
export class RdbParser<const O extends RdbOptions = Record<never, never>> {
  readonly #builder: RecordBuilder;
  readonly #scanner: RdbScanner;
  readonly #onError: RdbOptions['onError'];
  #error: unknown;
  #stopped = false;
  #warned = false;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options?: Exactly<O, RdbOptions>) {
    const given: RdbOptions = options === undefined ? {} : options;
    checkOptions(given);
    const level = LEVELS[given.values ?? 'data'];
    const pieces = given.large === 'pieces';
    const limit = defaultLimit(given);
    const views = given.views ?? false;
    this.#onError = given.onError;
    this.#builder = new RecordBuilder({ level, strings: given.strings ?? 'bytes', views, pieces, limit });
    this.#scanner = new RdbScanner(this.#builder, {
      checksum: given.checksum !== 'ignore',
      maxValueBytes: limit,
      pieces,
      strictVersion: given.strictVersion ?? false,
      family: given.family,
      skipDamaged: given.onError === 'skip',
      capture: level === RAW,
      reuse: !views,
    });
  }

  /** Absolute offset, in bytes, of the next byte to be read; after the end that of the end. */
  get offset(): number {
    return this.#scanner.offset;
  }

  /** The file was read to its end, checksum included. */
  get done(): boolean {
    return this.#scanner.done;
  }

  /**
   * Bytes pushed behind the end of the RDB, owned by the caller; each is handed out once. They are the commands, where
   * the file is an append-only file with a preamble.
   */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#scanner.takeRest();
  }

  /**
   * Reads on.
   *
   * @param chunk any number of bytes
   * @returns the records that became complete; their bytes are owned by the caller, unless `views` is set
   * @throws RedisFileError where the file is damaged, with `offset` and `context`
   */
  push(chunk: Uint8Array): RecordFor<O>[] {
    if (this.#error !== undefined) throw this.#error;
    if (this.#stopped) return [];
    try {
      this.#scanner.push(chunk);
    } catch (error) {
      return this.#failed(error);
    }
    const { version, family, done } = this.#scanner;
    return this.#builder.take(version === KEYDB_VERSION && family === 'redis' && !done) as RecordFor<O>[];
  }

  /**
   * The input is over.
   *
   * @returns what is left: a warning where bytes stand behind the end that `rest` did not fetch
   * @throws RedisFileError `UNEXPECTED_EOF` where the file is not complete; more may still be pushed afterwards
   */
  end(): RecordFor<O>[] {
    if (this.#error !== undefined) throw this.#error;
    if (this.#stopped) return [];
    try {
      this.#scanner.end();
    } catch (error) {
      if (this.#onError === 'stop') return this.#failed(error);
      throw error;
    }
    if (this.#scanner.restLength > 0 && !this.#warned) {
      this.#warned = true;
      this.#builder.record(trailingWarning(this.#scanner.restLength, this.offset));
    }
    return this.flush();
  }

  /**
   * The key that is held back, if there is one: in files of RDB 9 a key waits for the byte behind it, as KeyDB writes
   * times of its members there. Only of use after a failed `end`, to have the last key before the cut.
   */
  flush(): RecordFor<O>[] {
    return this.#builder.take(false) as RecordFor<O>[];
  }

  /** What came before an error, or the error. */
  #failed(error: unknown): RecordFor<O>[] {
    if (this.#onError === 'stop' && RedisFileError.is(error)) {
      this.#stopped = true;
      this.#builder.warning('DAMAGED', error.message, error.offset ?? this.offset, error);
      return this.flush();
    }
    const before = this.flush();
    this.#error = error;
    if (before.length === 0) throw error;
    return before;
  }
}

/** What a reader says of bytes behind the end. */
export function trailingWarning(count: number, end: number): WarningRecord<never> {
  return {
    kind: 'warning',
    offset: end,
    code: 'TRAILING_DATA',
    message: `${count} bytes behind the end of the RDB at byte ${end}`,
    db: undefined,
    key: undefined,
    error: undefined,
  };
}
