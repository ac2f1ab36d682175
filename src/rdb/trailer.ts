import type { Crc64 } from '../crc64/index.ts';
import type { ValueContext } from './context.ts';
import type { EofRecord } from './records.ts';

/**
 * The eight bytes behind the end mark, from version 5 on (redis: src/rdb.c, rdbLoadRioWithLoadingCtx): the CRC64 of
 * everything before them, or zero for none.
 *
 * @param crc of what was read, or undefined where that was not asked for
 * @throws RedisFileError `CHECKSUM_MISMATCH`
 */
export function readTrailer(c: ValueContext, crc: Crc64 | undefined): EofRecord['checksum'] {
  const lo = c.r.u32le();
  const hi = c.r.u32le();
  if (crc === undefined) return 'ignored';
  if (lo === 0 && hi === 0) return 'absent';
  if (lo === crc.lo && hi === crc.hi) return 'verified';
  throw c.fail(
    'CHECKSUM_MISMATCH',
    `the file says its CRC64 is ${hex(hi)}${hex(lo)}, its bytes give ${hex(crc.hi)}${hex(crc.lo)}`,
  );
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
