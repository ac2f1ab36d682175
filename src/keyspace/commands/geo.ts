import type { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { GEO_UNITS, type GeoScan, type GeoShape, searchGeo } from '../geo.ts';
import { geoScore, isPlace, type Place, placeOf } from '../geohash.ts';
import type { Failure, Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { ZsetValue } from '../values/zset.ts';
import { addZset, findZset, storeZset } from './zsets/find.ts';

/** Places, which are scores of sorted sets. */
export const geo: Family = {
  GEOADD: geoadd,
  GEORADIUS: (s, a) => radius(s, a, false),
  GEORADIUSBYMEMBER: (s, a) => radius(s, a, true),
  GEOSEARCHSTORE: searchStore,
};

function geoadd(s: Session, a: Args): Outcome {
  let from = 2;
  let nx = false;
  let xx = false;
  for (; from < a.count; from++) {
    if (a.is(from, 'NX')) nx = true;
    else if (a.is(from, 'XX')) xx = true;
    else if (!a.is(from, 'CH')) break;
  }
  const values = a.count - from;
  if (a.count < 5 || values === 0 || values % 3 !== 0 || (nx && xx)) return 'SYNTAX';
  const scores: number[] = [];
  for (let i = from; i < a.count; i += 3) {
    const longitude = a.double(i);
    const latitude = a.double(i + 1);
    if (longitude === undefined || latitude === undefined) return 'NOT_A_NUMBER';
    if (!isPlace(longitude, latitude)) return 'RANGE';
    scores.push(geoScore(longitude, latitude));
  }
  const found = findZset(s, a, 1);
  if (typeof found === 'string') return found;
  if (found === undefined && xx) return undefined;
  const zset = found ?? addZset(s, a, 1);
  scores.forEach((score, at) => {
    const i = from + 3 * at + 2;
    const known = (nx || xx) && zset.score(a.bytes, a.start(i), a.end(i)) !== undefined;
    if (!(nx && known) && !(xx && !known)) zset.set(a.bytes, a.start(i), a.end(i), score);
  });
  return undefined;
}

/** What a search asks for. */
interface Search {
  /** The argument that names the sorted set. */
  source: number;
  center: { longitude: number; latitude: number } | undefined;
  /** The argument that names the member in the middle. */
  member: number | undefined;
  size: Pick<GeoShape, 'unit' | 'radius' | 'width' | 'height'> | undefined;
  count: number;
  any: boolean;
  descending: boolean;
  /** The argument that names the result, which is of distances or of places. */
  store: number | undefined;
  distances: boolean;
}

function newSearch(source: number): Search {
  return {
    source,
    center: undefined,
    member: undefined,
    size: undefined,
    count: 0,
    any: false,
    descending: false,
    store: undefined,
    distances: false,
  };
}

function unitAt(a: Args, i: number): number | undefined {
  const found = Object.entries(GEO_UNITS).find(([name]) => a.is(i, name.toUpperCase()));
  return found?.[1];
}

function centerAt(a: Args, i: number): Search['center'] | Failure {
  const longitude = a.double(i);
  const latitude = a.double(i + 1);
  if (longitude === undefined || latitude === undefined) return 'NOT_A_NUMBER';
  return isPlace(longitude, latitude) ? { longitude, latitude } : 'RANGE';
}

/** A length that is not negative, in metres. */
function lengthAt(a: Args, i: number): number | undefined {
  const length = a.double(i);
  return length === undefined || length < 0 ? undefined : length;
}

/** `COUNT n [ANY]`, `ASC`, `DESC` at an argument; returns how many arguments that is, 0 for something else. */
function commonOption(a: Args, i: number, search: Search): number | Failure {
  if (a.is(i, 'ASC') || a.is(i, 'DESC')) {
    search.descending = a.is(i, 'DESC');
    return 1;
  }
  if (a.is(i, 'ANY')) {
    search.any = true;
    return 1;
  }
  if (!a.is(i, 'COUNT') || i + 1 >= a.count) return 0;
  const count = a.int(i + 1);
  if (count === undefined) return 'NOT_A_NUMBER';
  if (count <= 0) return 'RANGE';
  search.count = Number(count);
  return 2;
}

function radius(s: Session, a: Args, byMember: boolean): Outcome {
  const from = byMember ? 3 : 4;
  if (a.count < from + 2) return 'SYNTAX';
  const search = newSearch(1);
  if (byMember) search.member = 2;
  else {
    const center = centerAt(a, 2);
    if (typeof center === 'string') return center;
    search.center = center;
  }
  const length = lengthAt(a, from);
  const unit = unitAt(a, from + 1);
  // Around a member of what is not there servers do not look at them.
  const unread = byMember && !s.db.has(a.bytes, a.start(1), a.end(1));
  if (!unread && (length === undefined || unit === undefined)) return 'NOT_A_NUMBER';
  search.size = { unit: unit ?? 1, radius: length ?? 0 };
  let withAny = false;
  for (let i = from + 2; i < a.count; ) {
    const taken = commonOption(a, i, search);
    if (typeof taken === 'string') return taken;
    if (taken > 0) i += taken;
    else if (a.is(i, 'WITHDIST') || a.is(i, 'WITHHASH') || a.is(i, 'WITHCOORD')) {
      withAny = true;
      i++;
    } else if ((a.is(i, 'STORE') || a.is(i, 'STOREDIST')) && i + 1 < a.count) {
      search.distances = a.is(i, 'STOREDIST');
      search.store = i + 1;
      i += 2;
    } else return 'SYNTAX';
  }
  if (search.store === undefined) return undefined;
  return withAny ? 'SYNTAX' : run(s, a, search);
}

function searchStore(s: Session, a: Args): Outcome {
  if (a.count < 8) return 'SYNTAX';
  const search = newSearch(2);
  search.store = 1;
  const zset = findZset(s, a, 2);
  if (typeof zset === 'string') return zset;
  for (let i = 3; i < a.count; ) {
    const taken = commonOption(a, i, search);
    if (typeof taken === 'string') return taken;
    const left = a.count - i - 1;
    if (taken > 0) i += taken;
    else if (a.is(i, 'STOREDIST')) {
      search.distances = true;
      i++;
    } else if (a.is(i, 'FROMMEMBER') && left >= 1 && search.center === undefined) {
      // Each of them is looked for, and the last one counts.
      if (zset !== undefined && zset.score(a.bytes, a.start(i + 1), a.end(i + 1)) === undefined) return 'OTHER';
      search.member = i + 1;
      i += 2;
    } else if (a.is(i, 'FROMLONLAT') && left >= 2 && search.member === undefined) {
      const center = centerAt(a, i + 1);
      if (typeof center === 'string') return center;
      search.center = center;
      i += 3;
    } else if (a.is(i, 'BYRADIUS') && left >= 2 && search.size?.width === undefined) {
      const length = lengthAt(a, i + 1);
      const unit = unitAt(a, i + 2);
      if (length === undefined || unit === undefined) return 'NOT_A_NUMBER';
      search.size = { unit, radius: length };
      i += 3;
    } else if (a.is(i, 'BYBOX') && left >= 3 && search.size?.radius === undefined) {
      const width = lengthAt(a, i + 1);
      const height = lengthAt(a, i + 2);
      const unit = unitAt(a, i + 3);
      if (width === undefined || height === undefined || unit === undefined) return 'NOT_A_NUMBER';
      search.size = { unit, width, height };
      i += 4;
    } else return 'SYNTAX';
  }
  return run(s, a, search);
}

function run(s: Session, a: Args, search: Search): Outcome {
  const { source, size, count, any, descending, store } = search;
  if (size === undefined || (search.center === undefined && search.member === undefined)) return 'SYNTAX';
  if (any && count === 0) return 'SYNTAX';
  const zset = findZset(s, a, source);
  if (typeof zset === 'string') return zset;
  const result = new ZsetValue(s.keyspace.heap);
  if (zset !== undefined) {
    const center = search.center ?? placeAt(zset, a, search.member!);
    if (center === undefined) return 'OTHER';
    const { longitude, latitude } = center;
    for (const hit of searchGeo({ longitude, latitude, ...size }, scanOf(zset), { count, any, descending })) {
      result.set(hit.member, 0, hit.member.length, search.distances ? hit.distance : hit.score);
    }
  }
  storeZset(s, a, store!, result);
  return undefined;
}

function placeAt(zset: ZsetValue, a: Args, i: number): Place | undefined {
  const score = zset.score(a.bytes, a.start(i), a.end(i));
  if (score === undefined) return undefined;
  const place: Place = { longitude: 0, latitude: 0 };
  placeOf(score, place);
  return place;
}

function scanOf(zset: ZsetValue): GeoScan<Uint8Array> {
  return (min, max, visit) => {
    const from = zset.countBefore((score) => score >= min);
    const to = zset.countBefore((score) => score >= max);
    for (const { member, score } of zset.slice(from, to)) if (!visit(member, score)) return;
  };
}
