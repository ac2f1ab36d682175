import { type Loss, type LossKind, refuseLoss } from '../rdb/index.ts';
import { Refusal } from './exit.ts';
import { quoteKey, reportLosses } from './report.ts';

/** Keys that are named for each kind of loss. */
const EXAMPLES = 3;

/** What is lost, in words that are true of all of a kind. */
const KINDS: Readonly<Record<LossKind, string>> = {
  key: 'keys of these types',
  expiry: 'milliseconds of times at which keys go',
  fieldExpiry: 'times at which fields of hashes go (fields whose time is past are left out)',
  memberExpiry: 'times at which members go',
  score: 'members of sorted sets whose score is no number',
  item: 'items that are there twice (the first one counts)',
  entry: 'entries of streams without fields, or with ids that do not ascend',
  streamCounters: 'what streams remember of entries that were added, read and deleted',
  pending: 'these pending entries of consumer groups',
  activeTime: 'when consumers last read something',
  idmp: 'what streams remember to recognise repeated additions',
  use: 'when or how often keys were used',
  keyMeta: 'metadata that modules attached to keys',
  moduleAux: 'what modules hold besides their keys',
  function: 'function libraries',
  slotImport: 'imports of cluster slots that were under way',
};

/** What of one kind was lost. */
export interface LossCount {
  kind: LossKind;
  /** Whom the file is for, and what that cannot hold. */
  sentence: string;
  /** Keys, or records that belong to no key. */
  count: number;
  /** What was lost first. */
  message: string;
  offset: number;
  examples: { db: number; key: string; type: string }[];
}

/**
 * Collects what a target cannot hold, in memory that does not grow with it. What goes to a file is written to its end,
 * so that everything that would be lost can be said at once; what goes elsewhere cannot be taken back, and ends with the
 * first loss.
 */
export class Losses {
  readonly #lossy: boolean;
  readonly #json: boolean;
  readonly #kinds: Map<LossKind, LossCount> = new Map();
  #total = 0;
  /** The output can be taken back. */
  retractable = false;

  constructor(lossy: boolean, json: boolean) {
    this.#lossy = lossy;
    this.#json = json;
  }

  /** @throws RedisFileError `LOSSY` where nothing may be lost and the output cannot be taken back */
  add(loss: Loss, target: string): void {
    if (!this.#lossy && !this.retractable) refuseLoss({ ...loss, message: `${loss.message}; --lossy leaves it out` });
    const { kind, message, offset, db, key, type } = loss;
    let count = this.#kinds.get(kind);
    if (count === undefined) {
      count = { kind, sentence: `${target} cannot hold ${KINDS[kind]}`, count: 0, message, offset, examples: [] };
      this.#kinds.set(kind, count);
    }
    count.count++;
    this.#total++;
    if (key !== undefined && count.examples.length < EXAMPLES) {
      count.examples.push({ db: db ?? 0, key: quoteKey(key), type: type ?? 'string' });
    }
  }

  /** Says on stderr what one input lost. */
  report(file: string): void {
    for (const kind of this.#kinds.values()) reportLosses(file, kind, this.#json);
    this.#kinds.clear();
  }

  /** @throws Refusal where something was lost that may not be */
  refuse(): void {
    if (this.#total === 0 || this.#lossy) return;
    throw new Refusal('LOSSY', 'the target cannot hold everything, and --lossy was not given');
  }
}
