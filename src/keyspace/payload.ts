import { crc64 } from '../crc64/index.ts';
import { findServer } from '../rdb/index.ts';
import { type Profile, profileName, sinceRedis } from './profile.ts';

/** Bytes of version and checksum behind a payload of RESTORE and FUNCTION RESTORE. */
export const FOOTER = 10;

/** Valkey began with the RDB version 11, and has counted from 80 on since its own first one. */
const VALKEY_SHARED = 11;
const VALKEY_OWN = 80;

/** A checksum of zero counts as none from this release of Redis on. */
const NO_CHECKSUM = 800;

/**
 * The RDB version of a payload; undefined where a server refuses it (redis: src/cluster.c, verifyDumpPayload): a wrong checksum, or
 * a version above its own.
 */
export function payloadVersion(profile: Profile, payload: Uint8Array): number | undefined {
  if (payload.length < FOOTER) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const version = view.getUint16(payload.length - FOOTER, true);
  const newest = findServer(profileName(profile))?.rdb ?? Number.POSITIVE_INFINITY;
  if (version > newest) return undefined;
  if (profile.family === 'valkey' && version > VALKEY_SHARED && version < VALKEY_OWN) return undefined;
  const stored = view.getBigUint64(payload.length - 8, true);
  if (stored === 0n && sinceRedis(profile, NO_CHECKSUM)) return version;
  return stored === crc64(payload.subarray(0, payload.length - 8)) ? version : undefined;
}
