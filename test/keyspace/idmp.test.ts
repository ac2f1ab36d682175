import { expect, it } from 'vitest';
import { ascii } from '../../src/bytes/index.ts';
import { IdmpName } from '../../src/keyspace/idmp.ts';

function name(name: IdmpName, pairs: readonly (readonly [string, string])[]): string {
  name.reset();
  for (const [field, value] of pairs) {
    const bytes = ascii(`-${field}:${value}-`);
    name.add(bytes, 1, 1 + field.length, 2 + field.length, 2 + field.length + value.length);
  }
  return Buffer.from(name.bytes()).toString('hex');
}

it('names entries as a server does', () => {
  const maker = new IdmpName();
  // Emitted by a server of 8.8-dev.
  expect(
    name(maker, [
      ['f', 'v'],
      ['g', 'w'],
    ]),
  ).toBe('845d09935adce8c49c7b239550de2bcd');
  expect(
    name(maker, [
      ['g', 'w'],
      ['f', 'v'],
    ]),
  ).toBe('845d09935adce8c49c7b239550de2bcd');
  expect(
    name(maker, [
      ['f', 'w'],
      ['g', 'v'],
    ]),
  ).toBe('fb399fb1f49447ec3ca49f67d912518a');
  const long = 'x'.repeat(1000);
  expect(name(maker, [['f', long]])).not.toBe(name(maker, [['f', `${long}x`]]));
});
