import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  GEO_UNITS,
  type GeoHit,
  type GeoScan,
  type GeoSearchOptions,
  type GeoShape,
  searchGeo,
} from '../../src/keyspace/geo.ts';
import { geoDistance, geoScore, isPlace, type Place, placeOf } from '../../src/keyspace/geohash.ts';
import { describeLive, type Reply, ReplyError, withLiveServer } from '../helpers/live.ts';

it('packs places into scores', () => {
  // As servers answer.
  expect(geoScore(13.361389, 38.115556)).toBe(3479099956230698);
  expect(geoScore(15.087269, 37.502669)).toBe(3479447370796909);
  expect(isPlace(180, 85.05112878)).toBe(true);
  expect(isPlace(180.1, 0)).toBe(false);
  expect(isPlace(0, -85.06)).toBe(false);
  expect(isPlace(Number.NaN, 0)).toBe(false);
  expect(geoDistance(13.361389, 38.115556, 15.087269, 37.502669) / 1000).toBeCloseTo(166.2742, 3);
});

it('finds the place of a score again', () => {
  const place: Place = { longitude: 0, latitude: 0 };
  fc.assert(
    fc.property(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -85, max: 85, noNaN: true }),
      (longitude, latitude) => {
        placeOf(geoScore(longitude, latitude), place);
        expect(Math.abs(place.longitude - longitude)).toBeLessThan(360 / 2 ** 26);
        expect(Math.abs(place.latitude - latitude)).toBeLessThan(171 / 2 ** 26);
      },
    ),
  );
});

/** A sorted set, searched by brute force. */
type Members = readonly (readonly [string, number])[];
function scanOf(members: Members): GeoScan<string> {
  return (min, max, visit) => {
    for (const [member, score] of members) {
      if (score >= min && score < max && !visit(member, score)) return;
    }
  };
}

interface Search {
  shape: GeoShape;
  unit: string;
  options: GeoSearchOptions;
  store: boolean;
}

const unit = fc.constantFrom<keyof typeof GEO_UNITS>('m', 'km', 'mi', 'ft');
/** Also places on the edges, and few enough to be hit more than once. */
const coordinate = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -max, max, noNaN: true }).map((value) => Math.trunc(value * 1e6) / 1e6) },
    { weight: 3, arbitrary: fc.integer({ min: -5, max: 5 }).map((value) => value / 2) },
    { weight: 1, arbitrary: fc.constantFrom(-max, max, 0, max - 0.001, 0.001 - max) },
  );
const place = fc.tuple(coordinate(180), coordinate(85.05112878));
/** From a metre to more than the earth. */
const length = fc.double({ min: 0, max: 7.6, noNaN: true }).map((power) => 10 ** power);
const search = fc
  .record({
    place,
    unit,
    length,
    other: fc.option(length),
    count: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
    any: fc.boolean(),
    descending: fc.boolean(),
    store: fc.boolean(),
  })
  .map(({ place: [longitude, latitude], unit, length, other, count, any, descending, store }): Search => {
    const size = Number((length / GEO_UNITS[unit]).toPrecision(6));
    const sides =
      other === null ? { radius: size } : { width: size, height: Number((other / GEO_UNITS[unit]).toPrecision(6)) };
    return {
      shape: { longitude, latitude, unit: GEO_UNITS[unit], ...sides },
      unit,
      options: { count, any: any && count > 0, descending },
      store,
    };
  });

function command({ shape, unit, options, store }: Search): string[] {
  const { longitude, latitude, radius, width, height } = shape;
  const by = radius === undefined ? ['BYBOX', `${width}`, `${height}`, unit] : ['BYRADIUS', `${radius}`, unit];
  const count = options.count! > 0 ? ['COUNT', `${options.count}`, ...(options.any ? ['ANY'] : [])] : [];
  const order = options.descending ? ['DESC'] : [];
  const from = ['FROMLONLAT', `${longitude}`, `${latitude}`];
  return ['GEOSEARCHSTORE', 'result', 'key', ...from, ...by, ...order, ...count, ...(store ? ['STOREDIST'] : [])];
}

function pairs(reply: Reply): Map<string, number> {
  const list = (reply as Buffer[]).map(String);
  return new Map(list.flatMap((member, i) => (i % 2 === 0 ? [[member, Number(list[i + 1])] as const] : [])));
}

describeLive('as a server', () => {
  it('packs places', async () => {
    const places = fc.sample(place, 2000);
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(
        places.flatMap(([longitude, latitude]) => [
          ['DEL', 'key'],
          ['GEOADD', 'key', longitude, latitude, 'member'],
          ['ZSCORE', 'key', 'member'],
          ['GEOPOS', 'key', 'member'],
        ]),
      );
      const own: Place = { longitude: 0, latitude: 0 };
      for (const [i, [longitude, latitude]] of places.entries()) {
        const score = geoScore(longitude, latitude);
        expect(score, `${longitude} ${latitude}`).toBe(Number(replies[4 * i + 2]));
        placeOf(score, own);
        const [at] = replies[4 * i + 3] as Buffer[][];
        // Printed with 17 decimals.
        expect(Math.abs(Number(at[0]) - own.longitude)).toBeLessThan(1e-13);
        expect(Math.abs(Number(at[1]) - own.latitude)).toBeLessThan(1e-13);
      }
    });
  });

  for (const size of [30, 400]) {
    it(`searches among ${size}`, async () => {
      await withLiveServer({}, async ({ client }) => {
        let [found, stored, inexact, otherwise] = [0, 0, 0, 0];
        for (let round = 0; round < 8; round++) {
          await client.command('DEL', 'key');
          for (const [i, [longitude, latitude]] of fc.sample(place, size).entries()) {
            await client.command('GEOADD', 'key', longitude, latitude, `m${i}`);
          }
          const members: Members = [...pairs(await client.command('ZRANGE', 'key', 0, -1, 'WITHSCORES'))];
          const searches = fc.sample(search, 250);
          const replies = await client.pipeline(
            searches.flatMap((one) => [command(one), ['ZRANGE', 'result', 0, -1, 'WITHSCORES']]),
          );
          for (const [i, one] of searches.entries()) {
            const label = command(one).join(' ');
            if (replies[2 * i] instanceof ReplyError) throw new Error(`${label}: ${replies[2 * i]}`);
            const expected = pairs(replies[2 * i + 1]);
            const hits: GeoHit<string>[] = searchGeo(one.shape, scanOf(members), one.options);
            const own = hits.map(({ member }) => member).sort();
            const theirs = [...expected.keys()].sort();
            if (own.join() !== theirs.join()) {
              // Distances that a last bit tells apart on one side are equal on the other; then others may be kept.
              expect(one.options.count! > 0 && !one.options.any, `${label}: ${own} for ${theirs}`).toBe(true);
              const all = searchGeo(one.shape, scanOf(members)).map(
                ({ member, distance }) => [member, distance] as const,
              );
              const sorted = (names: string[]): number[] =>
                names.map((name) => new Map(all).get(name)!).sort((a, b) => a - b);
              const differing = sorted(theirs).map((distance, i) => Math.abs(distance - sorted(own)[i]) / distance);
              expect(Math.max(...differing), `${label}: ${own} for ${theirs}`).toBeLessThan(1e-12);
              otherwise++;
              continue;
            }
            found += hits.length;
            for (const { member, score, distance } of hits) {
              const value = one.store ? distance : score;
              const wanted = expected.get(member)!;
              if (one.store) stored++;
              if (value !== wanted) {
                inexact++;
                expect(one.store, label).toBe(true);
                expect(Math.abs(value - wanted) / wanted, `${label}: ${member}`).toBeLessThan(1e-12);
              }
            }
          }
        }
        expect(found).toBeGreaterThan(1000);
        // The C library does not always round correctly.
        expect(inexact / stored).toBeLessThan(0.005);
        expect(otherwise).toBeLessThan(4);
      });
    });
  }
});
