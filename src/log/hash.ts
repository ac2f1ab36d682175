import { ArgumentList, type Word } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { wholeSeconds, writeTimeOption } from './expiry.ts';
import { TimedItems } from './timed.ts';
import type { ValueWriter } from './value.ts';
import { Variadic } from './variadic.ts';
import { WholeString } from './whole.ts';
import { FIELDS, HDEL, HEXPIREAT, HMSET, HPEXPIREAT, HSET, HSETEX } from './words.ts';

/** Latest time in ms that Redis takes for a field in a command; its files may hold later ones (redis: HFE_MAX_ABS_TIME_MSEC). */
const LATEST = 2 ** 46 - 1;

/** What HSETEX has besides its key and its pairs: heads, name, time and count. */
const AROUND = 100;

/**
 * Hashes: one `HSET` (`HMSET` for old targets). Fields with times are grouped by time: with `HSETEX` the pair is taken
 * out of the HSET and goes into the group; with `HPEXPIREAT` it stays, and only its name goes there.
 *
 * A time stands behind its field in the file, so a pair is written before it is known whether it has one.
 */
export class HashWriter implements ValueWriter {
  readonly #c: LogContext;
  readonly #command: Variadic;
  /** Fields with their values, for HSETEX. */
  readonly #pairs = new TimedItems();
  /** Fields whose values stand in a HSET, for HPEXPIREAT. */
  readonly #names = new TimedItems();
  /** A field too large to hold, which is held all the same. */
  readonly #bigField = new WholeString();
  /** What is on its way from one command into another. */
  readonly #carried = new ArgumentList();
  #name: Word = HSET;
  #valueNext = false;
  /** Bytes of the last field as an argument. */
  #fieldSize = 0;
  /** Fields that stay. */
  #kept = 0;

  constructor(c: LogContext) {
    this.#c = c;
    this.#command = new Variadic(c, 2);
  }

  begin(): void {
    this.#name = this.#c.target.hsetMany ? HSET : HMSET;
    this.#command.reset();
    this.#pairs.clear();
    this.#names.clear();
    this.#valueNext = false;
    this.#kept = 0;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#valueNext) this.#command.beginItem(this.#name);
    this.#c.out.argument(bytes, start, end);
    this.#endString();
  }

  integer(value: number): void {
    if (!this.#valueNext) this.#command.beginItem(this.#name);
    this.#c.out.integer(value);
    this.#endString();
  }

  #endString(): void {
    if (this.#valueNext) {
      this.#valueNext = false;
      this.#kept++;
      this.#command.endItem(this.#name);
    } else {
      this.#valueNext = true;
      this.#fieldSize = this.#c.out.size - this.#command.itemStart;
    }
  }

  /** A value too large to hold has a command of its own. A field is held, as nobody has fields that large. */
  bigBegin(length: number): void {
    if (!this.#valueNext) {
      this.#bigField.clear();
      return;
    }
    const { out } = this.#c;
    const command = this.#command;
    this.#carried.clear();
    this.#copyField();
    if (command.items > 1) {
      command.dropField();
      command.beginItem(this.#name);
      out.list(this.#carried);
    }
    out.seal(out.count + 1);
    out.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#valueNext) this.#c.out.piece(bytes, start, end);
    else this.#bigField.add(bytes, start, end);
  }

  bigEnd(): void {
    if (!this.#valueNext) {
      const { bytes, length } = this.#bigField.buffer;
      this.bytes(bytes, 0, length);
      return;
    }
    this.#valueNext = false;
    this.#kept++;
    this.#c.out.endArgument();
    this.#command.close();
  }

  /** The time of the last field. */
  expiry(ms: number | bigint): void {
    const { out, target } = this.#c;
    if (!target.fieldExpiry || (target.family === 'redis' && ms > LATEST)) {
      this.#c.lose('fieldExpiry', `a field that goes at ${ms} (fields whose time is past are left out)`);
      this.#dropExpired(ms);
      return;
    }
    const command = this.#command;
    // No command is open where the value was too large to hold: then its field was copied before it left.
    const left = command.items === 0;
    if (!left) this.#carried.clear();
    if (target.hsetex && !left && ms > 0) {
      out.copy(command.itemStart, out.size, 2, this.#carried);
      command.dropItem();
      this.#wait(this.#pairs, ms);
    } else {
      if (!left) this.#copyField();
      this.#wait(this.#names, ms);
    }
  }

  /** A field that has gone already does not come back as one that stays. */
  #dropExpired(ms: number | bigint): void {
    if (ms > this.#c.now) return;
    this.#kept--;
    const command = this.#command;
    if (command.items > 0) {
      command.dropItem();
      return;
    }
    // Its value was too large to hold and has left, with the field, which was copied before.
    this.#c.command(HDEL);
    this.#c.out.list(this.#carried);
    this.#c.out.end();
    this.#carried.clear();
  }

  #copyField(): void {
    const { itemStart } = this.#command;
    this.#c.out.copy(itemStart, itemStart + this.#fieldSize, 1, this.#carried);
  }

  /** What is carried waits for others of its time. */
  #wait(timed: TimedItems, ms: number | bigint): void {
    const { caps, frame } = this.#c;
    const carried = this.#carried;
    const most = caps.bytes - AROUND - frame.end + frame.start;
    if (timed.length > 0 && (timed.length === caps.items || timed.size + carried.size > most)) this.#flush();
    timed.arguments.addEncoded(carried.out.bytes, 0, carried.size, carried.count);
    timed.endItem(ms);
  }

  end(): boolean {
    this.#flush();
    return this.#kept > 0;
  }

  #flush(): void {
    const c = this.#c;
    const { out } = c;
    this.#command.close();
    this.#pairs.flush(2, out, (ms, items, add) => {
      c.command(HSETEX);
      writeTimeOption(out, ms);
      out.word(FIELDS);
      out.integer(items);
      add();
      out.end();
    });
    this.#names.flush(1, out, (ms, items, add) => {
      const seconds = wholeSeconds(ms);
      c.command(seconds === undefined ? HPEXPIREAT : HEXPIREAT);
      out.integer(seconds ?? ms);
      out.word(FIELDS);
      out.integer(items);
      add();
      out.end();
    });
  }
}
