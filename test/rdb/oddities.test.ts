/** Records that no server writes this way, and that are read all the same, or refused. */
import { describe, expect, it } from 'vitest';
import { concat, file, hex, key, len, str } from '../helpers/encoders.ts';
import { LEVELS, readAll } from '../helpers/readings.ts';

/** An aux field. */
const aux = (name: string, value: string): Uint8Array => concat(hex('FA'), str(name), str(value));

describe('KeyDB: a member that is to expire, without a time behind it', () => {
  it.each(LEVELS)('is a warning at %s, and the file is read on', (values) => {
    const bytes = file(
      9,
      concat(key(2, 'set', concat(len(1), str('m'))), aux('keydb-subexpire-key', 'm'), key(0, 'next', str('v'))),
    );
    const { records, error } = readAll([bytes], { values });
    expect(error).toBeUndefined();
    expect(records.filter(({ kind }) => kind === 'key').length).toBe(2);
    expect(records.filter((record) => record.kind === 'warning').map(({ code }) => code)).toEqual(['SURPLUS_BYTES']);
  });
});

describe('Valkey: a slot import', () => {
  it('of more ranges than there are slots is refused before it is read', () => {
    const bytes = file(80, concat(hex('F3'), str('job'), len(16_385)));
    bytes.set(Buffer.from('VALKEY080'));
    expect(readAll([bytes]).error).toMatchObject({ code: 'BAD_LENGTH' });
  });
});
