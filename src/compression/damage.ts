import { RedisFileError } from '../errors.ts';

/**
 * The error for a compressed container that contradicts itself or its own checksums.
 *
 * @param phase what was being read, for example `"LZ4 frame block"`
 * @param offset absolute byte in the compressed input
 * @param message what was expected and what was found
 */
export function corrupt(phase: string, offset: number, message: string): RedisFileError {
  return new RedisFileError('COMPRESSION_CORRUPT', `${phase}: ${message}`, { offset, context: { phase } });
}

/**
 * The error for a compressed container whose bytes end too early.
 *
 * @param phase what was being read
 * @param offset absolute byte in the compressed input at which the bytes end
 */
export function truncated(phase: string, offset: number): RedisFileError {
  return new RedisFileError(
    'UNEXPECTED_EOF',
    `${phase}: the compressed input ends at byte ${offset}, more was expected`,
    {
      offset,
      context: { phase },
    },
  );
}

/** Bytes as `"04 22 4d 18"`, for error messages. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
