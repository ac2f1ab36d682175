import { checkObject } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';

/** Up to where values are packed, by the names of redis.conf; those of older versions mean the same. */
export type ThresholdName =
  | 'hash-max-listpack-entries'
  | 'hash-max-listpack-value'
  | 'hash-max-ziplist-entries'
  | 'hash-max-ziplist-value'
  | 'hash-max-zipmap-entries'
  | 'hash-max-zipmap-value'
  | 'list-max-listpack-size'
  | 'list-max-ziplist-size'
  | 'list-max-ziplist-entries'
  | 'list-max-ziplist-value'
  | 'set-max-intset-entries'
  | 'set-max-listpack-entries'
  | 'set-max-listpack-value'
  | 'zset-max-listpack-entries'
  | 'zset-max-listpack-value'
  | 'zset-max-ziplist-entries'
  | 'zset-max-ziplist-value'
  | 'stream-node-max-bytes'
  | 'stream-node-max-entries';

/** Settings of redis.conf; what is not given is as the server has it by default. */
export type Thresholds = Partial<Record<ThresholdName, number>>;

/** What the settings say. */
export interface PackingLimits {
  hashEntries: number;
  hashValue: number;
  /** Of nodes of lists: -1 to -5, or a number of entries. */
  listSize: number;
  /** Of lists before RDB 7. */
  listEntries: number;
  listValue: number;
  intsetEntries: number;
  setEntries: number;
  setValue: number;
  zsetEntries: number;
  zsetValue: number;
  nodeBytes: number;
  nodeEntries: number;
}

/** The same in every release that has them (redis: src/config.c; redis 2.4: src/redis.h). */
const DEFAULTS: PackingLimits = {
  hashEntries: 512,
  hashValue: 64,
  listSize: -2,
  listEntries: 512,
  listValue: 64,
  intsetEntries: 512,
  setEntries: 128,
  setValue: 64,
  zsetEntries: 128,
  zsetValue: 64,
  nodeBytes: 4096,
  nodeEntries: 100,
};

const MEANING: Readonly<Record<ThresholdName, keyof PackingLimits>> = {
  'hash-max-listpack-entries': 'hashEntries',
  'hash-max-listpack-value': 'hashValue',
  'hash-max-ziplist-entries': 'hashEntries',
  'hash-max-ziplist-value': 'hashValue',
  'hash-max-zipmap-entries': 'hashEntries',
  'hash-max-zipmap-value': 'hashValue',
  'list-max-listpack-size': 'listSize',
  'list-max-ziplist-size': 'listSize',
  'list-max-ziplist-entries': 'listEntries',
  'list-max-ziplist-value': 'listValue',
  'set-max-intset-entries': 'intsetEntries',
  'set-max-listpack-entries': 'setEntries',
  'set-max-listpack-value': 'setValue',
  'zset-max-listpack-entries': 'zsetEntries',
  'zset-max-listpack-value': 'zsetValue',
  'zset-max-ziplist-entries': 'zsetEntries',
  'zset-max-ziplist-value': 'zsetValue',
  'stream-node-max-bytes': 'nodeBytes',
  'stream-node-max-entries': 'nodeEntries',
};

/** Packed values are built in memory, and servers build none above 1 GiB. */
const MOST = 1 << 30;

/** @throws RedisFileError `INVALID_ARGUMENT` for names and values that no server has */
export function packingLimits(given: Thresholds | undefined): PackingLimits {
  if (given !== undefined) checkObject(given, 'thresholds');
  const limits = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given ?? {})) {
    const meaning = MEANING[name as ThresholdName];
    if (meaning === undefined) {
      const known = Object.keys(MEANING).join(', ');
      throw new RedisFileError('INVALID_ARGUMENT', `thresholds has no ${JSON.stringify(name)}, only ${known}`);
    }
    if (value === undefined) continue;
    const least = meaning === 'listSize' ? -5 : 0;
    if (!(Number.isSafeInteger(value) && value >= least && value <= MOST)) {
      throw new RedisFileError(
        'INVALID_ARGUMENT',
        `${name} must be an integer from ${least} to ${MOST}, found ${value}`,
      );
    }
    limits[meaning] = value;
  }
  return limits;
}
