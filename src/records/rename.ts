import { describe, invalidArgument, stringBytes } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { AnyRecord, AnyString, LooseRecord } from './any-record.ts';
import { KeyChanger } from './change.ts';
import type { TransformObject } from './pipe.ts';

/** The string type of a record, and what may take its place. */
type KeyOf<R> = R extends { kind: 'key'; key: infer S } ? S : never;
type NameFor<S> = S extends string ? string : Uint8Array;

/**
 * Gives keys other names; their values, times and databases stay, and times of members (KeyDB) go with them.
 *
 * Nobody looks whether a name is given twice: names that become equal are two keys of one name, which servers refuse.
 * `slotInfo` goes, as keys change their slots. Definitions of indexes (`journal`) stay, and may name prefixes of old names.
 *
 * @param name makes the new name of the old one, which it must not change; to keep it, return it
 * @throws RedisFileError `INVALID_ARGUMENT` at once for what is no function; while iterating, for a name that is of another kind than the old one, and
 *   for a `keyJournal`, whose commands hold the old name
 *
 * @example
 * ```ts
 * import { pipe, readRdb, renameKeys } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const renamed = pipe(readRdb(dump, { strings: 'utf8' }), renameKeys((key) => `copy:${key}`));
 * for await (const record of renamed) if (record.kind === 'key') console.log(record.key); // copy:k
 * ```
 */
export function renameKeys<R extends AnyRecord>(
  name: (key: KeyOf<R>, db: number) => NameFor<KeyOf<R>>,
): TransformObject<R, R> {
  if (typeof name !== 'function')
    throw invalidArgument(`expected a function that gives names, found ${describe(name)}`);
  return new Renamer(name as unknown as Rename) as unknown as TransformObject<R, R>;
}

/**
 * `renameKeys` for names that begin alike: the prefix `from` becomes `to`. Names without the prefix stay; an empty
 * `from` puts `to` before every name.
 *
 * @param from bytes or text; text stands for its UTF-8 where keys are bytes
 * @throws RedisFileError `INVALID_ARGUMENT` at once for what is no string; while iterating, for a prefix in bytes where keys are text
 *
 * @example
 * ```ts
 * import { pipe, readRdb, renamePrefix } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const renamed = pipe(readRdb(dump, { strings: 'utf8' }), renamePrefix('k', 'key'));
 * for await (const record of renamed) if (record.kind === 'key') console.log(record.key); // key
 * ```
 */
export function renamePrefix<R extends AnyRecord>(
  from: string | Uint8Array,
  to: string | Uint8Array,
): TransformObject<R, R> {
  const old = stringBytes(from, 'utf8').slice();
  const fresh = stringBytes(to, 'utf8').slice();
  const rename: Rename = (key) => {
    if (typeof key !== 'string') return replacePrefix(key, old, fresh);
    if (typeof from !== 'string' || typeof to !== 'string') {
      throw new RedisFileError('INVALID_ARGUMENT', 'prefixes must be text where keys are read as text');
    }
    return key.startsWith(from) ? to + key.slice(from.length) : key;
  };
  return new Renamer(rename) as unknown as TransformObject<R, R>;
}

type Rename = (key: AnyString, db: number) => Uint8Array | string;

/** State between batches: the name of the key at hand, whose pieces carry it all. */
class Renamer implements TransformObject<LooseRecord> {
  readonly #rename: Rename;
  readonly #changer = new KeyChanger();
  /** Undefined where the key keeps its name. */
  #name: AnyString | undefined;

  constructor(rename: Rename) {
    this.#rename = rename;
  }

  fresh(): Renamer {
    return new Renamer(this.#rename);
  }

  push(batch: LooseRecord[]): LooseRecord[] {
    const made: LooseRecord[] = [];
    for (const record of batch) {
      const changed = this.#take(record);
      if (changed !== undefined) made.push(changed);
    }
    return made;
  }

  #take(record: LooseRecord): LooseRecord | undefined {
    switch (record.kind) {
      case 'key':
      case 'keyBegin':
        this.#name = this.#newName(record.key, record.db);
        break;
      case 'keyItems':
      case 'itemBytes':
      case 'keyEnd':
        break;
      case 'keyJournal':
        if (this.#newName(record.key, record.db) === undefined) return record;
        throw new RedisFileError(
          'INVALID_ARGUMENT',
          'a key of which only commands are known cannot be renamed, as they hold its name',
        );
      case 'slotInfo':
        return undefined;
      default:
        return record;
    }
    return this.#name === undefined ? record : this.#changer.change(record, { key: this.#name });
  }

  /** The new name of a key, in the form of the old one; undefined where it stays. */
  #newName(key: AnyString, db: number): AnyString | undefined {
    const name = this.#rename(key, db);
    if (typeof name === 'string' ? typeof key !== 'string' : typeof key === 'string' || !(name instanceof Uint8Array)) {
      const wanted = typeof key === 'string' ? 'text' : 'a Uint8Array';
      throw new RedisFileError('INVALID_ARGUMENT', `a new name must be ${wanted}, as the old one is`);
    }
    if (typeof name === 'string') return name === key ? undefined : name;
    return isEqual(name, key as Uint8Array) ? undefined : (name as Uint8Array<ArrayBuffer>);
  }
}

function replacePrefix(key: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  if (key.length < from.length || !isEqual(key.subarray(0, from.length), from)) return key;
  const name = new Uint8Array(to.length + key.length - from.length);
  name.set(to);
  name.set(key.subarray(from.length), to.length);
  return name;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
