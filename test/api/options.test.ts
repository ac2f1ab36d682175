/** Options of the wrong kind: our error or a sensible reading, in every function that takes some. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as api from '../../src/node.ts';
import { AOF_FIXTURES, log, raw } from '../helpers/aof.ts';
import { all, concat, rdbFile, string } from '../helpers/encode-bytes.ts';

const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-options-'));
afterAll(() => rmSync(dir, { recursive: true }));

const LOG = raw(log(['SET', 'k', 'v']));
const DUMP = rdbFile(9, concat([0], string('k'), string('v')));
const KEY = [{ kind: 'key', key: 'k', type: 'string', value: 'v' }] as const;
const COMMAND = [{ kind: 'command', argv: ['SET', 'k', 'v'] }] as const;
let files = 0;
const path = (): string => join(dir, String(files++));

const FUNCTIONS: Readonly<Record<string, (options: never) => unknown>> = {
  readRdb: (options) => all(api.readRdb(DUMP, options)),
  readAof: (options) => all(api.readAof(LOG, options)),
  readAofSet: (options) => all(api.readAofSet('file a seq 1 type i\n', () => LOG, options)),
  writeRdb: (options) => all(api.writeRdb(KEY, options)),
  writeAof: (options) => all(api.writeAof(COMMAND, options)),
  toCommands: (options) => all(api.toCommands(api.readRdb(DUMP), options)),
  replay: (options) => all(api.replay(api.readAof(LOG), options)),
  replayAof: (options) => all(api.replayAof(LOG, options)),
  rewriteAof: (options) => all(api.rewriteAof(LOG, options)),
  filterKeys: (options) => api.filterKeys(options),
  KeyFilter: (options) => new api.KeyFilter(options),
  changeTtl: (options) => api.changeTtl(options),
  mapDb: (options) => api.mapDb(options),
  RdbParser: (options) => new api.RdbParser(options),
  AofParser: (options) => new api.AofParser(options),
  RdbWriter: (options) => new api.RdbWriter(options),
  AofEncoder: (options) => new api.AofEncoder(options),
  CommandBuilder: (options) => new api.CommandBuilder(options),
  encodeDump: (options) => api.encodeDump({ type: 'string', value: 'v' }, options),
  encodeFunctions: (options) => api.encodeFunctions([{ code: '#!lua name=a\n' }], options),
  encodeCommand: (options) => api.encodeCommand(options),
  compileGlob: (options) => api.compileGlob(options),
  parseManifest: (options) => api.parseManifest(options),
  formatManifest: (options) => api.formatManifest(options),
  writeFileAtomic: (options) => api.writeFileAtomic(path(), DUMP, options),
  readAofDir: (options) => all(api.readAofDir(join(AOF_FIXTURES, 'redis-7.4.1.multipart'), options)),
  rewriteAofDir: (options) => api.rewriteAofDir(join(AOF_FIXTURES, 'redis-2.8.24.plain.aof'), path(), options),
  'AofWriter.open': async (options) => await (await api.AofWriter.open(path(), options)).close(),
};

const NAMES: readonly string[] = [
  ...[
    'values',
    'strings',
    'views',
    'checksum',
    'large',
    'maxValueBytes',
    'strictVersion',
    'family',
    'onError',
    'signal',
  ],
  ...[
    'onProgress',
    'onTrailing',
    'onContainer',
    'maxDecompressedBytes',
    'file',
    'size',
    'tolerant',
    'maxArgumentBytes',
  ],
  ...['maxCommandBytes', 'databases', 'target', 'thresholds', 'compression', 'onLoss', 'now', 'spill', 'hints', 'mode'],
  ...['replace', 'cluster', 'duplicates', 'caps', 'sourceVersion', 'scripts', 'onUnsupported', 'onSkipped', 'journal'],
  ...['hllSparseMaxBytes', 'dropExpired', 'timestamps', 'keys', 'keyRegex', 'notKeys', 'types', 'dbs', 'slots', 'ttl'],
  ...['limit', 'exclusive', 'appendfsync', 'multiPart', 'to'],
];

const WRONG: readonly unknown[] = [null, -1.5, 'zz', {}, [], true, () => undefined, [null]];

it.each(Object.keys(FUNCTIONS))('%s', async (name) => {
  const call = FUNCTIONS[name]!;
  const foreign: string[] = [];
  let refused = 0;
  const attempt = async (options: unknown, what: string): Promise<void> => {
    try {
      await call(options as never);
    } catch (error) {
      if (!api.RedisFileError.is(error)) foreign.push(`${what}: ${String(error)}`);
      else refused++;
    }
  };
  for (const value of WRONG) {
    const shown = typeof value === 'function' ? 'a function' : JSON.stringify(value);
    await attempt(value, shown);
    for (const option of NAMES) await attempt({ [option]: value }, `${option}: ${shown}`);
  }
  expect(foreign).toEqual([]);
  expect(refused).toBeGreaterThan(0);
});
