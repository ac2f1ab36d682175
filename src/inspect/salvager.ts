import { concat } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { type Family, type RdbHandler, RdbScanner, type Spill, typesOf } from '../rdb/index.ts';
import { isCutShort } from './salvage-evidence.ts';
import { guessHeader, HEADER } from './salvage-header.ts';
import { ACCEPTED, type Inside, Probe, REJECTED, SCAN, UNDECIDED, type Verdict } from './salvage-probe.ts';
import { type Damage, type KeyNote, Prover } from './salvage-prover.ts';
import { GAPS_HELD, type SalvageGap, type SalvageKey, type SalvageReport } from './salvage-report.ts';
import { MAYBE, NO, Skimmer, skimTable, UNKNOWN } from './salvage-skim.ts';
import { ByteWindow } from './salvage-window.ts';

/** Bytes of one record that are held in memory, and where there is another place for them. */
const WINDOW = 16 << 20;
const SMALL_WINDOW = 4 << 20;
/** How far a probe looks. */
const LOOK = 4 << 20;
/** The first bytes of a probe, and how many times more there are next. */
const FIRST_LOOK = 1 << 10;
const MORE = 8;
/** The longest string that servers store unless told otherwise (redis.conf: proto-max-bulk-len). */
const LONGEST = 512 << 20;
/** So far behind a key its length can no more be what is damaged. */
const NEAR = 1 << 16;
/** Bytes behind the end that are kept: one more than the mark of a replication stream. */
const TAIL = 41;
const MARK = 40;
/** Work beyond this many times the bytes read, and this much on top, is not done. */
const MOST_WORK = 16;
const FREE_WORK = 256 << 20;

/** How a file is salvaged. */
export interface SalvagerOptions {
  /** Keep the bytes of records, for handlers that want values as they are stored. */
  capture?: boolean;
  /** Overrides what the magic says. */
  family?: Family;
  /**
   * Makes a place for records of more than 4 MiB, which wait there until they are known to be whole. Without one those of
   * more than 16 MiB are lost, with the code `LIMIT_EXCEEDED`.
   */
  spill?: () => Spill;
  /** The longest string, in bytes, that the server allowed (`proto-max-bulk-len`); 512 MiB by default. */
  longestString?: number;
  /** Called with each gap, once the first key behind it is known. */
  onGap?: (gap: SalvageGap) => void;
  /** Name of the file, for errors. */
  file?: string;
}

/** What is being done. */
const RUN = 0;
const HEAD = 1;
const SEARCH = 2;
const END = 3;
const OVER = 4;

/** A search for the next record behind damage. */
interface Search {
  damage: Damage;
  /** Where nothing more can be kept. */
  from: number;
  /** Where the damaged record begins: behind keys that may be chance, which are kept where it is one after all. */
  start: number;
  /** The key before it, as long as its own length may be what is damaged. */
  suspect: KeyNote | undefined;
  /** The end of the damaged record, while nobody knows whether the next one begins there. */
  end: number | undefined;
  /** The next offset to be looked at. */
  at: number;
  /** The file may only have been cut short: what looks like records in its last one must lead to the end. */
  cut: boolean;
  probe: Probe | undefined;
  /** How far it looks next. */
  look: number;
  /** Where the next candidate can be at the earliest. */
  skipTo?: number | undefined;
}

/**
 * Shows what is whole in a damaged RDB file to a handler: the synchronous core of `salvageFile`.
 *
 * Every record is read twice: first by the `Prover`, at the level `data`, and only when it and what follows it are whole by
 * the scanner that the handler looks through. Where the first fails, `Skimmer` and `Probe` look for the next record.
 */
export class Salvager {
  readonly report: SalvageReport = {
    gaps: [],
    gapCount: 0,
    gapBytes: 0,
    keys: 0,
    keysLost: 0,
    keysDbUnknown: 0,
    family: 'redis',
    version: 0,
    headerDamaged: false,
    checksum: 'missing',
    sourceError: undefined,
    complete: true,
    trailing: 0,
    tail: new Uint8Array(0),
    size: 0,
    examined: 0,
  };
  readonly #handler: RdbHandler;
  readonly #options: SalvagerOptions;
  readonly #window: ByteWindow = new ByteWindow();
  readonly #prover: Prover;
  readonly #shower: RdbScanner;
  #mode: number = RUN;
  #search: Search | undefined;
  #skimmer: { inside: Inside; skimmer: Skimmer } | undefined;
  #openGap: SalvageGap | undefined;
  #checksumFailed = false;
  #lostKeys = 0;
  #ended = false;
  readonly #inputs: Iterator<Uint8Array>[] = [];

  constructor(handler: RdbHandler, options: SalvagerOptions = {}) {
    this.#handler = handler;
    this.#options = options;
    this.#prover = new Prover(options.longestString ?? LONGEST, options.family);
    this.#shower = new RdbScanner(handler, { ...SCAN, family: options.family, capture: options.capture ?? false });
  }

  /** Shows the handler what is whole. */
  get scanner(): RdbScanner {
    return this.#shower;
  }

  /** Reads on; each step is a moment to take what the handler has made. */
  *push(chunk: Uint8Array): Generator<void> {
    this.report.size += chunk.length;
    this.#inputs.push([chunk][Symbol.iterator]());
    yield* this.#drain();
  }

  /** The input is over, or (`broken`) cannot be read any further. */
  *end(broken?: RedisFileError): Generator<void> {
    this.#ended = true;
    const { report } = this;
    report.sourceError = broken;
    for (;;) {
      yield* this.#work();
      yield* this.#drain();
      // Only now it is sure that nothing follows.
      yield* this.#work();
      if (this.#mode !== RUN) break;
      const damage = this.#prover.finish();
      if (damage === undefined) break;
      if (report.size === 0) throw broken ?? damage.error;
      yield* this.#cutOff(damage, broken);
    }
    if (this.#mode === SEARCH) yield* this.#giveUp();
    this.#sum();
    if (report.checksum !== 'missing') {
      if (report.gapCount > 0) report.checksum = 'unchecked';
      else if (this.#checksumFailed) report.checksum = 'mismatch';
    }
  }

  /** The rest is not wanted. */
  stop(): void {
    this.report.complete = false;
    this.#sum();
  }

  #sum(): void {
    const { report } = this;
    this.#closeGap();
    this.#window.dropTo(this.#window.end);
    const prover = this.#prover;
    report.keys = prover.keys - this.#lostKeys;
    report.keysDbUnknown = prover.keysDbUnknown;
    const { family, version } = prover.inside;
    report.family = family;
    report.version = version;
    report.examined += prover.fed;
  }

  /** The bytes end before the file does. */
  *#cutOff(damage: Damage, broken: RedisFileError | undefined): Generator<void> {
    const prover = this.#prover;
    if (prover.atHeader) yield* this.#assumeHeader(damage.error);
    else if (prover.atEnd) {
      // The end mark is there: no key is lost.
      const start = prover.recordStart;
      yield* this.#finish(start, this.#window.end);
      this.#gap(start, this.#window.start, broken ?? damage.error, []);
    } else yield* this.#lookOn(broken === undefined ? damage : { ...damage, error: broken }, true);
  }

  /** No more bytes come. */
  get #last(): boolean {
    return this.#ended && this.#inputs.length === 0;
  }

  *#drain(): Generator<void> {
    const inputs = this.#inputs;
    while (inputs.length > 0) {
      const next = inputs[inputs.length - 1]!.next();
      if (next.done) inputs.pop();
      else {
        this.#window.append(next.value);
        yield* this.#work();
        yield;
      }
    }
  }

  /** Does what can be done with the bytes that are there. */
  *#work(): Generator<void> {
    for (;;) {
      const { end } = this.#window;
      const mode = this.#mode;
      if (mode === RUN) {
        if (this.#prover.fed < end) yield* this.#run();
      } else if (mode === HEAD) {
        if (end >= HEADER || this.#ended) yield* this.#assumeHeader(this.#headError!);
        else return;
      } else if (mode === SEARCH) {
        if (!(yield* this.#seek())) return;
      } else if (mode === END) {
        if (!(yield* this.#judgeEnd())) return;
      } else {
        this.#keepTail();
        return;
      }
      if (this.#mode === RUN && this.#prover.fed >= this.#window.end) return;
    }
  }

  // Records that are whole

  *#run(): Generator<void> {
    const window = this.#window;
    const prover = this.#prover;
    const damage = prover.push(window.view(prover.fed, window.end));
    yield* this.#show(prover.confirmed);
    if (prover.first !== undefined && this.#openGap !== undefined) this.#closeGap();
    if (damage === undefined) {
      if (prover.eof !== undefined) this.#mode = END;
      else if (window.held > this.#most) yield* this.#makeRoom();
    } else if (prover.atHeader) {
      this.#headError = damage.error;
      this.#mode = HEAD;
    } else if (prover.atEnd) {
      this.#checksumFailed = damage.error.code === 'CHECKSUM_MISMATCH';
      this.#mode = END;
    } else yield* this.#lookOn(damage, false);
  }

  #headError: RedisFileError | undefined;

  /** Everything before an offset goes to the handler. */
  *#show(upTo: number): Generator<void> {
    if (upTo <= this.#window.start) return;
    for (const piece of this.#window.take(upTo)) {
      this.#shower.push(piece);
      yield;
    }
  }

  /** Most bytes that a record may take in memory. */
  get #most(): number {
    return this.#options.spill === undefined ? WINDOW : SMALL_WINDOW;
  }

  /** The record at hand is too much for memory. */
  *#makeRoom(): Generator<void> {
    const window = this.#window;
    const prover = this.#prover;
    prover.confirm();
    yield* this.#show(prover.confirmed);
    if (window.held <= this.#most) return;
    if (this.#options.spill !== undefined) window.spillTo(this.#options.spill);
    else {
      prover.tooLarge = prover.recordStart;
      window.dropTo(window.end);
    }
  }

  /** The header is damaged: what it said is assumed. */
  *#assumeHeader(error: RedisFileError): Generator<void> {
    const { report } = this;
    const window = this.#window;
    report.headerDamaged = true;
    const header = guessHeader(window.view(0, HEADER), this.#options.family);
    this.#handler.record({ kind: 'header', offset: 0, ...header });
    this.#shower.beginInside(header.version, header.family, 'opcode');
    this.#shower.c.plain = header.version === 0;
    this.#prover.restart(0, { ...header, templates: new Map(), oddNames: false, numberNames: false });
    const damage = { error, end: Math.min(HEADER, window.end), key: undefined };
    this.#search = {
      damage,
      from: 0,
      start: 0,
      suspect: undefined,
      end: damage.end,
      at: 0,
      cut: false,
      probe: undefined,
      look: 0,
    };
    this.#mode = SEARCH;
    yield;
  }

  // The end

  /** An end mark was read. Damage makes such marks, so only the checksum, or what follows, makes it the end of the file. */
  *#judgeEnd(): Generator<void, boolean> {
    const window = this.#window;
    const prover = this.#prover;
    const { eof } = prover;
    const start = eof?.offset ?? prover.recordStart;
    const end = eof === undefined ? start + 1 + 8 : prover.offset;
    const rest = window.view(end, window.end);
    const isLog = rest.length > 0 && (rest[0] === 0x2a || rest[0] === 0x23);
    const isEnd = this.#last && (rest.length === 0 || rest.length === MARK);
    if (eof?.checksum === 'verified' || isLog || isEnd) {
      yield* this.#finish(start, end);
      return true;
    }
    if (!this.#last && rest.length <= MARK) return false;
    const message = 'an end mark with more records behind it, or garbage';
    this.#checksumFailed = false;
    yield* this.#lookOn(
      { error: new RedisFileError('TRAILING_DATA', message, { offset: start }), end: undefined, key: undefined },
      false,
      start,
    );
    return true;
  }

  *#finish(start: number, end: number): Generator<void> {
    const { report } = this;
    const prover = this.#prover;
    const { weakFrom } = prover;
    // Zeros before the end look like keys, too; only the checksum can tell.
    if (weakFrom >= 0 && (prover.eof === undefined || prover.eof.checksum === 'ignored')) {
      yield* this.#show(weakFrom);
      const reason = new RedisFileError('BAD_VALUE', 'bytes that may be keys or not', { offset: weakFrom });
      prover.dropWeak();
      this.#gap(weakFrom, start, reason, []);
      this.#window.dropTo(start);
    } else yield* this.#show(start);
    prover.confirm();
    const checksum = prover.eof?.checksum ?? 'ignored';
    report.checksum = checksum;
    this.#handler.record({ kind: 'eof', offset: start, checksum, end });
    this.#window.dropTo(end);
    this.#mode = OVER;
  }

  #keepTail(): void {
    const { report } = this;
    const window = this.#window;
    const rest = window.view(window.start, window.end);
    report.trailing += rest.length;
    if (report.tail.length < TAIL) report.tail = concat([report.tail, rest.subarray(0, TAIL)]).slice(0, TAIL);
    window.dropTo(window.end);
  }

  // Damage

  /** Looks for the next record. */
  *#lookOn(damage: Damage, cut: boolean, start: number = this.#prover.recordStart): Generator<void> {
    const prover = this.#prover;
    const window = this.#window;
    const from = prover.weakFrom >= 0 ? prover.weakFrom : start;
    let suspect = prover.last?.end === from ? prover.last : undefined;
    if (suspect !== undefined && window.spilled && window.start === suspect.start) suspect = undefined;
    if (suspect === undefined) yield* this.#show(from);
    const spent = this.report.examined + prover.fed > MOST_WORK * this.report.size + FREE_WORK;
    const at = spent ? Math.max(from + 1, window.end) : (suspect?.start ?? from) + 1;
    this.#search = { damage, from, start, suspect, end: damage.end, at, cut, probe: undefined, look: 0 };
    this.#mode = SEARCH;
    if (damage.end === undefined) this.#lookBack(this.#search);
  }

  /** What was moved out of memory is searched from its beginning. */
  #lookBack(search: Search): void {
    const window = this.#window;
    if (window.start > search.at) search.at = window.start;
    if (!window.spilled) return;
    this.#inputs.push(window.again());
  }

  /** @returns false where more bytes are needed */
  *#seek(): Generator<void, boolean> {
    const search = this.#search!;
    const window = this.#window;
    if (search.end !== undefined) {
      const verdict = this.#try(search, search.end, 0);
      if (verdict === UNDECIDED) return false;
      if (verdict === ACCEPTED) yield* this.#resume(search.end, true);
      else {
        search.end = undefined;
        this.#lookBack(search);
      }
      return true;
    }
    const skimmer = this.#skim();
    while (search.at < window.end) {
      if (search.suspect !== undefined && search.at > search.from + NEAR) {
        yield* this.#show(search.from);
        search.suspect = undefined;
      }
      if (search.probe === undefined) {
        const base = search.at;
        const bytes = window.view(base, window.end);
        // Zeros and the like are passed over in one go.
        let found: number = NO;
        let i = 0;
        const stop =
          search.suspect === undefined ? bytes.length : Math.min(bytes.length, search.from + NEAR + 1 - base);
        for (; i < stop; i++) {
          found = skimmer.look(bytes, i, this.#last);
          if (found !== NO) break;
        }
        search.at += i;
        this.report.examined += i;
        if (found === UNKNOWN) break;
        if (found !== MAYBE) continue;
      }
      const inSuspect = search.at < search.from;
      const reach = inSuspect
        ? search.cut
          ? Number.MAX_VALUE
          : search.from
        : search.cut
          ? Number.POSITIVE_INFINITY
          : 0;
      const verdict = this.#try(search, search.at, reach);
      if (verdict === UNDECIDED) break;
      if (verdict === ACCEPTED) {
        yield* this.#resume(search.at, false);
        return true;
      }
      search.at = Math.max(search.at + 1, search.skipTo ?? 0);
    }
    if (search.suspect === undefined) window.dropTo(Math.min(search.at, window.end));
    return false;
  }

  #skim(): Skimmer {
    const { inside } = this.#prover;
    const known = this.#skimmer;
    if (known?.inside.family === inside.family && known.inside.oddNames === inside.oddNames) return known.skimmer;
    const table = skimTable(typesOf(inside.family, inside.version), inside.family, inside.version);
    const skimmer = new Skimmer(table, inside.version === 0, inside.oddNames);
    this.#skimmer = { inside, skimmer };
    return skimmer;
  }

  /** Probes one offset, as far as bytes are there. */
  #try(search: Search, start: number, reach: number): Verdict {
    const window = this.#window;
    search.probe ??= new Probe(this.#prover.inside, start, reach);
    const { probe } = search;
    search.skipTo = undefined;
    let verdict: Verdict = UNDECIDED;
    while (verdict === UNDECIDED) {
      if (search.look === 0) search.look = FIRST_LOOK;
      const looked = probe.fed - start;
      if (looked >= search.look) {
        // Decided at the same places however the bytes come.
        search.look = Math.min(search.look * MORE, LOOK);
        if (looked >= LOOK) verdict = probe.convinced ? ACCEPTED : REJECTED;
        else if (probe.patience < search.look) verdict = REJECTED;
        continue;
      }
      const bytes = window.view(probe.fed, Math.min(start + search.look, window.end));
      if (bytes.length > 0) {
        verdict = probe.push(bytes);
        this.report.examined += bytes.length;
      } else if (this.#last) verdict = probe.finish();
      else return UNDECIDED;
    }
    // Every record of a run that did not reach far enough leads to the same place.
    if (verdict === REJECTED && probe.convinced) search.skipTo = probe.failedAt;
    search.probe = undefined;
    search.look = 0;
    return verdict;
  }

  /** The next record begins at `offset`. */
  *#resume(offset: number, known: boolean): Generator<void> {
    const prover = this.#prover;
    const window = this.#window;
    const { damage, start, suspect } = this.#search!;
    const from = known ? start : this.#search!.from;
    if (known) prover.confirm();
    const lost: SalvageKey[] = damage.key === undefined ? [] : [damage.key];
    let gapFrom = from;
    if (suspect !== undefined && !known && (offset < from || this.#isCutShort(suspect, from, offset))) {
      lost.unshift(suspect.key);
      this.#lostKeys++;
      gapFrom = suspect.start;
      prover.last = undefined;
    } else yield* this.#show(from);
    this.#gap(gapFrom, offset, damage.error, lost, known);
    window.dropTo(offset);
    this.#shower.skipTo(offset);
    this.report.examined += prover.fed - offset;
    if (prover.last !== undefined) prover.before = prover.last;
    prover.restart(offset);
    this.#search = undefined;
    this.#mode = RUN;
  }

  /** Nothing more was found. */
  *#giveUp(): Generator<void> {
    const { damage, from } = this.#search!;
    const prover = this.#prover;
    yield* this.#show(from);
    if (prover.last !== undefined) prover.before = prover.last;
    this.#gap(from, this.report.sourceError === undefined ? this.#window.end : undefined, damage.error, [
      ...(damage.key === undefined ? [] : [damage.key]),
    ]);
  }

  /** Whether the length of a key is what is damaged: its value goes on with the bytes that are passed over. */
  #isCutShort({ typeId, valueAt }: KeyNote, end: number, next: number): boolean {
    const window = this.#window;
    return typeId === 0 && isCutShort(window.view(valueAt, valueAt + 5), window.view(end, next));
  }

  // Gaps

  #gap(offset: number, end: number | undefined, reason: RedisFileError, lost: SalvageKey[], known = false): void {
    this.#closeGap();
    const { report } = this;
    const prover = this.#prover;
    const keyBefore = (prover.last ?? prover.before)?.key;
    const length = end === undefined ? undefined : end - offset;
    const gap = { offset, length, reason, known, lost, keyBefore, keyAfter: undefined, dbUnknown: !known };
    if (this.#options.file !== undefined) reason.context.file ??= this.#options.file;
    report.gapCount++;
    report.gapBytes += length ?? 0;
    report.keysLost += lost.length;
    this.#openGap = gap;
    prover.first = undefined;
    if (!known) prover.dbUnknown = true;
  }

  /** The key behind a gap is known, or there is none. */
  #closeGap(): void {
    const gap = this.#openGap;
    if (gap === undefined) return;
    this.#openGap = undefined;
    gap.keyAfter = this.#prover.first;
    if (this.report.gaps.length < GAPS_HELD) this.report.gaps.push(gap);
    this.#options.onGap?.(gap);
  }
}
