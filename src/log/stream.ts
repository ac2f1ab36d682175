import type { ScanGroup, ScanStreamInfo, StreamIdmp } from '../rdb/index.ts';
import { HELD_STREAM } from './caps.ts';
import type { LogContext } from './context.ts';
import { createGroup, writeMembers } from './group.ts';
import { saysAnything, writeIdmp } from './idmp.ts';
import { compareIds, LiveIds, shortId, streamId, writeId } from './ids.ts';
import { addOrphans, findOrphans, type Orphans, trimOrphans, writeOrphans } from './orphans.ts';
import type { ValueWriter } from './value.ts';
import { EMPTY, ENTRIESADDED, MAXDELETEDID, MAXLEN, XADD, XDEL, XSETID, ZERO } from './words.ts';

const NO_ID = '0-0';

const ZERO_IDS: ReadonlySet<string> = /* @__PURE__ */ new Set([NO_ID]);

/** What a stream remembers besides its entries, as it is on the server or as it shall be. */
interface Counters {
  lastId: string;
  entriesAdded: number | bigint;
  maxDeletedId: string;
}

/** Servers count further, and XSETID does not. */
const MOST_ADDED = 0x7fffffffffffffffn;

/**
 * Streams: `XADD` for every entry, then what the entries do not say: `XSETID` for ids and counters, `XGROUP CREATE` and
 * `XCLAIM` for groups (`group.ts`), and what recognises repeated additions (`idmp.ts`).
 *
 * Pending entries that are no longer in the stream (`orphans.ts`) have to be there before the first entry is, while
 * groups stand behind the entries in a file. So the commands of a stream are held back until its groups are known, up
 * to a limit.
 */
export class StreamWriter implements ValueWriter {
  readonly #c: LogContext;
  readonly #live = new LiveIds();
  #holding = false;
  #info: ScanStreamInfo | undefined;
  #groups: ScanGroup[] = [];
  #idmp: StreamIdmp<Uint8Array<ArrayBuffer>> | undefined;
  /** The entry at hand: its id, and whether it has no field yet. */
  #msHi = 0;
  #msLo = 0;
  #seqHi = 0;
  #seqLo = 0;
  #empty = true;
  /** The id of the last entry that was written, 0-0 before the first. */
  readonly #last = new Uint32Array(4);
  /** Id of a deleted entry that is above the last id. */
  #ahead: string | undefined;

  constructor(c: LogContext) {
    this.#c = c;
  }

  begin(): void {
    this.#live.clear();
    this.#last.fill(0);
    this.#info = this.#idmp = undefined;
    this.#groups = [];
    this.#ahead = undefined;
    // Where XCLAIM takes ids that are not there nothing has to come before the entries.
    this.#holding = this.#c.target.claimsOnlyLive;
    if (this.#holding) this.#c.out.hold();
  }

  // Entries

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    const { out } = this.#c;
    if (this.#holding && out.held > HELD_STREAM) {
      this.#holding = false;
      out.release();
    }
    this.#msHi = msHi;
    this.#msLo = msLo;
    this.#seqHi = seqHi;
    this.#seqLo = seqLo;
    this.#empty = true;
    this.#c.command(XADD);
    writeId(out, msHi, msLo, seqHi, seqLo);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#empty = false;
    this.#c.out.argument(bytes, start, end);
  }

  integer(value: number): void {
    this.#empty = false;
    this.#c.out.integer(value);
  }

  /** However large a field is, its entry is held: how many fields there are is known at its end. */
  bigBegin(length: number): void {
    this.#empty = false;
    this.#c.out.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.out.piece(bytes, start, end);
  }

  bigEnd(): void {
    this.#c.out.endArgument();
  }

  entryEnd(): void {
    if (this.#empty) {
      this.#c.out.cancel();
      this.#c.lose('entry', 'a stream entry without fields');
      return;
    }
    if (!this.#ascends()) {
      this.#c.out.cancel();
      const id = streamId(this.#msHi, this.#msLo, this.#seqHi, this.#seqLo);
      this.#c.lose('entry', `the stream entry ${id} behind one of the same or a higher id`);
      return;
    }
    this.#c.out.end();
    this.#live.add(this.#msHi, this.#msLo, this.#seqHi, this.#seqLo);
  }

  /** Whether XADD takes the entry at hand, whose id is the last one then. */
  #ascends(): boolean {
    const last = this.#last;
    const order = this.#msHi - last[0]! || this.#msLo - last[1]! || this.#seqHi - last[2]! || this.#seqLo - last[3]!;
    if (order <= 0) return false;
    last[0] = this.#msHi;
    last[1] = this.#msLo;
    last[2] = this.#seqHi;
    last[3] = this.#seqLo;
    return true;
  }

  // What comes behind them

  streamInfo(info: ScanStreamInfo): void {
    this.#info = info;
  }

  streamGroup(group: ScanGroup): void {
    if (group.entriesRead === undefined) group.entriesRead = this.#estimateRead(group.lastDeliveredId);
    this.#groups.push(group);
  }

  /**
   * How much a group has read, as servers estimate it when they load a file of Redis 5.0 to 6.2 (redis:
   * src/t_stream.c, streamEstimateDistanceFromFirstEverEntry); null where they cannot tell.
   */
  #estimateRead(delivered: string): number | null {
    const { count, first } = this.#live;
    if (first === undefined) return 0;
    const toLast = compareIds(delivered, this.#info?.lastId ?? NO_ID);
    if (toLast === 0) return count;
    const toFirst = compareIds(delivered, first);
    if (toLast > 0 || toFirst > 0) return null;
    return toFirst === 0 ? 1 : 0;
  }

  streamIdmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    this.#idmp = idmp;
  }

  end(): boolean {
    const c = this.#c;
    const live = this.#live;
    const { wanted, has } = this.#counters();
    if (c.target.clampsEntriesRead) this.#clampRead(wanted.entriesAdded);
    const orphans = findOrphans(c, this.#groups, live, this.#holding);
    const last = orphans.all.at(-1);
    if (last === undefined) this.#writeGroups(has, wanted, orphans.ids);
    else if (live.first === undefined || compareIds(last, live.first) < 0) this.#writeTrimmed(has, wanted, orphans.all);
    else this.#writeDeleted(has, wanted, orphans);
    if (this.#ahead !== undefined) this.#deleteAhead(this.#ahead, has, wanted);
    if (this.#holding) c.out.release();
    if (this.#idmp !== undefined) {
      if (c.target.idmp) writeIdmp(c, this.#idmp, live);
      else if (saysAnything(this.#idmp)) c.lose('idmp', 'what recognises repeated additions to a stream');
    }
    return true;
  }

  /** No group has read more than was added. */
  #clampRead(added: number | bigint): void {
    for (const group of this.#groups) {
      if (group.entriesRead == null || group.entriesRead <= added) continue;
      this.#c.lose('streamCounters', 'a group that has read more entries than were added');
      group.entriesRead = added;
    }
  }

  /** Everything behind the entries. @param gone ids that cannot be pending */
  #writeGroups(has: Counters, wanted: Counters, gone: ReadonlySet<string>): void {
    let created = this.#live.count > 0 || this.#createEmpty(has, wanted);
    // Counters come before groups, as some servers check what a group has read against what was added.
    if (created) this.#setId(has, wanted);
    for (const group of this.#groups) {
      createGroup(this.#c, group, !created);
      created = true;
      writeMembers(this.#c, group, gone);
    }
    this.#setId(has, wanted);
  }

  /** The same where entries that were trimmed are pending: they are there until the end. */
  #writeTrimmed(has: Counters, wanted: Counters, trimmed: readonly string[]): void {
    const c = this.#c;
    const left = this.#live.count;
    const entries = c.out.takeHeld();
    addOrphans(c, trimmed);
    c.out.commands(entries);
    has.entriesAdded = c.target.streamCounters ? left + trimmed.length : left;
    if (left === 0) has.lastId = trimmed.at(-1)!;
    // What is below that of the entries that are there now is refused until some are trimmed.
    const early = wanted.entriesAdded >= has.entriesAdded && compareIds(wanted.lastId, has.lastId) >= 0;
    if (early) this.#setId(has, wanted);
    for (const group of this.#groups) {
      createGroup(c, group, false);
      writeMembers(c, group, ZERO_IDS);
    }
    trimOrphans(c, left);
    this.#setId(has, wanted);
  }

  /** The same where pending entries are gone that stood between others: they come and go before all others. */
  #writeDeleted(has: Counters, wanted: Counters, orphans: Orphans): void {
    const c = this.#c;
    const entries = c.out.takeHeld();
    const added = writeOrphans(c, this.#groups, orphans, wanted.entriesAdded);
    c.out.commands(entries);
    has.entriesAdded = BigInt(added) + BigInt(this.#live.count);
    if (has.entriesAdded === BigInt(wanted.entriesAdded)) has.entriesAdded = wanted.entriesAdded;
    this.#setId(has, wanted);
    for (const group of this.#groups) {
      if (!orphans.groups.has(group)) createGroup(c, group, false);
      else if (!keepsOrder(group, orphans.ids))
        c.lose('pending', 'the order in which pending entries were handed back');
      writeMembers(c, group, orphans.ids);
    }
  }

  /** The deleted entry that is above the last id: it comes and goes, and the last id is set back, which only 7.0 allows. */
  #deleteAhead(ahead: string, has: Counters, wanted: Counters): void {
    const { out } = this.#c;
    addOrphans(this.#c, [ahead]);
    this.#c.command(XDEL);
    out.text(shortId(ahead));
    out.end();
    Object.assign(has, { lastId: ahead, entriesAdded: BigInt(has.entriesAdded) + 1n, maxDeletedId: ahead });
    wanted.maxDeletedId = ahead;
    this.#setId(has, wanted);
  }

  /**
   * What the stream shall remember, as far as the target can be told, and what it does after its entries were added. What
   * a file does not store is what servers take for it when they load it.
   */
  #counters(): { wanted: Counters; has: Counters } {
    const { target } = this.#c;
    const live = this.#live.count;
    const has: Counters = { lastId: this.#live.last ?? NO_ID, entriesAdded: live, maxDeletedId: NO_ID };
    const { lastId = has.lastId, maxDeletedId = NO_ID, entriesAdded = live } = this.#info ?? {};
    const wanted: Counters = { lastId, entriesAdded, maxDeletedId };
    if (!target.streamCounters) {
      // A file that has one of them has all.
      const says = this.#info?.entriesAdded !== undefined;
      const moved = entriesAdded !== live || maxDeletedId !== NO_ID;
      if (moved || (says && this.#groups.some(({ entriesRead }) => entriesRead !== null))) {
        this.#c.lose('streamCounters', 'counters of a stream and its groups');
      }
      wanted.entriesAdded = live;
      wanted.maxDeletedId = NO_ID;
    }
    if (target.streamCounters && !target.checksDeletedId && compareIds(wanted.maxDeletedId, lastId) > 0) {
      this.#ahead = wanted.maxDeletedId;
      wanted.maxDeletedId = NO_ID;
    }
    // What no server writes, and XSETID refuses.
    if (
      wanted.entriesAdded < live ||
      (wanted.entriesAdded !== has.entriesAdded && wanted.entriesAdded > MOST_ADDED) ||
      (lastId !== has.lastId && compareIds(lastId, has.lastId) < 0) ||
      (wanted.maxDeletedId !== NO_ID && compareIds(wanted.maxDeletedId, lastId) > 0)
    ) {
      this.#c.lose('streamCounters', 'counters of a stream that contradict its entries');
      Object.assign(wanted, has);
    }
    return { wanted, has };
  }

  /**
   * Creates a stream without entries, by a command that adds one and trims it at once. Shorter is to leave that to the
   * first group, where nothing has to come before it.
   *
   * @returns whether it did
   */
  #createEmpty(has: Counters, wanted: Counters): boolean {
    const { out, target } = this.#c;
    if (this.#groups.length > 0 && (same(has, wanted) || !target.clampsEntriesRead)) return false;
    has.lastId = wanted.lastId === NO_ID ? '0-1' : wanted.lastId;
    has.entriesAdded = target.streamCounters ? 1 : 0;
    this.#c.command(XADD);
    out.word(MAXLEN);
    out.word(ZERO);
    out.text(shortId(has.lastId));
    out.word(EMPTY);
    out.word(EMPTY);
    out.end();
    return true;
  }

  /** Makes what the server has what it shall have, naming only what differs. */
  #setId(has: Counters, wanted: Counters): void {
    const { out, target } = this.#c;
    if (same(has, wanted)) return;
    this.#c.command(XSETID);
    out.text(shortId(wanted.lastId));
    if (target.streamCounters && has.entriesAdded !== wanted.entriesAdded) {
      out.word(ENTRIESADDED);
      out.integer(wanted.entriesAdded);
    }
    if (target.streamCounters && has.maxDeletedId !== wanted.maxDeletedId) {
      out.word(MAXDELETEDID);
      out.text(shortId(wanted.maxDeletedId));
    }
    out.end();
    Object.assign(has, wanted);
  }
}

function same(a: Counters, b: Counters): boolean {
  return a.lastId === b.lastId && a.entriesAdded === b.entriesAdded && a.maxDeletedId === b.maxDeletedId;
}

/** Whether entries that were handed back come in their order where those that are gone come first. */
function keepsOrder({ nacked }: ScanGroup, gone: ReadonlySet<string>): boolean {
  const first = nacked?.findIndex((id) => !gone.has(id)) ?? -1;
  return first < 0 || !nacked!.slice(first).some((id) => gone.has(id));
}
