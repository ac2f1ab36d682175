import { type ByteSource, chunksOf, tap } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { type RdbHandler, RdbScanner } from '../rdb/index.ts';
import { CommandScanner } from '../resp/index.ts';
import type { Flaw } from './flaws.ts';
import { NulHead } from './nul-head.ts';
import { PreambleProbe } from './preamble.ts';
import { type BytesFrom, isArgument, lookBehind, type Stretch } from './resync.ts';
import { type LogFinding, LogTally } from './tally.ts';

/** Largest string of the RDB that is held: what is larger goes through in pieces. */
const HELD = 1 << 20;

/**
 * How a log ends: `complete`; `torn` inside a record or a line; inside a transaction (`openMulti`); in bytes that are no
 * records (`garbage`); or it is `damaged`: records follow behind others that do not parse, or nobody could look. `rdb`: the RDB
 * at its beginning is damaged or not complete, and nothing behind it was read.
 */
export type LogState = 'complete' | 'torn' | 'openMulti' | 'garbage' | 'damaged' | 'rdb';

export interface LogReport {
  state: LogState;
  /** Bytes in all, unpacked. */
  size: number;
  /** Where the RDB that the file begins with ends; 0 where there is none. */
  rdbEnd: number;
  /** Where what is sound ends: behind the last record outside of MULTI. */
  validUpTo: number;
  /** Commands up to there. */
  commands: number;
  annotations: number;
  /** Of the last annotation that was read, or where the time began; in ms. */
  time: number | undefined;
  /** Commands that parse behind `validUpTo`, be it in a transaction that is not complete or behind damage. */
  commandsAfter: number;
  /** Offset of the MULTI that was open where reading stopped. */
  openMulti: number | undefined;
  /**
   * Offset of a line at the end of the file that has no end. Servers skip it, and what they append behind it becomes a part of
   * it.
   */
  openLine: number | undefined;
  /** What stopped the reading. */
  error: RedisFileError | undefined;
  findings: LogFinding[];
  /**
   * What steps over damage would keep, and what they would lose; both undefined where nobody could look, and where that is what is
   * sound.
   */
  kept: Stretch[] | undefined;
  lost: Stretch[] | undefined;
  /** Commands that parse and are damaged, and transactions with such, in what is kept. */
  flaws: Flaw[];
  /** An argument that claims more bytes than there are: what is kept behind its head may be a part of it. */
  around: Stretch | undefined;
  /** Reading stopped at a NUL, which a power failure leaves where it leaves no commands. */
  atNul: boolean;
  /** The file is packed. */
  packed: string | undefined;
}

export interface LogCheckOptions {
  /** Sees the RDB that the file begins with. */
  handler: RdbHandler;
  strictVersion?: boolean;
  /** Of the last annotation in the files before it, in ms. */
  time?: number | undefined;
  /** The source can be opened once, from its beginning. */
  once?: boolean;
  onBytes?: (count: number) => void;
}

/**
 * Reads a log as a server would load it, and tells where it stops being sound. Holds no arguments.
 *
 * @param open gives the bytes of the file, packed as they are, from an offset on
 * @throws RedisFileError where the source fails, or is packed and damaged
 */
export async function checkLog(open: (offset: number) => ByteSource, options: LogCheckOptions): Promise<LogReport> {
  const reader = new LogReader(options);
  let packed: string | undefined;
  const onContainer = (kind: string): void => {
    packed ??= kind;
  };
  const source = tap(chunksOf(open(0)), (chunk) => options.onBytes?.(chunk.length));
  for await (const chunk of decompress(source, { onContainer })) reader.push(chunk);
  reader.end();
  const report = reader.report(packed);
  if (report.error === undefined && reader.settle()) keepSettled(report, reader);
  if (report.error === undefined || report.state === 'rdb' || options.once) return report;
  const bytesFrom: BytesFrom = (offset) =>
    packed === undefined ? chunksOf(open(offset)) : skip(decompress(chunksOf(open(0))), offset);
  if (await isArgument(bytesFrom, reader.stoppedAt, report.size)) report.flaws = reader.stopAtArgument();
  const behind = await lookBehind(bytesFrom, report.validUpTo, reader.stoppedAt, report.size);
  report.kept = [{ offset: 0, length: report.validUpTo }, ...behind.kept];
  report.lost = behind.lost;
  report.flaws.push(...behind.flaws);
  report.around = behind.around;
  report.commandsAfter += behind.commands;
  if (behind.commands > 0) return report;
  report.state = report.error.code === 'UNEXPECTED_EOF' ? 'torn' : 'garbage';
  if (reader.settle()) keepSettled(report, reader);
  return report;
}

/** More is kept than a server would keep, which takes it for a part of a transaction. */
function keepSettled(report: LogReport, { soundUpTo, flaws }: LogReader): void {
  const { size } = report;
  report.kept = [{ offset: 0, length: soundUpTo }];
  report.lost = soundUpTo < size ? [{ offset: soundUpTo, length: size - soundUpTo }] : [];
  report.flaws = flaws;
}

function cutAt(record: number, size: number): RedisFileError {
  const message = `the log ends inside a command that begins at byte ${record}`;
  return new RedisFileError('UNEXPECTED_EOF', message, { offset: size });
}

async function* skip(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  offset: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let left = offset;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** Reads one file up to the first error, and the rest only for its size. */
class LogReader {
  readonly #probe = new PreambleProbe();
  readonly #options: LogCheckOptions;
  #started = false;
  #rdb: RdbScanner | undefined;
  #rdbEnd = 0;
  #tally: LogTally;
  #scanner: CommandScanner | undefined;
  #size = 0;
  #error: RedisFileError | undefined;
  #inRdb = false;
  #nulHead: NulHead | undefined;
  #atNul = false;

  constructor(options: LogCheckOptions) {
    this.#options = options;
    this.#tally = new LogTally(0, options.time);
  }

  /** Offset of the record that does not parse. */
  get stoppedAt(): number {
    return this.#tally.end;
  }

  /** An argument stands where reading stopped. @returns the flaws of what is sound then */
  stopAtArgument(): Flaw[] {
    this.#tally.stopAtArgument();
    return this.flaws;
  }

  /** Nothing parses behind where reading stopped. @returns whether more is sound then */
  settle(): boolean {
    return this.#tally.settle();
  }

  /** Where what is sound ends. */
  get soundUpTo(): number {
    return this.#tally.validUpTo;
  }

  /** Damage in what is sound. */
  get flaws(): Flaw[] {
    return this.#tally.flaws.filter(({ offset }) => offset < this.#tally.validUpTo);
  }

  push(chunk: Uint8Array<ArrayBuffer>): void {
    this.#nulHead?.push(chunk, 0);
    const before = this.#size;
    this.#size += chunk.length;
    this.#attempt(() => this.#read(chunk));
    const offset = this.#error?.offset;
    if (this.#nulHead !== undefined || offset === undefined || this.#inRdb) return;
    const nul = chunk[offset - before] === 0;
    this.#atNul = nul && offset === this.stoppedAt;
    this.#nulHead = new NulHead(nul && offset === this.stoppedAt + 1);
    this.#nulHead.push(chunk, offset - before);
  }

  end(): void {
    if (this.#nulHead?.isTorn) this.#error = cutAt(this.stoppedAt, this.#size);
    this.#attempt(() => {
      if (!this.#started) {
        this.#inRdb = true;
        this.#probe.end();
        this.#inRdb = false;
      }
      this.#rdb?.end();
      this.#scanner?.end();
    });
  }

  report(packed: string | undefined): LogReport {
    const tally = this.#tally;
    const { validUpTo, commandsValid, annotations, time, multiAt, openLine, findings } = tally;
    return {
      state: this.#state(),
      size: this.#size,
      rdbEnd: this.#rdbEnd,
      validUpTo,
      commands: commandsValid,
      annotations,
      time,
      commandsAfter: tally.commands - commandsValid,
      openMulti: multiAt,
      openLine,
      error: this.#error,
      findings,
      kept: undefined,
      lost: undefined,
      flaws: this.flaws,
      around: undefined,
      atNul: this.#atNul,
      packed,
    };
  }

  #state(): LogState {
    if (this.#error !== undefined) return this.#inRdb ? 'rdb' : 'damaged';
    if (this.#tally.openLine !== undefined) return 'torn';
    return this.#tally.multiAt === undefined ? 'complete' : 'openMulti';
  }

  #attempt(step: () => void): void {
    if (this.#error !== undefined) return;
    try {
      step();
    } catch (error) {
      if (!RedisFileError.is(error)) throw error;
      this.#error = error;
      this.#tally.stop();
    }
  }

  #read(chunk: Uint8Array<ArrayBuffer>): void {
    let bytes = chunk;
    if (!this.#started) {
      const found = this.#probe.push(chunk);
      if (found === undefined) return;
      this.#started = true;
      bytes = found.bytes;
      if (found.rdb) this.#beginRdb();
      else this.#beginLog(0);
    }
    const rdb = this.#rdb;
    if (rdb === undefined) {
      this.#scanner!.push(bytes);
      return;
    }
    rdb.push(bytes);
    if (!rdb.done) return;
    const rest = rdb.takeRest();
    rdb.end();
    this.#rdb = undefined;
    this.#inRdb = false;
    this.#rdbEnd = rdb.offset;
    this.#beginLog(rdb.offset);
    this.#scanner!.push(rest);
  }

  #beginRdb(): void {
    this.#inRdb = true;
    this.#rdb = new RdbScanner(this.#options.handler, {
      checksum: true,
      maxValueBytes: HELD,
      pieces: true,
      strictVersion: this.#options.strictVersion ?? false,
      family: undefined,
      skipDamaged: false,
      capture: false,
      reuse: true,
      thorough: true,
    });
  }

  #beginLog(offset: number): void {
    this.#tally = new LogTally(offset, this.#options.time);
    this.#scanner = new CommandScanner(this.#tally, true, offset);
  }
}
