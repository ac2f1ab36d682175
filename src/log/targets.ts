import { RedisFileError } from '../errors.ts';
import { type Family, findServer, RELEASES, sharesListpacks, TARGETS, takesStored } from '../rdb/index.ts';

export { TARGETS };

/** Since when Redis, and since when Valkey has it; null for never. Valkey began as Redis 7.2. */
type Since = readonly [redis: string | null, valkey: string | null];

/**
 * What not every server from Redis 2.6 on understands. A log for a target has nothing else of what is newer than 2.6:
 * every command and option that the writers of values emit is either of 2.6 or stands here.
 */
const SINCE: Readonly<Record<Feature, Since>> = {
  /** RESTORE .. REPLACE */
  restoreReplace: ['3.0', '7.2'],
  /** HSET with several fields; HMSET before. */
  hsetMany: ['4.0', '7.2'],
  /** RESTORE of values of modules. */
  modules: ['4.0', '7.2'],
  /** RESTORE .. ABSTTL, IDLETIME, FREQ */
  restoreAbsolute: ['5.0', '7.2'],
  /** XADD, XSETID, XGROUP CREATE, XCLAIM, XREADGROUP */
  streams: ['5.0', '7.2'],
  /** SET .. PXAT, EXAT */
  setAt: ['6.2', '7.2'],
  /** XGROUP CREATECONSUMER */
  createConsumer: ['6.2', '7.2'],
  /** FUNCTION LOAD */
  functions: ['7.0', '7.2'],
  /** XSETID .. ENTRIESADDED, MAXDELETEDID; XGROUP CREATE .. ENTRIESREAD */
  streamCounters: ['7.0', '7.2'],
  /** No command, a habit: XCLAIM passes over ids that are no longer in the stream. */
  claimsOnlyLive: ['5.0', '7.2'],
  /** No command, a habit: XSETID refuses an id below that of an entry that was deleted. */
  checksDeletedId: ['7.2', '7.2'],
  /** HPEXPIREAT, HEXPIREAT */
  fieldExpiry: ['7.4', '9.0'],
  /** HSETEX */
  hsetex: ['8.0', '9.0'],
  /** JSON.SET without a module of its own. */
  json: ['8.0', null],
  /** MSETEX */
  msetex: ['8.4', '9.1'],
  /** No command, a habit: XGROUP CREATE lowers ENTRIESREAD to the number of entries added. */
  clampsEntriesRead: ['8.4', null],
  /** Metadata of modules in payloads of RESTORE. */
  keyMeta: ['8.6', null],
  /** XCFGSET */
  idmp: ['8.6', null],
  /** XIDMPRECORD */
  idmpRecord: ['8.6.2', null],
  /** XNACK */
  xnack: ['8.8', null],
  /** ARSET, ARMSET, ARSEEK */
  arrays: ['8.8', null],
  /** GCRASETVALUE, in builds that have it. */
  gcra: ['8.8', null],
};

/** What a target may lack; `SINCE` says what each is. */
export type Feature =
  | 'restoreReplace'
  | 'hsetMany'
  | 'modules'
  | 'restoreAbsolute'
  | 'streams'
  | 'setAt'
  | 'createConsumer'
  | 'functions'
  | 'streamCounters'
  | 'claimsOnlyLive'
  | 'checksDeletedId'
  | 'fieldExpiry'
  | 'hsetex'
  | 'json'
  | 'msetex'
  | 'clampsEntriesRead'
  | 'keyMeta'
  | 'idmp'
  | 'idmpRecord'
  | 'xnack'
  | 'arrays'
  | 'gcra';

/** A server that commands are made for. */
export interface Target extends Readonly<Record<Feature, boolean>> {
  /** `redis:7.0`, for example. */
  readonly name: string;
  readonly family: 'redis' | 'valkey';
  /** `7.0` or `7.0.15`. */
  readonly version: string;
  /** Version of the payloads that RESTORE takes. */
  readonly rdb: number;
}

const LAST_PATCH = 999;

/** A version as one number; each part is below 1000. */
function order(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return (major * 1000 + minor) * 1000 + patch;
}

function makeTarget(family: 'redis' | 'valkey', version: string, rdb: number): Target {
  const at = order(version);
  const features = Object.entries(SINCE).map(([feature, since]) => {
    const first = since[family === 'redis' ? 0 : 1];
    return [feature, first !== null && order(first) <= at];
  });
  const has = Object.fromEntries(features) as Record<Feature, boolean>;
  return { name: `${family}:${version}`, family, version, rdb, ...has };
}

/**
 * The target that a name means.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for names that `TARGETS` does not have
 */
export function parseTarget(name: string): Target {
  const server = typeof name === 'string' ? findServer(name) : undefined;
  if (server === undefined) {
    throw new RedisFileError(
      'INVALID_ARGUMENT',
      `target must be one of ${TARGETS.join(', ')}, found ${JSON.stringify(name)}`,
    );
  }
  return makeTarget(server.family, server.version, server.rdb);
}

/**
 * The target for who names none: the server that wrote the file, which takes all that is in it.
 *
 * @param rdb RDB version of the file
 * @param written what its aux field `redis-ver` or `valkey-ver` says; builds between releases say 255.255.255
 */
export function targetOfWriter(server: 'redis' | 'valkey', rdb: number, written: string | undefined): Target {
  const releases = RELEASES[server];
  const first = releases.findIndex((release) => release[1] >= rdb);
  const least = first < 0 ? releases.length - 1 : first;
  const known = /^\d{1,2}\.\d{1,2}(\.\d{1,3})?$/.test(written ?? '') ? order(written!) : 0;
  const said = releases.findLastIndex(([version]) => order(version) <= known);
  const release = releases[Math.max(said, least)]!;
  // A patch release may have what the first of its line had not; where it is not told, it may be any.
  const told = said >= least && written!.startsWith(`${release[0]}.`);
  return {
    ...makeTarget(server, told ? written! : `${release[0]}.${LAST_PATCH}`, release[1]),
    name: `${server}:${release[0]}`,
  };
}

/**
 * The target for records of unknown origin, a replayed log for example: the forms of Redis 7.0, and for what 7.0 does
 * not have the oldest form that holds it.
 */
export function targetOfNobody(): Target {
  return {
    ...parseTarget('redis:7.0'),
    fieldExpiry: true,
    clampsEntriesRead: true,
    keyMeta: true,
    idmp: true,
    idmpRecord: true,
    xnack: true,
    arrays: true,
    gcra: true,
  };
}

/** Whether RESTORE on the target takes a value as a file holds it. */
export function restores(target: Target, typeId: number, family: Family, version: number): boolean {
  return takesStored(target, typeId, family, version) && sharesListpacks(target, typeId, family, version);
}
