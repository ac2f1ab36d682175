// @ts-check
/** The fixtures that the suite reads, see fixtures/README.md. */

/** Dumps of servers; between them they have every type that servers write, compressed strings, and long values. */
export const CORPUS = ['redis-2.8.24', 'redis-8.8', 'valkey-9.0.4'];

/** Files made by hand: what those servers do not write, every other type, compressed parts of all kinds. */
export const HAND = [
  'rdb1-all-types',
  'rdb2-packed',
  'rdb8-doubles',
  'rdb8-module-values',
  'rdb10-functions',
  'rdb11-streams',
  'rdb12-field-ttl',
  'rdb13-keymeta-idmp',
  'rdb14-array',
  'rdb14-stream-nack',
  'rdb15-templates',
  'records-rdb11',
  'valkey81-lz4',
  'valkey81-lz4-plain',
  'valkey81-path-hash',
  'keydb',
  'dragonfly',
  'dragonfly-lz4',
  'dragonfly-zstd',
  'frame-diskless',
];

/** All of them, as paths below fixtures/. */
export const FILES = [
  'tour/tour.rdb',
  'tour/tour.expected.json',
  ...CORPUS.flatMap((name) => [`corpus/${name}.rdb`, `corpus/${name}.expected.json.gz`]),
  ...HAND.flatMap((name) => [`hand/${name}.rdb`, `hand/${name}.json`]),
];

/** @typedef {ReadonlyMap<string, Uint8Array<ArrayBuffer>>} Files content by path */

/**
 * @param {(path: string) => Promise<Uint8Array<ArrayBuffer>>} read
 * @returns {Promise<Files>}
 */
export async function loadFiles(read) {
  return new Map(await Promise.all(FILES.map(async (path) => /** @type {const} */ ([path, await read(path)]))));
}
