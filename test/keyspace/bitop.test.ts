import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BitOperation, combineBits } from '../../src/keyspace/bitop.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';

/** What a bit of the result is, from the bits of all sources. */
const RULES: Record<BitOperation, (bits: boolean[]) => boolean> = {
  and: (bits) => bits.every(Boolean),
  or: (bits) => bits.some(Boolean),
  xor: (bits) => bits.filter(Boolean).length % 2 === 1,
  not: ([bit]) => !bit,
  diff: ([first, ...others]) => first && !others.some(Boolean),
  diff1: ([first, ...others]) => !first && others.some(Boolean),
  andor: ([first, ...others]) => first && others.some(Boolean),
  one: (bits) => bits.filter(Boolean).length === 1,
};

const sources = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 });

it('combines each bit by its rule', () => {
  for (const [name, rule] of Object.entries(RULES)) {
    fc.assert(
      fc.property(sources, (all) => {
        const given = name === 'not' ? all.slice(0, 1) : all;
        const expected = new Uint8Array(Math.max(...given.map(({ length }) => length)));
        for (let bit = 0; bit < 8 * expected.length; bit++) {
          const bits = given.map((source) => ((source[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
          if (rule(bits)) expected[bit >> 3] |= 0x80 >> (bit & 7);
        }
        expect([...combineBits(name as BitOperation, given)]).toEqual([...expected]);
      }),
      { numRuns: 50 },
    );
  }
});

describeLive('as a server', () => {
  it('combines', async () => {
    await withLiveServer({}, async ({ client }) => {
      for (const all of fc.sample(sources, 100)) {
        const keys = all.map((_, i) => `{k}${i}`);
        await client.command('FLUSHALL');
        await client.pipeline(all.flatMap((source, i) => (source.length > 0 ? [['SET', keys[i], source]] : [])));
        for (const operation of ['and', 'or', 'xor', 'not'] as const) {
          const count = operation === 'not' ? 1 : all.length;
          await client.command('BITOP', operation, 'result', ...keys.slice(0, count));
          const result = (await client.command('GET', 'result')) as Buffer | null;
          const own = combineBits(operation, all.slice(0, count));
          expect([...own]).toEqual([...(result ?? [])]);
        }
      }
    });
  });
});
