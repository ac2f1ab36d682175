import { latin1 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { emptyFrame, type ScanFrame } from './handler.ts';
import type { JournalRecord, KeyType } from './records.ts';

/**
 * What of a dataset a target cannot hold.
 *
 * | Kind | Lost |
 * | --- | --- |
 * | `key` | the whole key: the target has no such type |
 * | `expiry` | the exact time at which a key goes: files before RDB 3 have seconds, until 2106 |
 * | `fieldExpiry` | times at which fields of a hash go; the fields stay for good, but those that had gone already go |
 * | `memberExpiry` | the same of members, which only KeyDB and Dragonfly have |
 * | `score` | a member of a sorted set whose score is no number |
 * | `item` | a field or member that stands in its value a second time; the first one counts, as it does on servers |
 * | `entry` | an entry of a stream that no command can add: without fields, or with an id that is not above the one before it |
 * | `streamCounters` | what a stream remembers of entries that were added, read and deleted |
 * | `pending` | pending entries of a consumer group |
 * | `activeTime` | when consumers last read something, apart from when they last tried to |
 * | `idmp` | what a stream remembers to recognise repeated additions |
 * | `use` | when a key was last used, or how often |
 * | `keyMeta` | metadata that modules attached to a key |
 * | `moduleAux` | what a module stored besides its keys, or commands that concern no key |
 * | `function` | a function library |
 * | `slotImport` | an import of cluster slots that was under way |
 */
export type LossKind =
  | 'key'
  | 'expiry'
  | 'fieldExpiry'
  | 'memberExpiry'
  | 'score'
  | 'item'
  | 'entry'
  | 'streamCounters'
  | 'pending'
  | 'activeTime'
  | 'idmp'
  | 'use'
  | 'keyMeta'
  | 'moduleAux'
  | 'function'
  | 'slotImport';

/** Something that a target cannot hold; each kind is told once for a key. */
export interface Loss {
  kind: LossKind;
  /** A sentence for people, with the name of the target. */
  message: string;
  /** Absolute offset of the key or record in its file. */
  offset: number;
  db: number | undefined;
  /** Owned by the receiver. */
  key: Uint8Array<ArrayBuffer> | undefined;
  type: KeyType | undefined;
}

/** What happens to losses where the caller does not say: the first ends the job. */
export function refuseLoss(loss: Loss): never {
  const { offset, db, key, type } = loss;
  throw new RedisFileError('LOSSY', loss.message, {
    offset,
    context: {
      ...(db === undefined ? {} : { db }),
      ...(key === undefined ? {} : { key }),
      ...(type === undefined ? {} : { type }),
    },
  });
}

/** Names commands that concern no key, for `loseRecord`. */
export function journalText({ commands }: JournalRecord<Uint8Array<ArrayBuffer>>): string {
  const name = commands[0]?.[0];
  return `commands of modules that concern no key${name === undefined ? '' : ` (${latin1(name)})`}`;
}

/** What knows the key at hand and the target, and tells what the one has and the other cannot hold. */
export abstract class LossContext {
  abstract target: { readonly name: string };
  /** The key at hand; its bytes are lent until the next one. */
  frame: ScanFrame = emptyFrame();
  readonly #onLoss: (loss: Loss) => void;
  /** What is made for the target, in a sentence. */
  readonly #product: string;
  readonly #told: Set<LossKind> = new Set();

  constructor(product: string, onLoss: (loss: Loss) => void) {
    this.#product = product;
    this.#onLoss = onLoss;
  }

  begin(frame: ScanFrame): void {
    this.frame = frame;
    if (this.#told.size > 0) this.#told.clear();
  }

  /** The target cannot hold something of the key at hand. @param what a clause that names it */
  lose(kind: LossKind, what: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    const { offset, db, bytes, start, end, type } = this.frame;
    this.#onLoss({ kind, message: this.#sentence(what), offset, db, key: bytes.slice(start, end), type });
  }

  /** The target cannot hold something that belongs to no key. */
  loseRecord(kind: LossKind, what: string, offset: number): void {
    this.#onLoss({ kind, message: this.#sentence(what), offset, db: undefined, key: undefined, type: undefined });
  }

  #sentence(what: string): string {
    return `${what}, which ${this.#product} for ${this.target.name} cannot hold`;
  }
}
