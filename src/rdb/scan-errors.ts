import type { ByteReader } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { ScanFrame } from './handler.ts';

/** Adds to an error what was being read, in which key, and how many records came before. */
export function describeError(
  error: RedisFileError,
  phase: string,
  frame: ScanFrame,
  inKey: boolean,
  records: number,
): RedisFileError {
  error.context = {
    ...error.context,
    phase: error.context.phase ?? phase,
    ...(inKey ? { db: frame.db, key: frame.bytes.slice(frame.start, frame.end), type: frame.type } : { db: frame.db }),
    records,
  };
  return error;
}

/** The input is over before the file is. */
export function cutShort(r: ByteReader, phase: string): RedisFileError {
  const offset = r.pushed;
  const missing = r.skipping > 0 ? `, ${r.skipping} bytes early` : '';
  return new RedisFileError('UNEXPECTED_EOF', `the file ends at byte ${offset}${missing}, while reading ${phase}`, {
    offset,
  });
}

/** A key that is wanted as it is stored, whole; the same error wherever chunks end. */
export function storedTooLarge(limit: number, frame: ScanFrame): RedisFileError {
  return new RedisFileError(
    'LIMIT_EXCEEDED',
    `a key stored in more than maxValueBytes (${limit}); raise it, or read with large: 'pieces'`,
    { offset: frame.offset },
  );
}
