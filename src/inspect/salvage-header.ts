import { latin1 } from '../bytes/index.ts';
import { type Family, NEWEST_VALKEY } from '../rdb/index.ts';

const REDIS = 'REDIS';
const VALKEY = 'VALKEY';
/** Bytes of a header. */
export const HEADER: number = 9;
/** The newest version that a server writes. */
const NEWEST = 15;

/** What a damaged header most likely said: its digits count where they make sense, else it is taken for the newest of its family. */
export function guessHeader(bytes: Uint8Array, family: Family | undefined): { family: Family; version: number } {
  const text = latin1(bytes, 0, Math.min(HEADER, bytes.length));
  const version = /\d{3}$/.test(text) ? Number(text.slice(6)) : Number.NaN;
  const valkey = family === undefined ? alike(text, VALKEY) > alike(text, REDIS) : family === 'valkey';
  if (version >= 1 && version <= NEWEST && !valkey) return { family: family ?? 'redis', version };
  if (version >= 80 && version <= NEWEST_VALKEY) return { family: family ?? 'valkey', version };
  return valkey ? { family: 'valkey', version: 80 } : { family: family ?? 'redis', version: NEWEST };
}

/** Characters that are the same at the same place. */
function alike(text: string, magic: string): number {
  return [...magic].filter((character, i) => text[i] === character).length;
}
