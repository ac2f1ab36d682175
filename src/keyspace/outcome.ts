import type { RedisFileError } from '../errors.ts';
import type { Handler } from './dispatch.ts';
import type { Profile } from './profile.ts';

/** Why a command changed nothing: the error that a server would answer with. The loader goes on, as servers do. */
export type Failure = 'WRONGTYPE' | 'SYNTAX' | 'RANGE' | 'NOT_A_NUMBER' | 'NO_KEY' | 'NO_GROUP' | 'BUSY_KEY' | 'OTHER';

/** What a command does to the dataset. Undefined is success, also where nothing changed. */
export type Outcome = Failure | undefined;

/** What a session needs to be told. */
export interface SessionOptions {
  /** Unix time in ms that relative times count from. */
  now: number;
  profile: Profile;
  /** How many databases there are; a SELECT of any other fails. */
  databases: number;
  /** What cannot be replayed is an error, or is left out. */
  unsupported: 'throw' | 'skip';
  /** Told of what was left out. */
  onSkipped?: (error: RedisFileError) => void;
  /** `hll-sparse-max-bytes` of the server. */
  hllSparseMaxBytes: number;
  /** Scripts by the SHA-1 of their source, in lower case. */
  scripts: Readonly<Record<string, Script>>;
  /** Names of commands of modules besides those that are known, such as `FOO.*`, whose first argument is a key. */
  journal: readonly string[];
}

/**
 * What a command answers to a script: bulk strings are bytes, which the script may keep; integers are numbers, and bigints beyond
 * 2^53; status replies such as `'OK'` are text; nil is null; arrays are arrays.
 */
export type ScriptReply = Uint8Array<ArrayBuffer> | number | bigint | string | null | ScriptReply[];

/**
 * Does what a script does. `call` runs a command, gives its reply, and throws where the command fails; what the script did
 * before stays done. It does all of it before it returns: one that returns a promise ends the replay. Errors of its own come
 * through unchanged.
 *
 * - Commands that read: all of them on strings and bits, apart from LCS and DIGEST; EXISTS, TOUCH, TYPE, TTL, PTTL, EXPIRETIME,
 *   PEXPIRETIME, KEYS, DBSIZE; HGET, HMGET, HGETALL, HKEYS, HVALS, HLEN, HEXISTS, HSTRLEN; LLEN, LINDEX, LRANGE, LPOS; SISMEMBER,
 *   SMISMEMBER, SCARD, SMEMBERS, SINTER, SUNION, SDIFF, SINTERCARD; ZSCORE, ZMSCORE, ZCARD, ZRANK, ZREVRANK, ZCOUNT, ZLEXCOUNT and
 *   all ZRANGE and ZREVRANGE commands; XLEN, XRANGE, XREVRANGE; PUBLISH (0, as nobody listens), PING, ECHO. Any other one, such as
 *   TIME, RANDOMKEY or SCAN, ends the replay with `CANNOT_REPLAY`.
 * - Commands that write give the reply of a server, apart from these, for which `call` gives undefined: INCREX, MSETEX, GEOADD,
 *   HSETEX, HSETC, HPERSIST, HEXPIRE and its kin, LMOVEM, BLMOVEM, XCLAIM, XAUTOCLAIM, XREADGROUP, XNACK, XDELEX, XACKDEL, those on
 *   arrays, those of modules, and what only logs have. SORT and GEORADIUS without STORE, and PFCOUNT of several keys, end the replay.
 * - Commands that no script may call (MULTI, WATCH, EVAL, FUNCTION and their kin, up to 7.0 also those that block) fail.
 *
 * Where the order of a reply is not defined (HGETALL, HKEYS, HVALS, SMEMBERS, SINTER, SUNION, SDIFF, KEYS), it is that of the bytes,
 * and sets of integers ascend, as in servers; up to 6.2 servers sort sets by their bytes for scripts, and so they are here. TTL
 * and PTTL count from `now`, and nothing expires.
 */
export type Script = (
  call: (...argv: (Uint8Array | string | number | bigint)[]) => ScriptReply | undefined,
  keys: Uint8Array[],
  argv: Uint8Array[],
) => void;

/** Thrown by commands whose result cannot be known: see `Session`. Its message continues "the command X ...". */
export class Refusal extends Error {}

/** These are handled by the session itself. */
export const MULTI: Handler = () => undefined;
export const EXEC: Handler = () => undefined;
