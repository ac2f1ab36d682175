import { intset, listpack, ziplist, zipmap } from '../encodings/index.ts';
import type { ValueReader } from './context.ts';
import { ModuleReader, PreGaModuleReader } from './modules/parts.ts';
import type { Encoding, Family, KeyType } from './records.ts';
import { ArrayReader } from './values/array.ts';
import { SbfReader } from './values/dragonfly.ts';
import { GcraReader } from './values/gcra.ts';
import { PathHashReader, TimedEntries, TtlItemsReader, TtlListpackHead } from './values/hash.ts';
import { ItemsReader } from './values/items.ts';
import { CronReader } from './values/keydb.ts';
import { QuicklistReader } from './values/list.ts';
import { PackedReader, PlainEntries } from './values/packed.ts';
import { StreamReader } from './values/stream.ts';
import { StringReader } from './values/string.ts';
import { TemplateHashReader } from './values/template.ts';
import { ScoredEntries, ZsetReader } from './values/zset.ts';

/** Newest versions whose every byte is known. RDB 16 has the layouts of 15. */
export const NEWEST_REDIS = 16;
export const NEWEST_VALKEY = 81;
/** Versions from here on are Valkey's. */
export const OLDEST_VALKEY = 80;

/** The last version before Redis and Valkey went apart. */
const LAST_COMMON = 11;

/** Dragonfly's JSON in files of its first releases, by the header below this version. */
const OLD_JSON = 20;
const OWN_JSON_SINCE = 10;

/** What a type byte means. */
export interface TypeInfo {
  readonly type: KeyType;
  /** For strings it depends on the value. */
  readonly encoding: Encoding;
  readonly reader: () => ValueReader;
}

const type = (type: KeyType, encoding: Encoding, reader: () => ValueReader): TypeInfo => ({ type, encoding, reader });

/** Value types that mean the same in every file (redis: src/rdb.h, RDB_TYPE_*). */
const COMMON: Readonly<Record<number, TypeInfo>> = {
  0: type('string', 'raw', () => new StringReader()),
  1: type('list', 'linkedlist', () => new ItemsReader(1)),
  2: type('set', 'hashtable', () => new ItemsReader(1)),
  3: type('zset', 'skiplist', () => new ZsetReader(true)),
  4: type('hash', 'hashtable', () => new ItemsReader(2)),
  5: type('zset', 'skiplist', () => new ZsetReader(false)),
  6: type('module', 'module', () => new PreGaModuleReader()),
  7: type('module', 'module', () => new ModuleReader()),
  9: type('hash', 'zipmap', () => new PackedReader(zipmap, new PlainEntries(2))),
  10: type('list', 'ziplist', () => new PackedReader(ziplist, new PlainEntries(1))),
  11: type('set', 'intset', () => new PackedReader(intset, new PlainEntries(1))),
  12: type('zset', 'ziplist', () => new PackedReader(ziplist, new ScoredEntries())),
  13: type('hash', 'ziplist', () => new PackedReader(ziplist, new PlainEntries(2))),
  14: type('list', 'quicklist', () => new QuicklistReader(1)),
  15: type('stream', 'stream', () => new StreamReader(1)),
  16: type('hash', 'listpack', () => new PackedReader(listpack, new PlainEntries(2))),
  17: type('zset', 'listpack', () => new PackedReader(listpack, new ScoredEntries())),
  18: type('list', 'quicklist', () => new QuicklistReader(2)),
  19: type('stream', 'stream', () => new StreamReader(2)),
  20: type('set', 'listpack', () => new PackedReader(listpack, new PlainEntries(1))),
  21: type('stream', 'stream', () => new StreamReader(3)),
};

const GCRA = type('gcra', 'int', () => new GcraReader());

/** Up to RDB 11 Redis and Valkey are the same; KeyDB has one type of its own. */
const BEFORE_SPLIT: Readonly<Record<number, TypeInfo>> = {
  ...COMMON,
  64: type('cron', 'cron', () => new CronReader()),
};

/** Redis from 7.4 on. */
const REDIS: Readonly<Record<number, TypeInfo>> = {
  ...COMMON,
  22: type('hash', 'hashtable', () => new TtlItemsReader('absolute', 2)),
  23: type('hash', 'listpackex', () => new PackedReader(listpack, new TimedEntries())),
  24: type('hash', 'hashtable', () => new TtlItemsReader('relative', 2)),
  25: type('hash', 'listpackex', () => new TtlListpackHead(new PackedReader(listpack, new TimedEntries()))),
  26: type('stream', 'stream', () => new StreamReader(4)),
  27: type('stream', 'stream', () => new StreamReader(5)),
  28: type('array', 'array', () => new ArrayReader()),
};

/** RDB 14 of builds with rate limiters. */
const REDIS_14: Readonly<Record<number, TypeInfo>> = { ...REDIS, 29: GCRA };

/** RDB 15: hashes that share their field names, and the rate limiter under another number. */
const REDIS_15: Readonly<Record<number, TypeInfo>> = {
  ...REDIS,
  29: type('hash', 'listpack', () => new TemplateHashReader('inline', 'listpack')),
  30: type('hash', 'listpack', () => new TemplateHashReader('reference', 'listpack')),
  31: type('hash', 'template', () => new TemplateHashReader('inline', 'strings')),
  32: type('hash', 'template', () => new TemplateHashReader('reference', 'strings')),
  33: GCRA,
};

const VALKEY: Readonly<Record<number, TypeInfo>> = {
  ...COMMON,
  22: type('hash', 'hashtable', () => new TtlItemsReader('after', 2)),
  23: type('hash', 'pathhash', () => new PathHashReader()),
};

const JSON_TEXT = type('json', 'raw', () => new StringReader());

/** Dragonfly (dragonfly: src/server/rdb_extensions.h). */
const DRAGONFLY: Readonly<Record<number, TypeInfo>> = {
  ...COMMON,
  30: JSON_TEXT,
  31: type('hash', 'hashtable', () => new TtlItemsReader('seconds', 2)),
  32: type('set', 'hashtable', () => new TtlItemsReader('seconds', 1)),
  33: type('sbf', 'raw', () => new SbfReader(1)),
  34: type('sbf', 'raw', () => new SbfReader(2)),
};

/** Before RDB 10 Dragonfly had JSON under the number that Redis took for sets later. */
const DRAGONFLY_9: Readonly<Record<number, TypeInfo>> = { ...DRAGONFLY, [OLD_JSON]: JSON_TEXT };

/** Whether a value is JSON under the number that means a set elsewhere. */
export function isOldJson(typeId: number, family: Family, version: number): boolean {
  return typeId === OLD_JSON && family === 'dragonfly' && version < OWN_JSON_SINCE;
}

/** What the type bytes of a file mean. */
export function typesOf(family: Family, version: number): Readonly<Record<number, TypeInfo>> {
  if (family === 'valkey') return VALKEY;
  if (family === 'dragonfly') return version < OWN_JSON_SINCE ? DRAGONFLY_9 : DRAGONFLY;
  if (version >= 15) return REDIS_15;
  if (version === 14) return REDIS_14;
  return version > LAST_COMMON ? REDIS : BEFORE_SPLIT;
}

/** The family that a version number belongs to. */
export function familyOf(version: number): Family {
  return version >= OLDEST_VALKEY ? 'valkey' : 'redis';
}

/** Whether every byte of such a file is known. */
export function isKnownVersion(family: Family, version: number): boolean {
  return family === 'valkey' ? version <= NEWEST_VALKEY : version <= NEWEST_REDIS;
}
