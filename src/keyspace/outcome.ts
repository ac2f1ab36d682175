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

/** Does what a script does: `call` runs a command, and throws where that fails. */
export type Script = (
  call: (...argv: (Uint8Array | string | number)[]) => void,
  keys: Uint8Array[],
  argv: Uint8Array[],
) => void;

/** Thrown by commands whose result cannot be known: see `Session`. Its message continues "the command X ...". */
export class Refusal extends Error {}

/** These are handled by the session itself. */
export const MULTI: Handler = () => undefined;
export const EXEC: Handler = () => undefined;
