import { RedisFileError } from '../errors.ts';

/** Whose rules a log is replayed by. */
export interface Profile {
  family: 'redis' | 'valkey';
  /** Major and minor release as one number: 7.4 is 704, 8.10 is 810. */
  release: number;
  /** The third number, where it is known. */
  patch?: number | undefined;
}

/** For a log that does not say who wrote it. */
export const NEWEST: Profile = { family: 'redis', release: 810 };

/**
 * Reads `redis:7.4`, `valkey:8.0`, `7.0.15`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no such name
 */
export function parseProfile(text: string): Profile {
  const match = /^(?:(redis|valkey):)?(\d{1,2})\.(\d{1,2})(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    throw new RedisFileError(
      'INVALID_ARGUMENT',
      `sourceVersion must be like "redis:7.4" or "valkey:8.0", found ${JSON.stringify(text)}`,
    );
  }
  const [, family, ...numbers] = match;
  return { family: family === 'valkey' ? 'valkey' : 'redis', ...releaseOf(numbers) };
}

/** What an aux field of a preamble says of its writer; undefined where it says nothing. */
export function profileOf(name: string, value: string): Profile | undefined {
  // A fork of Valkey says `kv-ver`.
  if (name !== 'redis-ver' && name !== 'valkey-ver' && name !== 'kv-ver') return undefined;
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(value);
  if (match === null || match[1] === '255') return undefined;
  return { family: name === 'redis-ver' ? 'redis' : 'valkey', ...releaseOf(match.slice(1)) };
}

function releaseOf([major, minor, patch]: readonly (string | undefined)[]): Pick<Profile, 'release' | 'patch'> {
  return { release: Number(major) * 100 + Number(minor), patch: patch === undefined ? undefined : Number(patch) };
}

/** For what both have: up to 7.2 they are the same, and numbers above were given to Valkey alone. */
export function atLeast(profile: Profile, release: number): boolean {
  return profile.release >= release;
}

/** For what came to Redis behind 7.2, from where Valkey went its own way. */
export function sinceRedis(profile: Profile, release: number): boolean {
  return profile.family === 'redis' && profile.release >= release;
}

/** A version as text, `redis:7.4`. */
export function profileName({ family, release }: Profile): string {
  return `${family}:${Math.floor(release / 100)}.${release % 100}`;
}
