/**
 * Places on earth as the servers pack them into scores (redis: src/geohash.c, src/geohash_helper.c): latitude and
 * longitude as fractions of their ranges, their bits interleaved, latitude in the lowest bit.
 */

import { asin, cos, sin } from './trigonometry.ts';

const LONGITUDE_MAX = 180;
const LATITUDE_MAX = 85.05112878;
/** In metres. */
export const EARTH_RADIUS = 6372797.560856;

/** Bits of each coordinate in a score. */
export const GEO_STEPS = 26;

/** Degrees to radians, by this factor. */
const RADIAN: number = Math.PI / 180;

export function toRadians(degrees: number): number {
  return degrees * RADIAN;
}

export function toDegrees(radians: number): number {
  return radians / RADIAN;
}

/** A cell: coordinates cut into two to the power of `steps` parts each, counted from south and west. */
export interface GeoCell {
  readonly x: number;
  readonly y: number;
  readonly steps: number;
}

/** Whether coordinates are in the range that servers take. A NaN is not. */
export function isPlace(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX;
}

/** The cell with a place. On the upper edge of a range it is one that lies outside, as on servers. */
export function cellAt(longitude: number, latitude: number, steps: number): GeoCell {
  const parts = 2 ** steps;
  return {
    x: Math.floor(((longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX)) * parts),
    y: Math.floor(((latitude + LATITUDE_MAX) / (2 * LATITUDE_MAX)) * parts),
    steps,
  };
}

/** Western edge of cells with this x; that of the next is their eastern. */
export function westOf(x: number, steps: number): number {
  return -LONGITUDE_MAX + (x / 2 ** steps) * (2 * LONGITUDE_MAX);
}

/** Southern edge of cells with this y; that of the next is their northern. */
export function southOf(y: number, steps: number): number {
  return -LATITUDE_MAX + (y / 2 ** steps) * (2 * LATITUDE_MAX);
}

/** Lowest score of places in a cell; with `next`, that of the cell whose number follows. */
export function cellScore({ x, y, steps }: GeoCell, next: 0 | 1 = 0): number {
  // Two halves below 2^28. The sum is rounded once, as the server rounds its integer of 64 bits: on the edge of the
  // range there are more than 53.
  const low = spread(y & 0x1fff) + 2 * spread(x & 0x1fff) + next;
  const high = spread(y >>> 13) + 2 * spread(x >>> 13);
  return (high * 2 ** 26 + low) * 2 ** (52 - 2 * steps);
}

/** The score of a place. */
export function geoScore(longitude: number, latitude: number): number {
  return cellScore(cellAt(longitude, latitude, GEO_STEPS));
}

/** Puts a zero between the bits of a number of up to 16. */
function spread(value: number): number {
  let bits = value;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** Every other bit of a number of 32 bits, from the lowest on. */
function gather(value: number): number {
  let bits = value & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

/** A place, in degrees. */
export interface Place {
  longitude: number;
  latitude: number;
}

/**
 * The place of a score, which is the middle of its cell.
 *
 * @param into takes the place
 */
export function placeOf(score: number, into: Place): void {
  let low: number;
  let high: number;
  if (score >= 0 && score < 2 ** 53) {
    low = (score % 2 ** 32) >>> 0;
    high = (score / 2 ** 32) >>> 0;
  } else {
    // Not from a geo command. Conversion to 64 bits goes as processors of the x86 family do it.
    const wide = Math.abs(score) < 2 ** 64 ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : 2n ** 63n;
    low = Number(wide & 0xffffffffn);
    high = Number(wide >> 32n);
  }
  const y = gather(low) + gather(high) * 2 ** 16;
  const x = gather(low >>> 1) + gather(high >>> 1) * 2 ** 16;
  const longitude = (westOf(x, GEO_STEPS) + westOf(x + 1, GEO_STEPS)) / 2;
  const latitude = (southOf(y, GEO_STEPS) + southOf(y + 1, GEO_STEPS)) / 2;
  into.longitude = Math.max(-LONGITUDE_MAX, Math.min(LONGITUDE_MAX, longitude));
  into.latitude = Math.max(-LATITUDE_MAX, Math.min(LATITUDE_MAX, latitude));
}

/** Metres between two latitudes. */
export function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(toRadians(b) - toRadians(a));
}

/**
 * Metres between two places, by the haversine formula. Of a few in ten thousand the last bit is another one on a
 * server, as the C library does not always round correctly.
 */
export function geoDistance(longitudeA: number, latitudeA: number, longitudeB: number, latitudeB: number): number {
  const v = sin((toRadians(longitudeB) - toRadians(longitudeA)) / 2);
  if (v === 0) return latitudeDistance(latitudeA, latitudeB);
  const a = toRadians(latitudeA);
  const b = toRadians(latitudeB);
  const u = sin((b - a) / 2);
  return 2 * EARTH_RADIUS * asin(Math.sqrt(u * u + cos(a) * cos(b) * v * v));
}

/** The same, nearly, and several times as fast. */
export function roughDistance(longitudeA: number, latitudeA: number, longitudeB: number, latitudeB: number): number {
  const v = Math.sin((toRadians(longitudeB) - toRadians(longitudeA)) / 2);
  const a = toRadians(latitudeA);
  const b = toRadians(latitudeB);
  const u = Math.sin((b - a) / 2);
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(u * u + Math.cos(a) * Math.cos(b) * v * v)));
}
