import { concat } from '../bytes/index.ts';
import { findCommandIn, takesCount } from '../commands/index.ts';
import { RedisFileError } from '../errors.ts';
import { CommandScanner } from '../resp/index.ts';
import { endsHere, sizeHead } from './argument-end.ts';
import type { Flaw } from './flaws.ts';
import { CommandNames, LogTally } from './tally.ts';

/** Unpacked bytes from an absolute offset on; may be asked for again and again. */
export type BytesFrom = (offset: number) => AsyncIterable<Uint8Array<ArrayBuffer>>;

const STAR = 0x2a;
const DOLLAR = 0x24;
const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;

/** Bytes that are looked at before a head is tried: `*`, ten digits, a line end and `$`. */
const HEAD = 14;

/** Bytes in which the name of a command fits with its head. */
const NAMED = 80;

/** A stretch of a file. */
export interface Stretch {
  offset: number;
  length: number;
}

/** What lies behind the first damage. */
export interface Behind {
  /** Stretches of whole records, behind that before the damage; each may be loaded behind the one before. */
  kept: Stretch[];
  /** Stretches that are no records, or records of a transaction of which a part is lost. */
  lost: Stretch[];
  /** Commands that parse there. */
  commands: number;
  /** Commands of these stretches, or transactions, that parse and are damaged. */
  flaws: Flaw[];
  /**
   * The first argument in the damage that claims more bytes than there are, where commands are kept behind its head: either
   * its length is damaged, or the log is torn in it, and these commands are a part of it.
   */
  around: Stretch | undefined;
}

/** What a walk through damage meets. */
interface Walk {
  size: number;
  around: Stretch | undefined;
}

/**
 * Looks behind damage for what parses again. Only the form that servers write is taken for records here, and only known
 * commands: bytes of values may look like anything. So an argument whose head is whole, and that ends where it says, is stepped
 * over: whatever it holds is its value.
 *
 * @param validUpTo where what can be kept of the part before ends
 * @param damaged offset of the record that does not parse
 * @param size offset of the end of the file
 */
export async function lookBehind(
  bytesFrom: BytesFrom,
  validUpTo: number,
  damaged: number,
  size: number,
): Promise<Behind> {
  const behind: Behind = { kept: [], lost: [], commands: 0, flaws: [], around: undefined };
  const walk: Walk = { size, around: undefined };
  let end = validUpTo;
  let next = await nextRecord(bytesFrom, damaged, walk);
  while (next !== undefined) {
    const start: number = next;
    const { around } = walk;
    const { tally, stoppedAt, error } = await readFrom(bytesFrom, start);
    next = error === undefined ? undefined : await nextRecord(bytesFrom, stoppedAt, walk);
    if (error?.offset === stoppedAt && (await isLineEnd(bytesFrom, stoppedAt))) {
      // Behind records nothing ends a line but an argument: these were a value that holds a log.
      continue;
    }
    if (error?.offset === stoppedAt && (await isArgument(bytesFrom, stoppedAt, size))) tally.stopAtArgument();
    // An EXEC that stands behind more damage may be that of the transaction.
    if (next === undefined) tally.settle();
    behind.commands += tally.commands;
    // Of a transaction whose MULTI is lost the rest is dropped, too.
    const first = tally.strayExecEnd ?? start;
    if (tally.validUpTo > first) {
      if (first > end) behind.lost.push({ offset: end, length: first - end });
      behind.kept.push({ offset: first, length: tally.validUpTo - first });
      behind.flaws.push(...tally.flaws);
      behind.around ??= around;
      end = tally.validUpTo;
    }
  }
  if (end < size) behind.lost.push({ offset: end, length: size - end });
  return behind;
}

/** Reads records up to where they end. */
async function readFrom(
  bytesFrom: BytesFrom,
  start: number,
): Promise<{ tally: LogTally; stoppedAt: number; error: RedisFileError | undefined }> {
  const tally = new LogTally(start, undefined);
  const scanner = new CommandScanner(tally, false, start);
  try {
    for await (const chunk of bytesFrom(start)) scanner.push(chunk);
    scanner.end();
    return { tally, stoppedAt: tally.end, error: undefined };
  } catch (error) {
    if (!RedisFileError.is(error) || error.code === 'IO') throw error;
    return { tally, stoppedAt: tally.end, error };
  }
}

/**
 * Whether a whole argument stands there that is one of the command before it. The name of a command is none: it has lost its
 * own head.
 */
export async function isArgument(bytesFrom: BytesFrom, offset: number, size: number): Promise<boolean> {
  let held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  for await (const chunk of bytesFrom(offset)) {
    held = concat([held, chunk.subarray(0, NAMED)]);
    if (held.length >= NAMED) break;
  }
  const head = held[0] === DOLLAR ? sizeHead(held, 0) : undefined;
  if (head === undefined) return false;
  const end = head.start + head.size;
  if (end <= held.length && findCommandIn(held, Int32Array.of(head.start, end), 1) !== undefined) return false;
  return (await behindArgument(bytesFrom, held, 0, offset, { size, around: undefined })) !== undefined;
}

async function isLineEnd(bytesFrom: BytesFrom, offset: number): Promise<boolean> {
  for await (const chunk of bytesFrom(offset)) return chunk[0] === CR && chunk[1] === LF;
  return false;
}

/** @returns the offset of the next place at which a whole record stands, and behind it another one or the end */
async function nextRecord(bytesFrom: BytesFrom, from: number, walk: Walk): Promise<number | undefined> {
  for (let at = from; ; ) {
    const found = await nextIn(bytesFrom, at, walk);
    if (found === undefined || found.record) return found?.offset;
    at = found.offset;
  }
}

/** @returns where a record stands, or where to go on behind an argument that does not end in the chunk at hand */
async function nextIn(
  bytesFrom: BytesFrom,
  from: number,
  walk: Walk,
): Promise<{ offset: number; record: boolean } | undefined> {
  let held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let base = from;
  for await (const chunk of bytesFrom(from)) {
    const bytes = held.length === 0 ? chunk : concat([held, chunk]);
    const sure = bytes.length - HEAD;
    let at = nextMark(bytes, 0);
    while (at <= sure) {
      if (bytes[at] === STAR) {
        if (isHead(bytes, at) && (tryHere(bytes, at) ?? (await tryStream(bytesFrom(base + at))))) {
          return { offset: base + at, record: true };
        }
      } else {
        const behind = await behindArgument(bytesFrom, bytes, at, base, walk);
        if (behind !== undefined) {
          if (behind > bytes.length) return { offset: base + behind, record: false };
          at = nextMark(bytes, behind);
          continue;
        }
      }
      at = nextMark(bytes, at + 1);
    }
    const next = at;
    base += next;
    held = bytes.slice(next);
  }
  // No command is so short that its head alone would be left.
  return undefined;
}

/** @returns the position of the next byte that may begin a record or an argument; the end where there is none */
function nextMark(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== STAR && bytes[at] !== DOLLAR) at++;
  return at;
}

/**
 * @param at position of a `$`
 * @param base offset of the bytes
 * @returns the position behind the argument that begins there, which may be behind these bytes; undefined where that is none
 */
async function behindArgument(
  bytesFrom: BytesFrom,
  bytes: Uint8Array,
  at: number,
  base: number,
  walk: Walk,
): Promise<number | undefined> {
  const head = sizeHead(bytes, at);
  if (head === undefined) return undefined;
  const end = head.start + head.size;
  if (base + end + 2 > walk.size) {
    walk.around ??= { offset: base + at, length: head.size };
    return undefined;
  }
  const known = end + 3 <= bytes.length || base + bytes.length === walk.size;
  const closed = known ? endsHere(bytes, end) : await endsThere(bytesFrom, base + end);
  return closed ? end + 2 : undefined;
}

async function endsThere(bytesFrom: BytesFrom, offset: number): Promise<boolean> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytesFrom(offset)) {
    held = concat([held, chunk.subarray(0, 3)]);
    if (held.length >= 3) break;
  }
  return endsHere(held, 0);
}

/** Whether `*`, digits, a line end and `$` stand there. */
function isHead(bytes: Uint8Array, star: number): boolean {
  let at = star + 1;
  while (at < star + 11 && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
  return at > star + 1 && bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === DOLLAR;
}

const DECIDED: unique symbol = Symbol('decided');

/** Decides by the first command. */
class Trial extends CommandNames {
  good = false;

  one(
    bytes: Uint8Array,
    spans: Int32Array,
    count: number,
    _offset: number,
    _end: number,
    _odd: boolean,
    next: number | undefined,
  ): void {
    const command = findCommandIn(bytes, spans, count);
    const follows = next === undefined || next === STAR || next === HASH;
    this.good = command !== undefined && takesCount(command, count) && follows;
    throw DECIDED;
  }

  annotation(): void {
    throw DECIDED;
  }
}

/** @returns undefined where the record does not end in these bytes */
function tryHere(bytes: Uint8Array, at: number): boolean | undefined {
  const trial = new Trial();
  return push(trial, new CommandScanner(trial, false, 0), bytes.subarray(at));
}

async function tryStream(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  const trial = new Trial();
  const scanner = new CommandScanner(trial, false, 0);
  for await (const chunk of chunks) {
    const decided = push(trial, scanner, chunk);
    if (decided !== undefined) return decided;
  }
  return false;
}

function push(trial: Trial, scanner: CommandScanner, bytes: Uint8Array): boolean | undefined {
  try {
    scanner.push(bytes);
    return undefined;
  } catch (error) {
    if (error === DECIDED) return trial.good;
    if (RedisFileError.is(error)) return false;
    throw error;
  }
}
