import { RedisFileError } from '../errors.ts';
import { isOldJson } from './profiles.ts';
import type { Family } from './records.ts';

/** A server that files or commands are made for. */
export interface Server {
  readonly family: 'redis' | 'valkey';
  /** `7.0` or `7.0.15`. */
  readonly version: string;
  /** Version of the files that it writes. */
  readonly rdb: number;
}

/** Releases, oldest first, with the RDB version that they write. Only versions that stand here are targets. */
export const RELEASES: Readonly<Record<'redis' | 'valkey', readonly (readonly [version: string, rdb: number])[]>> = {
  redis: [
    ['2.6', 6],
    ['2.8', 6],
    ['3.0', 6],
    ['3.2', 7],
    ['4.0', 8],
    ['5.0', 9],
    ['6.0', 9],
    ['6.2', 9],
    ['7.0', 10],
    ['7.2', 11],
    ['7.4', 12],
    ['8.0', 12],
    ['8.2', 12],
    ['8.4', 12],
    ['8.6', 13],
    ['8.8', 14],
    ['8.10', 15],
  ],
  valkey: [
    ['7.2', 11],
    ['8.0', 11],
    ['8.1', 11],
    ['9.0', 80],
    ['9.1', 80],
  ],
};

/** Names that `target` may have; a patch release may stand behind them (`redis:8.6.2`), 0 where it does not. */
export const TARGETS: readonly string[] = /* @__PURE__ */ Object.entries(RELEASES).flatMap(([family, releases]) =>
  releases.map(([version]) => `${family}:${version}`),
);

/** The server that a name means; undefined for names that `TARGETS` does not have. */
export function findServer(name: string): Server | undefined {
  const match = /^(redis|valkey):(\d+\.\d+)(\.\d{1,3})?$/.exec(name);
  const family = match?.[1] as 'redis' | 'valkey' | undefined;
  const release = family && RELEASES[family].find(([version]) => version === match?.[2]);
  if (family === undefined || release === undefined) return undefined;
  return { family, version: release[0] + (match?.[3] ?? ''), rdb: release[1] };
}

/** Who a file is written for, and what that server writes. */
export interface RdbTarget extends Server {
  /** `redis:7.0` or `rdb:10`, for messages. */
  readonly name: string;
}

/** The oldest and the newest versions that may be written by their number. */
const OLDEST = 6;
const NEWEST = 15;
const NEWEST_VALKEY_WRITTEN = 80;

/** The newest format that servers of both families load. */
const COMMON = 11;

/**
 * The target that a name means: a server, or `rdb:N`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for other names
 */
export function parseRdbTarget(name: string): RdbTarget {
  const server = typeof name === 'string' ? findServer(name) : undefined;
  if (server !== undefined) return { name, ...server };
  const number = Number(/^rdb:(\d{1,2})$/.exec(name)?.[1]);
  if ((number >= OLDEST && number <= NEWEST) || number === NEWEST_VALKEY_WRITTEN) return targetOfVersion(number);
  throw new RedisFileError(
    'INVALID_ARGUMENT',
    `target must be one of ${TARGETS.join(', ')}, rdb:${OLDEST} to rdb:${NEWEST}, rdb:80, found ${JSON.stringify(name)}`,
  );
}

/** The target of a version: the oldest server that writes it, or would. */
export function targetOfVersion(rdb: number): RdbTarget {
  const family = rdb >= NEWEST_VALKEY_WRITTEN ? 'valkey' : 'redis';
  const release = RELEASES[family].find((one) => one[1] >= rdb) ?? RELEASES[family].at(-1)!;
  return { name: `rdb:${rdb}`, family, version: release[0], rdb };
}

/** The target for who names none: what the header of the source says, as far as it can be written. */
export function targetOfHeader(family: Family, version: number): RdbTarget {
  if (family === 'valkey') return { ...targetOfVersion(NEWEST_VALKEY_WRITTEN), rdb: version, name: `rdb:${version}` };
  return targetOfVersion(Math.min(Math.max(version, 1), NEWEST));
}

/** The target for values of unknown origin. */
export function commonTarget(): RdbTarget {
  return targetOfVersion(COMMON);
}

/** First RDB version that has a value type; those that only files may hold are left out (6, 30, 32). */
const FIRST_RDB: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 1,
  3: 1,
  4: 1,
  5: 8,
  7: 8,
  9: 2,
  10: 2,
  11: 2,
  12: 2,
  13: 6,
  14: 7,
  15: 9,
  16: 10,
  17: 10,
  18: 10,
  19: 10,
  20: 11,
  21: 11,
};

/** Value types from 22 on, which mean something else in files of each family. */
const FIRST_RDB_OF_FAMILY: Readonly<Record<Family, Readonly<Record<number, number>>>> = {
  redis: { 24: 12, 25: 12, 26: 13, 27: 14, 28: 14, 29: 15, 31: 15, 33: 15 },
  valkey: { 22: 80, 23: 81 },
  dragonfly: {},
};

/** Whether a target takes a value as a file holds it. */
export function takesStored(
  target: Pick<Server, 'family' | 'rdb'>,
  typeId: number,
  family: Family,
  version: number,
): boolean {
  // RDB 0 has other lengths; type 29 of RDB 14 is another type than that of 15.
  if (version === 0 || (typeId >= 29 && version < 15) || isOldJson(typeId, family, version)) return false;
  const common = FIRST_RDB[typeId];
  if (common !== undefined) return common <= target.rdb;
  const first = family === target.family ? FIRST_RDB_OF_FAMILY[family][typeId] : undefined;
  return first !== undefined && first <= target.rdb;
}

const VECTOR_SETS_SINCE = 12;

/** Whether a target has vector sets, which are a part of Redis from 8.0 on: files of 7.4 have the same version, and no vector sets. */
export function hasVectorSets({ family, rdb, version }: Server): boolean {
  return family === 'redis' && rdb >= VECTOR_SETS_SINCE && !version.startsWith('7.');
}

/** Listpacks of RDB 14 differ in the size of one entry in a million, see `encodings/listpack.ts`. */
const SHORT_BACKLEN_SINCE = 14;
/** Values without listpacks in them, which can be copied across that border. */
const WITHOUT_LISTPACKS: ReadonlySet<number> = /* @__PURE__ */ new Set([
  0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 24,
]);

/** Whether listpacks are those that Redis writes since RDB 14. */
export function hasShortBacklens(family: Family, version: number): boolean {
  return family === 'redis' && version >= SHORT_BACKLEN_SINCE;
}

/** Whether what a value has of listpacks is the same for a target, so that it can be copied unread. */
export function sharesListpacks(
  { family, rdb }: Pick<Server, 'family' | 'rdb'>,
  typeId: number,
  from: Family,
  version: number,
): boolean {
  return WITHOUT_LISTPACKS.has(typeId) || hasShortBacklens(from, version) === hasShortBacklens(family, rdb);
}
