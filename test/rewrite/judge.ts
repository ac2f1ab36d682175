/** The verdict on one log: is our replay of it, and our rewrite, what a server makes of it? */
import {
  AofParser,
  type RdbRecord,
  RedisFileError,
  type ReplayOptions,
  readAof,
  replay,
  rewriteAof,
  toCommands,
  writeAof,
} from '../../src/index.ts';
import { type Account, accountOfRecords } from '../helpers/account.ts';
import { type AccountComparison, compareAccounts } from '../helpers/compare-accounts.ts';
import type { Loaded, Loader } from './servers.ts';

export interface JudgeOptions {
  /** Times of the log count from its load. */
  relative?: boolean;
  /** Scores that are distances are in the log. */
  distances?: boolean;
  /** Compare the size of our rewrite with that of the server's. */
  size?: boolean;
  /** Scripts that the log calls. */
  scripts?: ReplayOptions['scripts'];
}

/** What of a server's rewrite is not in it, so that ours may be longer: pending entries of entries that are gone. */
function serverLoses(account: Account): boolean {
  for (const { type, value } of account.keys.values()) {
    if (type !== 'stream' || typeof value !== 'object' || Array.isArray(value) || !('lastId' in value)) continue;
    const ids = new Set(value.entries.map(([id]) => id));
    for (const group of value.groups ?? []) if (group.pending.some(({ id }) => !ids.has(id))) return true;
  }
  return false;
}

/** Up to here a server packs a sorted set that ZADD builds, and a packed one has no -0. */
const MOST_PACKED = 128;
const LONGEST_PACKED = 64;

/**
 * No log that is as short as ours keeps this -0: its set was large, or was sorted, and is small now, so that the server still
 * holds it unpacked.
 */
function losesZero(records: readonly RdbRecord[]): boolean {
  return records.some((record) => {
    if (record.kind !== 'key' || record.type !== 'zset') return false;
    const others = record.value.filter(({ score }) => !Object.is(score, -0));
    if (others.length === record.value.length || others.length > MOST_PACKED) return false;
    return !others.some(({ member }) => member.length > LONGEST_PACKED);
  });
}

/** A server takes this time for none when it rewrites, and removes the key later all the same. */
function hasOddTime(records: readonly RdbRecord[]): boolean {
  return records.some((record) => record.kind === 'key' && record.expiresAt === -1);
}

export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** How logs of a server of 7.0 with sixteen databases are replayed. */
export const SEVEN = { sourceVersion: 'redis:7.0', databases: 16 } as const;

/** Our rewrite of a log of 7.0 for 7.0. */
function rewritten(log: Uint8Array, options: ReplayOptions): Promise<Buffer> {
  return joined(writeAof(rewriteAof(log, { ...options, large: 'pieces', target: 'redis:7.0' })));
}

/** Why a replay may refuse a command that random logs have: what a server makes of it is random, too. */
const REFUSED = [
  'takes members between two others from a large set with different scores',
  'changes registers whose run is cut off',
];

/** A log without the command at an offset. */
function without(log: Uint8Array, offset: number): Buffer {
  const end = new AofParser()
    .push(log as never)
    .find((record) => record.kind === 'command' && record.offset === offset);
  const next = end?.kind === 'command' ? end.end : undefined;
  if (next === undefined) throw new Error(`no command at byte ${offset}`);
  return Buffer.concat([log.subarray(0, offset), log.subarray(next)]);
}

/** How far the clocks of a load and of a replay may be from each other. */
const SLACK_MS = 20_000;

/**
 * @returns what is wrong, the first thing only, as a sentence that begins with where; undefined where nothing is
 * @throws where the server does not load the log itself
 */
export async function judge(loader: Loader, log: Uint8Array, options: JudgeOptions = {}): Promise<string | undefined> {
  const expected = await loader.load(log);
  const size = options.size ? await loader.rewrittenSize() : undefined;
  const replaying: ReplayOptions = { ...SEVEN, now: Date.now(), scripts: options.scripts ?? {} };
  const comparison: AccountComparison = {
    slack: options.relative ? SLACK_MS : 0,
    scoreSlack: options.distances ? 1e-12 : undefined,
  };
  const wrong = (where: string, differences: string[]): string | undefined =>
    differences.length === 0 ? undefined : `${where}: ${differences.join('\n  ')}`;

  let ours: Buffer;
  const records: RdbRecord[] = [];
  try {
    for await (const record of replay(readAof(log, { databases: 16 }), replaying)) records.push(record);
    const differences = compareAccounts(await accountOfRecords(records), expected.account, comparison);
    if (differences.length > 0) return wrong('replay', differences);
    ours = await joined(writeAof(toCommands(records, { target: 'redis:7.0' })));
    if (!ours.equals(await rewritten(log, replaying))) return 'rewrite: rewriteAof and toCommands(replay) differ';
    if (!losesZero(records) && !ours.equals(await rewritten(ours, replaying)))
      return 'rewrite: rewriting the rewritten log changes it';
  } catch (error) {
    const message = (error as Error).message;
    const offset = RedisFileError.is(error) ? error.offset : undefined;
    if (offset !== undefined && REFUSED.some((reason) => message.includes(reason))) {
      return await judge(loader, without(log, offset), options);
    }
    return `replay: throws ${message}`;
  }

  let again: Loaded;
  try {
    again = await loader.load(ours);
  } catch (error) {
    return `rewrite: ${(error as Error).message}`;
  }
  const differences = compareAccounts(again.account, expected.account, comparison);
  if (differences.length > 0) return wrong('rewrite', differences);
  if (!options.distances && !losesZero(records) && again.digest !== expected.digest)
    return 'rewrite: the digests differ';
  if (size !== undefined && ours.length > size && !serverLoses(expected.account) && !hasOddTime(records)) {
    return `size: ${ours.length} bytes, where the server's own rewrite has ${size}`;
  }
  return undefined;
}
