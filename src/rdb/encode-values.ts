import { ListpackBuilder, type PackedBuilder, ZiplistBuilder, ZipmapBuilder } from '../encodings/index.ts';
import type { EncodeContext } from './encode-context.ts';
import type { ScanFrame } from './handler.ts';
import { ModuleWriter } from './modules/writer.ts';
import { ArrayWriter } from './values/array-writer.ts';
import { GcraWriter } from './values/gcra.ts';
import { HashWriter } from './values/hash-writer.ts';
import { ListWriter, QuicklistWriter } from './values/list-writer.ts';
import { SetWriter } from './values/set.ts';
import { StreamWriter } from './values/stream-writer.ts';
import { StringWriter } from './values/string.ts';
import { NOTHING, type ValueWriter } from './values/writer.ts';
import { ZsetWriter } from './values/zset-writer.ts';

/** First versions of types that not every file has. */
const QUICKLIST_SINCE = 7;
const MODULES_SINCE = 8;
const STREAMS_SINCE = 9;
const ARRAYS_SINCE = 14;
/** Builds of 14 with rate limiters, under another number, were never released. */
const RATE_LIMITERS_SINCE = 15;

/** Versions whose hashes are ziplists, and those whose blobs are listpacks. */
const ZIPLIST_HASH_SINCE = 4;
const LISTPACK_SINCE = 10;
/** Before it ziplists have integers of 16, 32 and 64 bits only. */
const SHORT_INTEGERS_SINCE = 6;

/** A writer for each type, for one target. Blobs of all types are built in one place, one after the other. */
export class ValueWriters {
  readonly string: StringWriter;
  readonly list: ListWriter;
  readonly quicklist: QuicklistWriter;
  readonly set: SetWriter;
  readonly zset: ZsetWriter;
  readonly hash: HashWriter;
  readonly stream: StreamWriter;
  readonly array: ArrayWriter;
  readonly module: ModuleWriter;
  readonly gcra: GcraWriter;
  readonly #rdb: number;
  readonly #family: 'redis' | 'valkey';

  constructor(c: EncodeContext, shortBacklen: boolean) {
    const { rdb, family } = c.target;
    this.#rdb = rdb;
    this.#family = family;
    const listpack = new ListpackBuilder(shortBacklen);
    const ziplist = new ZiplistBuilder(rdb < SHORT_INTEGERS_SINCE);
    const packed: PackedBuilder = rdb >= LISTPACK_SINCE ? listpack : ziplist;
    this.string = new StringWriter(c);
    this.list = new ListWriter(c, ziplist);
    this.quicklist = new QuicklistWriter(c, shortBacklen);
    this.set = new SetWriter(c, listpack);
    this.zset = new ZsetWriter(c, packed);
    const map = rdb < ZIPLIST_HASH_SINCE ? new ZipmapBuilder() : packed;
    this.hash = new HashWriter(c, map, new ListpackBuilder(shortBacklen));
    this.stream = new StreamWriter(c, shortBacklen);
    this.array = new ArrayWriter(c);
    this.module = new ModuleWriter(c);
    this.gcra = new GcraWriter(c);
  }

  /** The writer of a key's value; undefined where the target has no such type. */
  of({ type, encoding }: ScanFrame): ValueWriter | undefined {
    switch (type) {
      case 'string':
        return this.string;
      case 'list':
        return this.#rdb >= QUICKLIST_SINCE ? this.quicklist : this.list;
      case 'set':
        return this.set;
      case 'zset':
        return this.zset;
      case 'hash':
        return encoding === 'pathhash' ? undefined : this.hash;
      case 'stream':
        return this.#rdb >= STREAMS_SINCE ? this.stream : undefined;
      case 'module':
        return this.#rdb >= MODULES_SINCE ? this.module : undefined;
      case 'array':
        return this.#family === 'redis' && this.#rdb >= ARRAYS_SINCE ? this.array : undefined;
      case 'gcra':
        return this.#family === 'redis' && this.#rdb >= RATE_LIMITERS_SINCE ? GCRA_STRINGS : undefined;
      default:
        return undefined;
    }
  }

  /** The value comes as so many nodes. */
  nodes(value: ValueWriter, count: number): void {
    if (value === this.quicklist) this.quicklist.nodes(count);
    else if (value === this.stream) this.stream.nodes(count);
  }
}

/** A rate limiter has no strings; its number comes by an event of its own. */
const GCRA_STRINGS: ValueWriter = { ...NOTHING };
