import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Manifest, parseManifest } from '../aof/index.ts';
import { RedisFileError } from '../errors.ts';
import { ioError } from './file.ts';
import { type DataSettings, readRedisConf } from './redis-conf.ts';

/** What a server would load, and why. */
export interface FoundData {
  /** A multi-part append-only file, an append-only file of its own, a dump, or nothing at all. */
  kind: 'aofSet' | 'aof' | 'rdb' | 'nothing';
  /** The directory of the server's data. */
  dir: string;
  /** The manifest, or the file; undefined for nothing. */
  path: string | undefined;
  /** What the manifest lists. */
  manifest: Manifest | undefined;
  /** Why it is this, in a sentence. */
  reason: string;
  /** What else there is to know: files that are ignored, missing, or left behind; each a sentence. */
  notes: string[];
}

const CONF_NAMES: readonly string[] = ['redis.conf', 'valkey.conf'];

/**
 * What a server of Redis 7.0 or later, or Valkey, would load (redis 7.0: src/aof.c, loadAppendOnlyFiles and
 * aofUpgradePrepare; src/server.c, loadDataFromDisk).
 *
 * @param path a data directory, or a configuration file, whose `dir` counts from where it stands
 * @throws RedisFileError `IO`, `MANIFEST_INVALID`
 */
export function findData(path: string): FoundData {
  const notes: string[] = [];
  const stat = statOf(path);
  if (stat === undefined) throw ioError(path, Object.assign(new Error(path), { code: 'ENOENT' }));
  if (!stat.isDirectory()) {
    const settings = readRedisConf(path, notes);
    return find(resolve(dirname(path), settings.dir ?? '.'), settings, path, notes);
  }
  const conf = CONF_NAMES.map((name) => join(path, name)).find((name) => statOf(name)?.isFile());
  if (conf === undefined) return find(path, NO_SETTINGS, undefined, notes);
  const settings = readRedisConf(conf, notes);
  if (settings.dir !== undefined && resolve(path, settings.dir) !== resolve(path)) {
    notes.push(`${conf} says that data is in ${settings.dir}; ${path} was looked at instead`);
  }
  return find(path, settings, conf, notes);
}

const NO_SETTINGS: DataSettings = {
  dir: undefined,
  appendonly: undefined,
  appendfilename: undefined,
  appenddirname: undefined,
  dbfilename: undefined,
};

function find(dir: string, settings: DataSettings, conf: string | undefined, notes: string[]): FoundData {
  const dump = join(dir, settings.dbfilename ?? 'dump.rdb');
  const dumpStat = statOf(dump);
  const rdb = (reason: string): FoundData => ({ kind: 'rdb', dir, path: dump, manifest: undefined, reason, notes });
  const nothing = (reason: string): FoundData => {
    return { kind: 'nothing', dir, path: undefined, manifest: undefined, reason, notes };
  };
  if (settings.appendonly === false) {
    const off = `${conf} says appendonly no, so only the dump is read`;
    if (findAof(dir, settings, [])) notes.push('there is an append-only file, which is ignored and left alone');
    return dumpStat === undefined ? nothing(`${off}, and there is no ${dump}`) : rdb(off);
  }
  const aof = findAof(dir, settings, notes);
  if (aof !== undefined) {
    if (dumpStat !== undefined && settings.appendonly === undefined && dumpStat.mtimeMs > aof.changed) {
      notes.push(`${dump} is newer than the append-only file: if the server has appendonly no, that is its data`);
    } else if (dumpStat !== undefined) notes.push(`${dump} is ignored`);
    const why = settings.appendonly === true ? `${conf} says appendonly yes, and ` : '';
    return { kind: aof.kind, dir, path: aof.path, manifest: aof.manifest, reason: why + aof.reason, notes };
  }
  if (settings.appendonly === true) {
    if (dumpStat !== undefined) notes.push(`${dump} is ignored: there is no way back from appendonly yes to the dump`);
    return nothing(`${conf} says appendonly yes, and there is no append-only file: the server starts empty`);
  }
  if (dumpStat !== undefined) return rdb('there is a dump and no append-only file');
  return nothing('there is neither an append-only file nor a dump');
}

interface FoundAof {
  kind: 'aofSet' | 'aof';
  path: string;
  manifest: Manifest | undefined;
  reason: string;
  /** When it was last written to, in ms. */
  changed: number;
}

function findAof(dir: string, settings: DataSettings, notes: string[]): FoundAof | undefined {
  const folder = join(dir, settings.appenddirname ?? 'appendonlydir');
  const name = settings.appendfilename ?? manifestName(folder)?.replace(/\.manifest$/, '') ?? 'appendonly.aof';
  const single = join(dir, name);
  const singleStat = statOf(single);
  const path = join(folder, `${name}.manifest`);
  const temporary = join(folder, `temp-${name}.manifest`);
  if (statOf(temporary) !== undefined) {
    notes.push(`${temporary} was left behind while it was written; servers ignore it`);
  }
  const manifest = statOf(path) === undefined ? undefined : readManifest(path);
  const files = manifest === undefined ? [] : listed(manifest);
  const one = (reason: string): FoundAof => {
    return { kind: 'aof', path: single, manifest: undefined, reason, changed: singleStat!.mtimeMs };
  };
  if (files.length === 0) {
    if (singleStat === undefined) return undefined;
    if (manifest !== undefined) return one(`${path} lists no files, so the file of its own counts`);
    return one(`there is ${single} and no manifest`);
  }
  if (singleStat !== undefined) {
    const moved = files.length === 1 && manifest!.base?.name === name && statOf(join(folder, name)) === undefined;
    if (moved) return one(`${path} lists it as the base, but it was not yet moved there`);
    notes.push(`${single} is ignored, as there is a manifest`);
  }
  const stats = files.map((file) => ({ file, stat: statOf(join(folder, file)) }));
  for (const { file, stat } of stats) {
    if (stat === undefined) notes.push(`${join(folder, file)} is listed and missing: a server does not start`);
  }
  noteUnlisted(folder, name, manifest!, notes);
  const changed = Math.max(0, ...stats.map(({ stat }) => stat?.mtimeMs ?? 0));
  return { kind: 'aofSet', path, manifest, reason: `${path} lists ${plural(files.length)}`, changed };
}

/** Files that look as if they belonged to the set: a server may write over them. */
function noteUnlisted(folder: string, name: string, manifest: Manifest, notes: string[]): void {
  const known = new Set([...listed(manifest), ...manifest.history.map((file) => file.name)]);
  for (const file of readdirSync(folder)) {
    if (file.startsWith(`${name}.`) && /\.(?:base|incr)\.(?:rdb|aof)$/.test(file) && !known.has(file)) {
      notes.push(`${join(folder, file)} is not listed, and ignored`);
    }
  }
}

function listed({ base, incr }: Manifest): string[] {
  return [...(base === undefined ? [] : [base]), ...incr].map((file) => file.name);
}

/**
 * The name of the manifest in the directory of a multi-part file.
 *
 * @returns undefined where there is none
 * @throws RedisFileError `INVALID_ARGUMENT` where there are several
 */
export function manifestName(folder: string): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const manifests = names.filter((name) => name.endsWith('.manifest') && !name.startsWith('temp-')).sort();
  if (manifests.length <= 1) return manifests[0];
  throw new RedisFileError('INVALID_ARGUMENT', `${folder}: more than one manifest: ${manifests.join(', ')}`);
}

/** @throws RedisFileError `IO`, `MANIFEST_INVALID` */
export function readManifest(path: string): Manifest {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw ioError(path, error);
  }
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (RedisFileError.is(error)) error.context.file ??= path;
    throw error;
  }
}

/** @returns undefined where nothing is there, or nothing that may be seen */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function plural(count: number): string {
  return count === 1 ? 'one file' : `${count} files`;
}
