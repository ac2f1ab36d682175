/**
 * What went wrong, as a stable string to switch on.
 *
 * | Code | Meaning |
 * | --- | --- |
 * | `UNEXPECTED_EOF` | the bytes end before the thing that is being read |
 * | `BAD_MAGIC` | the bytes are not of the format at all |
 * | `UNSUPPORTED_VERSION` | a version above the newest known one, under `strictVersion`; `VALKEY` with a version below 80 |
 * | `UNKNOWN_OPCODE` | a record byte that no server of this family writes at this place |
 * | `UNKNOWN_TYPE` | a value type whose layout is not known, so that its end is not known either |
 * | `BAD_LENGTH` | a length or count that is illegal or larger than what can exist |
 * | `BAD_STRING` | an illegal string encoding, or text where a number must stand |
 * | `BAD_LISTPACK`, `BAD_ZIPLIST`, `BAD_ZIPMAP`, `BAD_INTSET` | a packed blob that contradicts itself |
 * | `BAD_STREAM` | a stream node that contradicts itself |
 * | `BAD_MODULE` | an illegal sequence of module values |
 * | `BAD_VALUE` | a value that breaks a rule of its type (odd number of items, unknown template, ...) |
 * | `LZF_CORRUPT` | an LZF block that cannot be unpacked to the announced size |
 * | `CHECKSUM_MISMATCH` | the CRC64 at the end does not belong to the bytes before it |
 * | `COMPRESSION_CORRUPT` | a damaged gzip, zstd or LZ4 container, its checksum included |
 * | `AOF_BAD_FORMAT` | an append-only file in which something other than a command stands |
 * | `MANIFEST_INVALID` | a manifest that a server would refuse |
 * | `LIMIT_EXCEEDED` | something larger than an option allows; the message names the option |
 * | `LOSSY` | something that the target of a conversion cannot hold, where no `onLoss` takes it |
 * | `CANNOT_REPLAY` | a command of a log whose effect on the dataset cannot be known |
 * | `TRAILING_DATA` | bytes where the format ends |
 * | `INVALID_ARGUMENT` | a call that cannot work: wrong kind of source, contradictory options |
 * | `IO` | the operating system refused, and `cause` holds its error; or there is no log, or it changed while it was read |
 */
export type ErrorCode =
  | 'UNEXPECTED_EOF'
  | 'BAD_MAGIC'
  | 'UNSUPPORTED_VERSION'
  | 'UNKNOWN_OPCODE'
  | 'UNKNOWN_TYPE'
  | 'BAD_LENGTH'
  | 'BAD_STRING'
  | 'BAD_LISTPACK'
  | 'BAD_ZIPLIST'
  | 'BAD_ZIPMAP'
  | 'BAD_INTSET'
  | 'BAD_STREAM'
  | 'BAD_MODULE'
  | 'BAD_VALUE'
  | 'LZF_CORRUPT'
  | 'CHECKSUM_MISMATCH'
  | 'COMPRESSION_CORRUPT'
  | 'AOF_BAD_FORMAT'
  | 'MANIFEST_INVALID'
  | 'LIMIT_EXCEEDED'
  | 'LOSSY'
  | 'CANNOT_REPLAY'
  | 'TRAILING_DATA'
  | 'INVALID_ARGUMENT'
  | 'IO';

/** Where in the file an error arose. What is not known is absent. */
export interface ErrorContext {
  /** Path or name of the file. */
  file?: string;
  /** What was being read, for example `"listpack of a hash"`. */
  phase?: string;
  /** Database of the key being read. */
  db?: number;
  /** Name of the key being read; owned by the receiver. */
  key?: Uint8Array;
  /** Type of the key being read: `string`, `hash`, ... */
  type?: string;
  /** Records read completely before the error. */
  records?: number;
}

/** What an error is made of besides its code and message. */
export interface ErrorDetails {
  offset?: number;
  context?: ErrorContext;
  cause?: unknown;
}

const BRAND = Symbol.for('rdb-aof.RedisFileError');

/**
 * The one error class of this library. `code` says what went wrong, `offset` is the absolute byte in the
 * file (of the unpacked bytes, where the file is compressed), `context` says what was being read.
 *
 * @example
 * ```ts
 * import { readRdb, RedisFileError } from 'rdb-aof';
 *
 * try {
 *   for await (const record of readRdb(new Uint8Array([0x52, 0x45]))) console.log(record.kind);
 * } catch (error) {
 *   if (!RedisFileError.is(error)) throw error;
 *   console.log(error.code, error.offset); // UNEXPECTED_EOF 2
 * }
 * ```
 */
export class RedisFileError extends Error {
  override readonly name: string = 'RedisFileError';
  readonly code: ErrorCode;
  /** Absolute offset in bytes, or undefined where there is none (wrong arguments, for example). */
  offset: number | undefined;
  context: ErrorContext;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.offset = details.offset;
    this.context = details.context ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for errors of this class, also when they come from another copy of the library. */
  static is(value: unknown): value is RedisFileError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}
