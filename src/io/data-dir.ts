import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Manifest, parseManifest } from '../aof/index.ts';
import { RedisFileError } from '../errors.ts';
import { ioError, systemError } from './file.ts';
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
  if (stat === undefined) throw ioError(path, systemError('ENOENT'));
  if (!stat.isDirectory()) {
    const settings = readRedisConf(path);
    const dir = settings.dir ?? resolve(dirname(path));
    if (statOf(dir)?.isDirectory()) return find(dir, settings, path, notes);
    throw ioError(dir, systemError('ENOENT'), `no such directory, which ${path} says data is in`);
  }
  const conf = CONF_NAMES.map((name) => join(path, name)).find((name) => statOf(name)?.isFile());
  if (conf === undefined) return find(path, NO_SETTINGS, undefined, notes);
  const settings = readRedisConf(conf);
  if (settings.dir !== undefined && settings.dir !== resolve(path)) {
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
  // An empty name is that of no file; servers start without a dump then.
  const dumpStat = settings.dbfilename === '' ? undefined : statOf(dump);
  const rdb = (reason: string): FoundData => ({ kind: 'rdb', dir, path: dump, manifest: undefined, reason, notes });
  const nothing = (reason: string): FoundData => {
    return { kind: 'nothing', dir, path: undefined, manifest: undefined, reason, notes };
  };
  if (conf !== undefined && settings.appendonly !== true) {
    const off = `${conf} says ${settings.appendonly === false ? 'appendonly no' : 'nothing of appendonly, which means no'}`;
    // Also a server that does not load the files reads their manifest, and refuses one that is broken.
    if (findAof(dir, settings, conf, []).path !== undefined) notes.push(ignoredAof(settings));
    const only = `${off}, so only the dump is read`;
    return dumpStat === undefined ? nothing(`${only}, and there is no ${dump}`) : rdb(only);
  }
  const aof = findAof(dir, settings, conf, notes);
  if (aof.path !== undefined) {
    if (dumpStat !== undefined && conf === undefined && dumpStat.mtimeMs > aof.changed) {
      notes.push(`${dump} is newer than the append-only file: if the server has appendonly no, that is its data`);
    } else if (dumpStat !== undefined) notes.push(`${dump} is ignored`);
    const why = settings.appendonly === true ? `${conf} says appendonly yes, and ` : '';
    return { kind: aof.kind, dir, path: aof.path, manifest: aof.manifest, reason: why + aof.reason, notes };
  }
  if (settings.appendonly === true) {
    if (dumpStat !== undefined) notes.push(`${dump} is ignored: there is no way back from appendonly yes to the dump`);
    return nothing(`${conf} says appendonly yes, and there is ${aof.reason}: the server starts empty`);
  }
  if (dumpStat !== undefined) return rdb(`there is a dump and ${aof.reason}`);
  return nothing(`there is no dump and ${aof.reason}`);
}

function ignoredAof({ appendonly }: DataSettings): string {
  const ignored = 'there is an append-only file, which is ignored and left alone';
  return appendonly === false ? ignored : `${ignored}, unless the server is told appendonly yes by its command line`;
}

interface NoAof {
  path: undefined;
  /** Behind `there is`. */
  reason: string;
}

interface FoundAof {
  kind: 'aofSet' | 'aof';
  path: string;
  manifest: Manifest | undefined;
  reason: string;
  /** When it was last written to, in ms. */
  changed: number;
}

function findAof(dir: string, settings: DataSettings, conf: string | undefined, notes: string[]): FoundAof | NoAof {
  const folder = join(dir, settings.appenddirname ?? 'appendonlydir');
  refuseDangling(folder);
  const isFolder = statOf(folder)?.isDirectory() ?? false;
  // Without a configuration nobody knows what the server calls it; with one that is silent it has its usual name.
  const guessed = conf === undefined && isFolder ? manifestName(folder)?.replace(/\.manifest$/, '') : undefined;
  const name = settings.appendfilename ?? guessed ?? 'appendonly.aof';
  const single = join(dir, name);
  const singleStat = statOf(single);
  const path = join(folder, `${name}.manifest`);
  refuseDangling(path);
  const manifest = statOf(path) === undefined ? undefined : readManifest(path);
  const files = manifest === undefined ? [] : listed(manifest);
  const one = (reason: string): FoundAof => {
    return { kind: 'aof', path: single, manifest: undefined, reason, changed: singleStat!.mtimeMs };
  };
  const unlisted = isFolder ? noteOthers(path, manifest ?? NO_FILES, notes) : 0;
  if (files.length === 0) {
    if (singleStat === undefined) return { path: undefined, reason: whyNone(path, manifest, unlisted) };
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
  const changed = Math.max(0, ...stats.map(({ stat }) => stat?.mtimeMs ?? 0));
  return { kind: 'aofSet', path, manifest, reason: `${path} lists ${plural(files.length)}`, changed };
}

function whyNone(path: string, manifest: Manifest | undefined, unlisted: number): string {
  if (manifest !== undefined) return `no append-only file: ${path} lists none`;
  if (unlisted === 0) return 'no append-only file';
  return `no ${path}, without which ${plural(unlisted)} of an append-only file beside it cannot be loaded`;
}

const NO_FILES: Manifest = { base: undefined, incr: [], history: [] };

/**
 * What else there is beside a manifest, also one that is missing: others of its kind, which servers ignore, and files that
 * look as if they belonged to the set, which a server may write over.
 *
 * @returns how many of these there are
 * @throws RedisFileError `IO` where the directory cannot be listed
 */
export function noteOthers(path: string, manifest: Manifest, notes: string[]): number {
  const folder = dirname(path);
  const own = basename(path);
  const prefix = own.replace(/\.manifest$/, '');
  const known = new Set([...listed(manifest), ...manifest.history.map((file) => file.name)]);
  let unlisted = 0;
  for (const file of namesIn(folder)) {
    if (file === `temp-${own}`) {
      notes.push(`${join(folder, file)} was left behind while it was written; servers ignore it`);
    } else if (file.startsWith(`${prefix}.`) && /\.(?:base|incr)\.(?:rdb|aof)$/.test(file) && !known.has(file)) {
      unlisted++;
      notes.push(`${join(folder, file)} is not listed, and ignored; a server may write over it`);
    } else if (isManifestName(file) && file !== own) {
      notes.push(`${join(folder, file)} is ignored: that is the manifest of another appendfilename`);
    }
  }
  return unlisted;
}

/** @throws RedisFileError `IO` */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw ioError(folder, error);
  }
}

function isManifestName(name: string): boolean {
  return name.endsWith('.manifest') && !name.startsWith('temp-');
}

function listed({ base, incr }: Manifest): string[] {
  return [...(base === undefined ? [] : [base]), ...incr].map((file) => file.name);
}

/**
 * The name of the manifest in the directory of a multi-part file.
 *
 * @returns undefined where there is none
 * @throws RedisFileError `IO` where the directory cannot be listed; `INVALID_ARGUMENT` where there are several
 */
export function manifestName(folder: string): string | undefined {
  const manifests = namesIn(folder).filter(isManifestName);
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

/**
 * @returns undefined where nothing is there
 * @throws RedisFileError `IO` where that may not be seen, or has a name that is no UTF-8: it must not pass for nothing
 */
export function statOf(path: string): Stats | undefined {
  // Node would look for U+FFFD instead of these bytes.
  const shown = path.replaceAll(NO_UTF8, (letter) => `\\x${(letter.charCodeAt(0) - 0xdc00).toString(16)}`);
  if (shown !== path) throw ioError(shown, systemError('EILSEQ'), 'a name that is no UTF-8, which cannot be opened');
  try {
    return statSync(path);
  } catch (error) {
    if (NOTHING_THERE.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw ioError(path, error);
  }
}

/** A byte that is no UTF-8, as it stands in names: half a surrogate pair. */
const NO_UTF8 = /[\udc80-\udcff]/gu;

const NOTHING_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** A link to what is not there, such as a disk that is not mounted. @throws RedisFileError `IO` */
function refuseDangling(path: string): void {
  if (statOf(path) !== undefined || lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw ioError(path, systemError('ENOENT'), 'links to what is not there');
}

function plural(count: number): string {
  return count === 1 ? 'one file' : `${count} files`;
}
