import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame, serverDump } from './beside.ts';
import { type Command, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const maybe = (...words: string[]): fc.Arbitrary<string[]> => fc.constantFrom([], words);
const keys = named('a', 'a', 'a', 'b', 'text', 'none');
const member = fc.integer({ min: 0, max: 22 }).map(String);
const degrees = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -most * 1000, max: most * 1000 }).map((n) => String(n / 1000)) },
    { weight: 1, arbitrary: named('x', '181', '0', '-90', '1e-3', 'nan') },
  );
const place = fc.tuple(degrees(30), degrees(30));
const length = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 3000 }).map(String) },
  { weight: 1, arbitrary: named('0', '-1', 'x', '0.5') },
);
const unit = named('km', 'km', 'KM', 'km', 'mi', 'm', 'ft', 'yd');
/** Only as many as surely are the nearest ones: without ANY, and not by the order of a search. */
const counted = fc.oneof(
  fc.constant<string[]>([]),
  named('1', '2', '3', '5', '0', 'x').map((count) => ['COUNT', count]),
);
const order = fc.constantFrom<string[][]>([], ['ASC'], ['desc']);
const words = (...parts: (string | readonly string[])[]): Command => parts.flat();

const add: fc.Arbitrary<Command> = fc
  .tuple(
    keys,
    fc.oneof(maybe('NX'), maybe('XX', 'CH'), maybe('NX', 'XX')),
    fc.array(fc.tuple(place, member), { maxLength: 4 }),
  )
  .map(([key, options, all]) => words('GEOADD', key, options, ...all.flat()));
const center = fc.oneof(
  { weight: 4, arbitrary: place.map((one) => ['FROMLONLAT', ...one]) },
  { weight: 4, arbitrary: member.map((one) => ['FROMMEMBER', one]) },
  { weight: 1, arbitrary: fc.constant<string[]>([]) },
);
const shape = fc.oneof(
  fc.tuple(length, unit).map((rest) => ['BYRADIUS', ...rest]),
  fc.tuple(length, length, unit).map((rest) => ['BYBOX', ...rest]),
);
const search: fc.Arbitrary<Command> = fc.oneof(
  fc
    .tuple(named('to', 'a'), keys, center, shape, counted, order)
    .map(([to, key, ...rest]) => words('GEOSEARCHSTORE', to, key, ...rest)),
  fc
    .tuple(keys, place, length, unit, maybe('WITHDIST'), counted, order, named('to', 'b'))
    .map(([key, at, radius, one, odd, count, way, to]) => {
      return words('GEORADIUS', key, at, radius, one, odd.length > 0 && to === 'b' ? odd : [], count, way, 'STORE', to);
    }),
  fc
    .tuple(keys, member, length, unit, counted, order, named('to', 'b'))
    .map(([key, at, radius, one, count, way, to]) => {
      return words('GEORADIUSBYMEMBER', key, at, radius, one, count, way, 'STORE', to);
    }),
);

const setup = fc
  .array(fc.tuple(fc.integer({ min: -30_000, max: 30_000 }), fc.integer({ min: -30_000, max: 30_000 })), {
    minLength: 25,
    maxLength: 25,
  })
  .map((all): Command[] => [
    ['SET', 'text', 'nowhere'],
    ...all.map(([x, y], i): Command => ['GEOADD', i < 20 ? 'a' : 'b', `${x / 1000}`, `${y / 1000}`, `${i}`]),
  ]);

describeLive('commands on places', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      const commands = fc.array(fc.oneof({ weight: 1, arbitrary: add }, { weight: 3, arbitrary: search }), {
        maxLength: 30,
        size: 'max',
      });
      await fc.assert(
        fc.asyncProperty(setup, commands, async (first, all) => {
          done += (await expectSame(client, [...first, ...all])) - first.length;
        }),
        { numRuns: 120 },
      );
      expect(done).toBeGreaterThan(350);
    });
  });

  it('store distances in the unit of the search', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['GEOADD', 's', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'],
        ['GEOSEARCHSTORE', 'box', 's', 'FROMLONLAT', '15', '37', 'BYBOX', '400', '400', 'km', 'STOREDIST'],
        ['GEOSEARCHSTORE', 'round', 's', 'FROMMEMBER', 'Palermo', 'BYRADIUS', '200', 'mi', 'STOREDIST'],
        ['GEORADIUS', 's', '15', '37', '200000', 'm', 'STOREDIST', 'metres'],
        ['GEORADIUSBYMEMBER', 's', 'Catania', '200', 'km', 'COUNT', '1', 'STOREDIST', 'one'],
      ];
      const replay = new Replay();
      expect(replay.run(...commands)).not.toContain(false);
      await client.pipeline(commands.map((one) => [...one]));
      const server = await serverDump(client);
      const own = replay.dump();
      expect(Object.keys(own).sort()).toEqual(Object.keys(server).sort());
      for (const [key, { value }] of Object.entries(server)) {
        for (const [i, item] of value.entries()) {
          const mine = own[key]!.value[i];
          // The C library and JavaScript may differ in the last bit.
          if (Array.isArray(item))
            expect((mine as [string, number])[1] / (item[1] || 1)).toBeCloseTo(item[1] ? 1 : 0, 12);
          else expect(mine).toBe(item);
        }
      }
    });
  });
});
