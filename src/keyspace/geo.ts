/**
 * Members near a place, in the order in which a server finds them (redis 7.0: src/geo.c, georadiusGeneric;
 * src/geohash_helper.c, geohashCalculateAreasByShapeWGS84). With COUNT that order decides which of them are kept.
 */
import {
  cellAt,
  cellScore,
  EARTH_RADIUS,
  GEO_STEPS,
  type GeoCell,
  geoDistance,
  latitudeDistance,
  type Place,
  placeOf,
  roughDistance,
  southOf,
  toDegrees,
  toRadians,
  westOf,
} from './geohash.ts';
import { partialSort } from './partial-sort.ts';
import { cos } from './trigonometry.ts';

/** Half the circumference of the earth in the projection that cells are cut in, in metres. */
const MERCATOR_MAX = 20037726.37;

/** Metres of the units of distances. */
export const GEO_UNITS: Readonly<Record<'m' | 'km' | 'ft' | 'mi', number>> = {
  m: 1,
  km: 1000,
  ft: 0.3048,
  mi: 1609.34,
};

/** What is searched: a circle, or a box whose sides run along the coordinates. */
export interface GeoShape {
  readonly longitude: number;
  readonly latitude: number;
  /** Metres of the unit of all lengths. */
  readonly unit: number;
  readonly radius?: number;
  /** Of a box, where there is no radius. */
  readonly width?: number;
  readonly height?: number;
}

/** A member inside the shape. */
export interface GeoHit<M> {
  member: M;
  score: number;
  /** From the centre, in metres until the search ends, then in the unit of the shape. */
  distance: number;
}

/**
 * Visits the members of a sorted set whose score is at least `min` and less than `max`, in order, until `visit`
 * answers false.
 */
export type GeoScan<M> = (min: number, max: number, visit: (member: M, score: number) => boolean) => void;

export interface GeoSearchOptions {
  /** How many to keep; all without it, or with 0. */
  count?: number;
  /** Keeps the first that are found, not the nearest. */
  any?: boolean;
  /** Keeps the farthest. */
  descending?: boolean;
}

/** The members inside a shape that GEOSEARCHSTORE and GEORADIUS .. STORE keep, in no particular order. */
export function searchGeo<M>(shape: GeoShape, scan: GeoScan<M>, options: GeoSearchOptions = {}): GeoHit<M>[] {
  const { count = 0, any = false, descending = false } = options;
  const limit = any && count > 0 ? count : Number.POSITIVE_INFINITY;
  const hits: GeoHit<M>[] = [];
  const within = distanceWithin(shape);
  let last: GeoCell | undefined;
  for (const [i, cell] of cellsToSearch(shape).entries()) {
    // Where cells are as large as half the earth, one may be the neighbour on both sides.
    if (last !== undefined && cell.x === last.x && cell.y === last.y) continue;
    if (hits.length >= limit) break;
    scan(cellScore(cell), cellScore(cell, 1), (member, score) => {
      const distance = within(score);
      if (distance >= 0) hits.push({ member, score, distance });
      return hits.length < limit;
    });
    if (i > 0) last = cell;
  }
  if (count > 0 && count < hits.length) {
    const sign = descending ? -1 : 1;
    partialSort(hits, (a, b) => sign * (a.distance < b.distance ? -1 : a.distance > b.distance ? 1 : 0), count);
    hits.length = count;
  }
  for (const hit of hits) hit.distance /= shape.unit;
  return hits;
}

/** Tells the distance of a score's place from the centre in metres; negative where it is outside. */
function distanceWithin({ longitude, latitude, unit, radius, width, height }: GeoShape): (score: number) => number {
  const place: Place = { longitude: 0, latitude: 0 };
  if (radius !== undefined) {
    const most = radius * unit;
    // The cells of a search are larger than the circle: most members outside are told by a faster formula. Near the
    // other side of the earth it loses half its digits.
    const surely = most * (1 + 1e-6) + 1e-6;
    return (score) => {
      placeOf(score, place);
      if (roughDistance(longitude, latitude, place.longitude, place.latitude) > surely) return -1;
      const distance = geoDistance(longitude, latitude, place.longitude, place.latitude);
      return distance <= most ? distance : -1;
    };
  }
  const halfWidth = (width! * unit) / 2;
  const halfHeight = (height! * unit) / 2;
  return (score) => {
    placeOf(score, place);
    if (latitudeDistance(place.latitude, latitude) > halfHeight) return -1;
    // The width is measured at the latitude of the place.
    if (geoDistance(place.longitude, place.latitude, longitude, place.latitude) > halfWidth) return -1;
    return geoDistance(longitude, latitude, place.longitude, place.latitude);
  };
}

/** Cells that cover the shape, in the order of the search: the one of the centre, then those of its neighbours in use. */
function cellsToSearch(shape: GeoShape): GeoCell[] {
  const { longitude, latitude, unit, radius, width, height } = shape;
  const reach = radius ?? Math.sqrt((width! / 2) * (width! / 2) + (height! / 2) * (height! / 2));
  const bounds = boundsOf(shape);
  let steps = stepsFor(reach * unit, latitude);
  let around = aroundOf(cellAt(longitude, latitude, steps));
  // Near the edge of its cell the shape may stick out of the neighbours.
  const [west, east] = [westOf(around.west, steps), westOf(around.east + 1, steps)];
  const [south, north] = [southOf(around.south, steps), southOf(around.north + 1, steps)];
  if (steps > 1 && (north < bounds.north || south > bounds.south || east < bounds.east || west > bounds.west)) {
    steps--;
    around = aroundOf(cellAt(longitude, latitude, steps));
  }
  const { centre } = around;
  const narrow = steps >= 2;
  const useSouth = !(narrow && southOf(centre.y, steps) < bounds.south);
  const useNorth = !(narrow && southOf(centre.y + 1, steps) > bounds.north);
  const useWest = !(narrow && westOf(centre.x, steps) < bounds.west);
  const useEast = !(narrow && westOf(centre.x + 1, steps) > bounds.east);
  const cells = [centre];
  const add = (used: boolean, x: number, y: number): void => {
    if (used) cells.push({ x, y, steps });
  };
  add(useNorth, centre.x, around.north);
  add(useSouth, centre.x, around.south);
  add(useEast, around.east, centre.y);
  add(useWest, around.west, centre.y);
  add(useNorth && useEast, around.east, around.north);
  add(useNorth && useWest, around.west, around.north);
  add(useSouth && useEast, around.east, around.south);
  add(useSouth && useWest, around.west, around.south);
  return cells;
}

/** A cell, and where its neighbours lie. Both directions wrap around, also at the poles. */
interface Around {
  centre: GeoCell;
  west: number;
  east: number;
  south: number;
  north: number;
}

function aroundOf(centre: GeoCell): Around {
  const { x, y, steps } = centre;
  const mask = 2 ** steps - 1;
  return { centre, west: (x - 1) & mask, east: (x + 1) & mask, south: (y - 1) & mask, north: (y + 1) & mask };
}

/** How finely to cut, so that a cell and its neighbours cover a circle. Cells are narrow towards the poles. */
function stepsFor(metres: number, latitude: number): number {
  if (metres === 0) return GEO_STEPS;
  let steps = -1;
  for (let size = metres; size < MERCATOR_MAX; size *= 2) steps++;
  const fromEquator = Math.abs(latitude);
  if (fromEquator > 66) steps--;
  if (fromEquator > 80) steps--;
  return Math.max(1, Math.min(GEO_STEPS, steps));
}

interface Bounds {
  west: number;
  east: number;
  south: number;
  north: number;
}

/** A box around the shape, as wide as the shape is at that of its edges which is nearer to a pole. */
function boundsOf({ longitude, latitude, unit, radius, width, height }: GeoShape): Bounds {
  const high = unit * (radius ?? height! / 2);
  const wide = unit * (radius ?? width! / 2);
  const up = toDegrees(high / EARTH_RADIUS);
  const edge = latitude < 0 ? latitude - up : latitude + up;
  const aside = toDegrees(wide / EARTH_RADIUS / cos(toRadians(edge)));
  return { west: longitude - aside, east: longitude + aside, south: latitude - up, north: latitude + up };
}
