import { corrupt } from '../damage.ts';
import type { BlockBytes } from './block-bytes.ts';
import { type CodeKind, LITERAL_LENGTH, LITERAL_LENGTHS, MATCH_LENGTH, MATCH_LENGTHS, OFFSET } from './codes.ts';
import { type FseTable, readFseTable, singleSymbolTable } from './fse.ts';
import type { History } from './history.ts';
import { bitsBeforeMark } from './huffman.ts';
import type { Literals } from './literals.ts';

const PHASE = 'zstd sequences';
const Mode = { standard: 0, rle: 1, described: 2, repeat: 3 } as const;
/** From this length on, `set` and `copyWithin` beat a loop. */
const LOOP_LIMIT = 32;
/** One load of 32 bits leaves this many, whatever the position within its first byte. */
const LOAD_BITS = 25;

/**
 * The sequences of a block: literals to copy and matches to repeat (RFC 8878, 3.1.1.3.2 and 3.1.1.4), with the tables and
 * offsets that go on from block to block.
 */
export class Sequences {
  #literalLengths: FseTable | undefined;
  #matchLengths: FseTable | undefined;
  #offsets: FseTable | undefined;
  /** The last three offsets, the latest first (RFC 8878, 3.1.1.5). */
  readonly #recent: [number, number, number] = [1, 4, 8];
  /** Where the reader of tables is. */
  #at = 0;

  /** Forgets tables and offsets, as every frame begins anew. */
  reset(): void {
    this.#literalLengths = undefined;
    this.#matchLengths = undefined;
    this.#offsets = undefined;
    this.#recent[0] = 1;
    this.#recent[1] = 4;
    this.#recent[2] = 8;
  }

  /**
   * Reads the sequences section and carries it out, behind `history.position`, where there must be room for `blockMaximum` bytes.
   *
   * @param start where the section begins in the block; it must end with the block
   * @returns the end of what was written
   * @throws RedisFileError `COMPRESSION_CORRUPT`
   */
  run(block: BlockBytes, start: number, literals: Literals, history: History, blockMaximum: number): number {
    const count = this.#readCount(block, start);
    let out = history.position;
    if (count > 0) {
      this.#readTables(block);
      out = this.#execute(block, count, literals, history, blockMaximum);
    } else if (this.#at !== block.end) {
      throw corrupt(PHASE, block.offset(this.#at), 'bytes behind a section without sequences');
    }
    const left = literals.end - literals.at;
    if (left > history.position + blockMaximum - out) throw tooLong(block, blockMaximum);
    history.bytes.set(literals.bytes.subarray(literals.at, literals.end), out);
    return out + left;
  }

  #readCount(block: BlockBytes, start: number): number {
    const { bytes, end } = block;
    const first = bytes[start];
    const length = first < 128 ? 1 : first < 255 ? 2 : 3;
    if (start + length > end) throw corrupt(PHASE, block.offset(start), 'the number of sequences is missing');
    this.#at = start + length;
    if (first < 128) return first;
    if (first < 255) return ((first - 128) << 8) + bytes[start + 1];
    return bytes[start + 1] + (bytes[start + 2] << 8) + 0x7f00;
  }

  #readTables(block: BlockBytes): void {
    if (this.#at >= block.end) throw corrupt(PHASE, block.offset(this.#at), 'the modes of the tables are missing');
    const modes = block.bytes[this.#at++];
    if ((modes & 3) !== 0) throw corrupt(PHASE, block.offset(this.#at - 1), 'reserved bits are set');
    this.#literalLengths = this.#readTable(block, LITERAL_LENGTH, modes >>> 6, this.#literalLengths);
    this.#offsets = this.#readTable(block, OFFSET, (modes >>> 4) & 3, this.#offsets);
    this.#matchLengths = this.#readTable(block, MATCH_LENGTH, (modes >>> 2) & 3, this.#matchLengths);
  }

  #readTable(block: BlockBytes, kind: CodeKind, mode: number, previous: FseTable | undefined): FseTable {
    switch (mode) {
      case Mode.standard:
        return kind.standard;
      case Mode.rle: {
        const symbol = this.#at < block.end ? block.bytes[this.#at] : Number.POSITIVE_INFINITY;
        if (symbol > kind.maxSymbol) throw corrupt(PHASE, block.offset(this.#at), `no such ${kind.name} code`);
        this.#at++;
        return singleSymbolTable(symbol);
      }
      case Mode.described: {
        const { table, next } = readFseTable(
          block.bytes,
          this.#at,
          block.end,
          kind.maxLog,
          kind.maxSymbol,
          block.offset(0),
        );
        this.#at = next;
        return table;
      }
      default:
        if (previous === undefined) {
          throw corrupt(PHASE, block.offset(this.#at), `no earlier block has a table of ${kind.name} codes`);
        }
        return previous;
    }
  }

  /**
   * The hot loop. The bits run backwards: `left` counts those that are unread, and a value is read by lowering it first. It may
   * fall below zero within one sequence, which the margin of {@link BlockBytes} makes harmless and which is an error right after.
   */
  #execute(block: BlockBytes, count: number, literals: Literals, history: History, blockMaximum: number): number {
    const view = block.view;
    const from = this.#at;
    let left = bitsBeforeMark(block.bytes, from, block.end);
    const literalLengths = this.#literalLengths!;
    const matchLengths = this.#matchLengths!;
    const offsets = this.#offsets!;
    const literalCells = literalLengths.cells;
    const matchCells = matchLengths.cells;
    const offsetCells = offsets.cells;
    if (left < literalLengths.log + matchLengths.log + offsets.log) {
      throw corrupt(PHASE, block.offset(from), 'the bits of the sequences are cut short');
    }
    left -= literalLengths.log;
    let literalState = readBits(view, from, left, literalLengths.log);
    left -= offsets.log;
    let offsetState = readBits(view, from, left, offsets.log);
    left -= matchLengths.log;
    let matchState = readBits(view, from, left, matchLengths.log);

    const bytes = history.bytes;
    const start = history.position;
    const stop = start + blockMaximum;
    const source = literals.bytes;
    const sourceEnd = literals.end;
    let at = literals.at;
    let out = start;
    let [recent0, recent1, recent2] = this.#recent;

    for (let sequence = 1; ; sequence++) {
      const offsetCell = offsetCells[offsetState];
      const matchCell = matchCells[matchState];
      const literalCell = literalCells[literalState];

      const offsetBits = offsetCell >>> 24;
      let value: number;
      if (offsetBits <= LOAD_BITS) {
        left -= offsetBits;
        value = (1 << offsetBits) + readBits(view, from, left, offsetBits);
      } else {
        // Only windows above 32 MiB have such offsets; their bits do not fit into one load.
        left -= offsetBits - 16;
        const high = readBits(view, from, left, offsetBits - 16);
        left -= 16;
        value = 2 ** offsetBits + high * 0x10000 + readBits(view, from, left, 16);
      }
      const matchWord = MATCH_LENGTHS[matchCell >>> 24];
      const matchBits = matchWord & 0xff;
      left -= matchBits;
      const matchLength = (matchWord >>> 8) + readBits(view, from, left, matchBits);
      const literalWord = LITERAL_LENGTHS[literalCell >>> 24];
      const literalBits = literalWord & 0xff;
      left -= literalBits;
      const literalLength = (literalWord >>> 8) + readBits(view, from, left, literalBits);

      let distance: number;
      if (value > 3) {
        distance = value - 3;
        recent2 = recent1;
        recent1 = recent0;
        recent0 = distance;
      } else {
        // One of the recent offsets. Without literals the latest would only prolong the match before, so the choice shifts by one.
        const choice = literalLength === 0 ? value : value - 1;
        if (choice === 0) {
          distance = recent0;
        } else {
          distance = choice === 1 ? recent1 : choice === 2 ? recent2 : recent0 - 1;
          if (choice > 1) recent2 = recent1;
          recent1 = recent0;
          recent0 = distance;
        }
      }

      if (literalLength > sourceEnd - at) {
        throw corrupt(PHASE, block.offset(from), `${literalLength} literals wanted, ${sourceEnd - at} are left`);
      }
      if (literalLength + matchLength > stop - out) throw tooLong(block, blockMaximum);
      if (literalLength < LOOP_LIMIT) {
        for (const end = at + literalLength; at < end; ) bytes[out++] = source[at++];
      } else {
        bytes.set(source.subarray(at, at + literalLength), out);
        at += literalLength;
        out += literalLength;
      }
      const reach = Math.min(history.window, history.produced + out - start);
      if (distance === 0 || distance > reach) {
        throw corrupt(PHASE, block.offset(from), `match ${distance} bytes back, ${reach} bytes of history`);
      }
      out = copyMatch(bytes, out, distance, matchLength, history.lapEnd);

      if (sequence === count) break;
      const literalStateBits = (literalCell >>> 16) & 0xff;
      left -= literalStateBits;
      literalState = (literalCell & 0xffff) + readBits(view, from, left, literalStateBits);
      const matchStateBits = (matchCell >>> 16) & 0xff;
      left -= matchStateBits;
      matchState = (matchCell & 0xffff) + readBits(view, from, left, matchStateBits);
      const offsetStateBits = (offsetCell >>> 16) & 0xff;
      left -= offsetStateBits;
      offsetState = (offsetCell & 0xffff) + readBits(view, from, left, offsetStateBits);
      if (left < 0) break;
    }
    if (left !== 0) throw corrupt(PHASE, block.offset(from), 'the bits do not end where the sequences do');
    literals.at = at;
    this.#recent[0] = recent0;
    this.#recent[1] = recent1;
    this.#recent[2] = recent2;
    return out;
  }
}

/** Up to 25 bits from bit `bit` behind `from` on. */
function readBits(view: DataView, from: number, bit: number, count: number): number {
  return (view.getInt32(from + (bit >> 3), true) >>> (bit & 7)) & ((1 << count) - 1);
}

/**
 * Repeats bytes from `distance` back and returns where they end. What lies before position 0 is at the end of the previous
 * lap of the history.
 */
function copyMatch(bytes: Uint8Array, out: number, distance: number, length: number, lapEnd: number): number {
  const stop = out + length;
  let from = out - distance;
  if (from < 0) {
    from += lapEnd;
    const first = Math.min(length, lapEnd - from);
    bytes.copyWithin(out, from, from + first);
    out += first;
    from = 0;
    if (out === stop) return stop;
  }
  if (length < LOOP_LIMIT) {
    while (out < stop) bytes[out++] = bytes[from++];
    return stop;
  }
  if (distance === 1) {
    bytes.fill(bytes[from], out, stop);
    return stop;
  }
  // Each round copies all that is there already, so a short period doubles until it covers the match.
  for (let there = out - from; out < stop; there *= 2) {
    const step = Math.min(there, stop - out);
    bytes.copyWithin(out, from, from + step);
    out += step;
  }
  return stop;
}

function tooLong(block: BlockBytes, blockMaximum: number): Error {
  return corrupt(PHASE, block.offset(block.start), `unpacks to more than the ${blockMaximum} bytes of a block`);
}
