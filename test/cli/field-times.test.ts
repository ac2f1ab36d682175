/** Times of fields stand behind the value in JSON, so that names of fields are written twice, whatever the chunks are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { run } from './run.ts';

/** A hash of Valkey 9, whose times stand behind each value. */
function hash(name: string, fields: [field: string, value: string, at: number][]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(22), file.string(name), Uint8Array.of(fields.length)];
  for (const [field, value, at] of fields) {
    const time = Buffer.alloc(8);
    time.writeBigInt64LE(BigInt(at));
    parts.push(file.string(field), file.string(value), time);
  }
  return Buffer.concat(parts);
}

const AT = 4_102_444_800_000;

it.each([10, 60_000, 66_000, 130_000, 2_000_000, 5_000_000])('fields of %i bytes keep their names', async (size) => {
  const fields: [string, string, number][] = [];
  for (let i = 0; i < 20; i++) {
    // Values of many lengths, so that chunks end between a field and its value, and inside of both.
    fields.push([
      `${i}-${'f'.repeat(i % 4 === 0 ? size : i)}`,
      'v'.repeat((i * 12_347) % 140_000),
      i % 3 === 0 ? -1 : AT + i,
    ]);
  }
  const bytes = Buffer.concat([
    file.bytes('VALKEY080'),
    file.selectDb(0),
    hash('one', fields),
    hash('two', [['a', 'b', AT]]),
    Uint8Array.of(255),
    new Uint8Array(8),
  ]);
  const path = join(temporaryFolder(), 'times.rdb');
  writeFileSync(path, bytes);
  for (const options of [[], ['--size', '0..1gb']]) {
    const { stdout, stderr } = await run(['ndjson', ...options, path]);
    expect(stderr).toBe('');
    const [one, two] = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(Object.entries(one.value)).toEqual(fields.map(([field, value]) => [field, value]));
    expect(Object.entries(one.fieldExpiresAt)).toEqual(
      fields.filter(([, , at]) => at >= 0).map(([field, , at]) => [field, at]),
    );
    expect(two.fieldExpiresAt).toEqual({ a: AT });
  }
});
