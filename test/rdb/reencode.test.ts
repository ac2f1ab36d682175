/** Files that are made anew for who wrote them, as an option asks for a form of its own. */
import { describe, expect, it } from 'vitest';
import { handNames, readHand } from '../helpers/fixtures.ts';
import { ndjsonOf } from '../helpers/read.ts';
import { rewrite, type Way } from './write-helpers.ts';

const WAYS: readonly Way[] = [{ values: 'raw' }, { values: 'scan raw' }, { values: 'raw', maxValueBytes: 300 }];
const OPTIONS = [{ compression: false }, { thresholds: { 'hash-max-listpack-entries': 3 } }];

/** What a file holds, whatever the encodings. */
function meant(bytes: Uint8Array): string[] {
  const { text } = ndjsonOf([bytes], 'latin1');
  return text
    .replaceAll(/"encoding":"[^"]*",/g, '')
    .split('\n')
    .sort();
}

describe('a file that is made anew for who wrote it', () => {
  it.each(['dragonfly', 'keydb', 'valkey81-path-hash', 'valkey80-field-ttl-slots', 'rdb0-plain'])(
    'keeps what only servers of its family have: %s',
    (name) => {
      expect(handNames()).toContain(name);
      const { bytes } = readHand(name);
      for (const way of WAYS) {
        for (const options of OPTIONS) {
          const { bytes: made, losses } = rewrite(bytes, options, way);
          expect(losses, JSON.stringify([way, options])).toEqual([]);
          expect(meant(made), JSON.stringify([way, options])).toEqual(meant(bytes));
        }
      }
    },
  );

  it('is a file of RDB 1 where it was one of RDB 0, whose lengths no value made anew has', () => {
    const { bytes } = readHand('rdb0-plain');
    for (const options of OPTIONS) {
      const made = rewrite(bytes, options, { values: 'raw' }).bytes;
      expect(Buffer.from(made.subarray(0, 9)).toString()).toBe('REDIS0001');
    }
  });

  it('keeps times of fields to the last bit', () => {
    const { bytes } = readHand('valkey80-field-ttl-slots');
    for (const values of ['data', 'raw', 'scan', 'scan raw'] as const) {
      const { text } = ndjsonOf([rewrite(bytes, { compression: false }, { values }).bytes], 'latin1');
      expect(text).toContain('9223372036854775807');
    }
  });
});
