/** Options and arguments of the wrong kind: our error, from every function that takes some. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
const dumpFile = join(dir, 'dump.rdb');
writeFileSync(dumpFile, DUMP);
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
  readRdbFile: (options) => all(api.readRdbFile(dumpFile, options)),
  readAofFile: (options) => all(api.readAofFile(join(AOF_FIXTURES, 'redis-2.8.24.plain.aof'), options)),
  readAofDir: (options) => all(api.readAofDir(join(AOF_FIXTURES, 'redis-7.4.1.multipart'), options)),
  rewriteAofDir: (options) => api.rewriteAofDir(join(AOF_FIXTURES, 'redis-2.8.24.plain.aof'), path(), options),
  'AofWriter.open': async (options) => await (await api.AofWriter.open(path(), options)).close(),
};

/** What an option of each kind must not be. */
const WRONG = {
  flag: [null, 1, 'yes', {}, () => undefined],
  choice: [null, 3, 'zz', true, {}, ['bytes']],
  function: [null, 3, 'zz', true, {}],
  signal: [null, 3, 'zz', true, {}],
  count: [null, 0, -1, 1.5, '7', true, {}, Number.NaN, 2 ** 53],
  bytes: [null, -1, 1.5, '7', true, {}, Number.NaN, 2 ** 53],
  time: [null, 1.5, '7', true, {}, Number.NaN, Number.POSITIVE_INFINITY],
  object: [null, 3, 'zz', true, [], () => undefined, { zz: 1 }],
  server: [null, 3, 'zz', 'redis', 'redis:1.0', true, {}],
  source: [null, 3, 'zz', 'redis', 'redis:x', true, {}],
  text: [null, 3, true, {}],
  list: [null, 3, 'zz', true, {}, [3], [null], [{}]],
  numbers: [null, 3, 'zz', true, {}, ['0'], [null], [-1], [1.5]],
  scripts: [null, 3, 'zz', true, [], { zz: 1 }],
  glob: [null, 3, true, {}, [3], [null], [['k']]],
  regex: [null, 3, 'k', true, {}, ['k'], [null]],
  ttl: [null, 3, 'zz', true, [], { from: 'x' }, { to: -1 }, { from: 3, to: 1 }],
  size: [null, 3, 'zz', true, [], { min: 'x' }, { max: -1 }, { min: 3, max: 1 }],
} as const satisfies Record<string, readonly unknown[]>;

type Kinds = Readonly<Record<string, keyof typeof WRONG>>;

const STREAM: Kinds = { signal: 'signal', onProgress: 'function' };
const PARSE: Kinds = {
  values: 'choice',
  strings: 'choice',
  views: 'flag',
  checksum: 'choice',
  large: 'choice',
  maxValueBytes: 'count',
  strictVersion: 'flag',
  family: 'choice',
  onError: 'choice',
};
const READ: Kinds = { ...PARSE, ...STREAM, file: 'text', maxDecompressedBytes: 'bytes' };
const PARSE_LOG: Kinds = {
  ...PARSE,
  tolerant: 'flag',
  maxArgumentBytes: 'count',
  maxCommandBytes: 'count',
  databases: 'count',
  file: 'text',
};
const READ_LOG: Kinds = { ...PARSE_LOG, ...STREAM };
const ENCODE: Kinds = {
  target: 'server',
  strings: 'choice',
  thresholds: 'object',
  compression: 'flag',
  onLoss: 'function',
  now: 'function',
  spill: 'function',
};
const WRITE: Kinds = { ...ENCODE, checksum: 'flag', hints: 'choice' };
const WRITE_LOG: Kinds = { ...WRITE, timestamps: 'flag' };
const COMMANDS: Kinds = {
  target: 'server',
  mode: 'choice',
  replace: 'flag',
  cluster: 'flag',
  duplicates: 'flag',
  now: 'time',
  caps: 'object',
  onLoss: 'function',
  views: 'flag',
};
const REPLAY: Kinds = {
  sourceVersion: 'source',
  now: 'time',
  scripts: 'scripts',
  onUnsupported: 'choice',
  onSkipped: 'function',
  journal: 'list',
  databases: 'count',
  hllSparseMaxBytes: 'count',
  tolerant: 'flag',
  dropExpired: 'flag',
  large: 'choice',
  maxValueBytes: 'count',
  signal: 'signal',
};
const FILTER: Kinds = {
  keys: 'glob',
  keyRegex: 'regex',
  notKeys: 'glob',
  types: 'list',
  dbs: 'numbers',
  slots: 'numbers',
  ttl: 'ttl',
  now: 'time',
  size: 'size',
  limit: 'count',
};

const OPTIONS: Readonly<Record<string, Kinds>> = {
  readRdb: READ,
  readAof: READ_LOG,
  readAofSet: READ_LOG,
  readRdbFile: READ,
  readAofFile: READ_LOG,
  readAofDir: READ_LOG,
  writeRdb: { ...WRITE, signal: 'signal' },
  writeAof: { ...WRITE_LOG, signal: 'signal' },
  toCommands: COMMANDS,
  replay: REPLAY,
  replayAof: REPLAY,
  rewriteAof: { ...REPLAY, ...COMMANDS },
  filterKeys: { ...FILTER, strings: 'choice' },
  KeyFilter: FILTER,
  RdbParser: PARSE,
  AofParser: PARSE_LOG,
  RdbWriter: WRITE,
  AofEncoder: WRITE_LOG,
  CommandBuilder: COMMANDS,
  encodeDump: ENCODE,
  encodeFunctions: { target: 'server', compression: 'flag', strings: 'choice' },
  writeFileAtomic: { exclusive: 'flag', signal: 'signal' },
  rewriteAofDir: {
    ...REPLAY,
    to: 'choice',
    mode: 'choice',
    target: 'server',
    cluster: 'flag',
    caps: 'object',
    onLoss: 'function',
    onProgress: 'function',
  },
  'AofWriter.open': { appendfsync: 'choice', timestamps: 'flag', multiPart: 'flag', now: 'function' },
};

/** What a call ends with: the code of our error, the text of another one, or `nothing`. */
async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'nothing';
  } catch (error) {
    return api.RedisFileError.is(error) ? error.code : String(error);
  }
}

const shown = (value: unknown): string => (typeof value === 'function' ? 'a function' : JSON.stringify(value));

it.each(Object.keys(OPTIONS))('%s refuses options of the wrong kind', async (name) => {
  const call = FUNCTIONS[name]!;
  const wrong: string[] = [];
  const attempt = async (options: unknown, what: string): Promise<void> => {
    const ended = await outcome(() => call(options as never));
    if (ended !== 'INVALID_ARGUMENT') wrong.push(`${what}: ${ended}`);
  };
  for (const value of [null, 3, 'zz', true, []]) await attempt(value, shown(value));
  for (const [option, kind] of Object.entries(OPTIONS[name]!)) {
    for (const value of WRONG[kind]) await attempt({ [option]: value }, `${option}: ${shown(value)}`);
  }
  expect(wrong).toEqual([]);
});

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

const ANYTHING: readonly unknown[] = [null, -1.5, 'zz', {}, [], true, () => undefined, [null]];

it.each(Object.keys(FUNCTIONS))('%s throws nothing foreign, whatever it is told', async (name) => {
  const call = FUNCTIONS[name]!;
  const foreign: string[] = [];
  const attempt = async (options: unknown, what: string): Promise<void> => {
    const ended = await outcome(() => call(options as never));
    if (!/^(nothing|[A-Z_]+)$/.test(ended)) foreign.push(`${what}: ${ended}`);
  };
  for (const value of ANYTHING) {
    await attempt(value, shown(value));
    for (const option of NAMES) await attempt({ [option]: value }, `${option}: ${shown(value)}`);
  }
  expect(foreign).toEqual([]);
});

const NOTHING = [null, undefined, 3, 'x', true, {}, () => undefined];
const STREAMED = api.readRdb(DUMP);

/** Arguments that are no options: what each function must not be given. */
const ARGUMENTS: Readonly<Record<string, readonly [call: (value: never) => unknown, wrong: readonly unknown[]]>> = {
  readRdb: [(value) => all(api.readRdb(value)), [null, undefined, 3, {}, [3], ['x']]],
  readAof: [(value) => all(api.readAof(value)), [null, undefined, 3, {}, [3], ['x']]],
  writeRdb: [
    (value) => all(api.writeRdb(value)),
    [...NOTHING, [3], [null], [{ kind: 'zz' }], [{ kind: 'function', code: 'return 1' }]],
  ],
  writeAof: [(value) => all(api.writeAof(value)), [...NOTHING, [3], [null], [{ kind: 'zz' }]]],
  toCommands: [(value) => all(api.toCommands(value)), [...NOTHING, [3], [null], [{ kind: 'zz' }]]],
  replay: [
    (value) => all(api.replay(value)),
    [
      ...[...NOTHING, [3], [null], [{ kind: 'zz' }]],
      ...[undefined, 3, [], ['SET', 'k', 'v'], [raw('SELECT'), '1'], [raw('SET'), raw('k'), 'v']].flatMap((argv) => [
        [{ kind: 'command', argv }],
        [{ kind: 'command', offset: 0, argv }],
      ]),
    ],
  ],
  'RdbParser.push': [(value) => new api.RdbParser().push(value), NOTHING],
  'AofParser.push': [(value) => new api.AofParser().push(value), NOTHING],
  'RdbWriter.push': [(value) => new api.RdbWriter().push(value), [...NOTHING, [3], [null]]],
  'AofEncoder.push': [(value) => new api.AofEncoder().push(value), [...NOTHING, [3], [null]]],
  'CommandBuilder.push': [(value) => new api.CommandBuilder().push(value), [...NOTHING, [3], [null]]],
  'pipe, the stream': [(value) => api.pipe(value, (batch) => batch), [...NOTHING, []]],
  'pipe, a transform': [(value) => api.pipe(STREAMED, value), [null, undefined, 3, 'x', {}]],
  renameKeys: [(value) => api.renameKeys(value), [null, undefined, 3, 'x', {}]],
  'renamePrefix, from': [(value) => api.renamePrefix(value, 'x'), [null, undefined, 3, {}, [1]]],
  'renamePrefix, to': [(value) => api.renamePrefix('x', value), [null, undefined, 3, {}, [1]]],
  changeTtl: [
    (value) => api.changeTtl(value),
    [null, undefined, 3, 'zz', {}, { add: 1, at: 1 }, { at: -1 }, { add: 1.5 }],
  ],
  mapDb: [(value) => api.mapDb(value), [null, undefined, -1, 'x', { 0: -1 }, { 0: 'x' }]],
  hashSlot: [(value) => api.hashSlot(value), [null, undefined, 3, 'x', {}, [1]]],
  findCommand: [(value) => api.findCommand(value), [null, undefined, 3, 'GET', {}, [3], [null]]],
  keysOf: [(value) => api.keysOf(value), [null, undefined, 3, 'GET', {}, [3], [null]]],
  keyPositions: [(value) => api.keyPositions(value), [null, undefined, 3, 'GET', {}, [3], [null]]],
  arityFits: [(value) => api.arityFits(value), [null, undefined, 3, 'GET', {}, [3], [null]]],
  commandInfo: [(value) => api.commandInfo(value), [null, undefined, 3, {}]],
  isWrite: [(value) => api.isWrite(value), [null, undefined, 3, {}]],
  encodeCommand: [(value) => api.encodeCommand(value), [null, undefined, 3, 'GET', {}, [3], ['GET']]],
  encodeDump: [(value) => api.encodeDump(value), [...NOTHING, { type: 'zz', value: 'v' }]],
  decodeDump: [(value) => api.decodeDump(value), NOTHING],
  encodeFunctions: [
    (value) => api.encodeFunctions(value),
    [...NOTHING, [3], [null], [{}], [{ code: 'return 1' }], [{ code: '#!lua name=a' }], [{ code: '', name: 'a b' }]],
  ],
  decodeFunctions: [(value) => api.decodeFunctions(value), NOTHING],
  compileGlob: [(value) => api.compileGlob(value), [null, undefined, 3, {}]],
  parseManifest: [(value) => api.parseManifest(value), [null, undefined, 3, {}]],
  readRdbFile: [(value) => all(api.readRdbFile(value)), [null, undefined, 3, {}]],
  readAofFile: [(value) => all(api.readAofFile(value)), [null, undefined, 3, {}]],
  readAofDir: [(value) => all(api.readAofDir(value)), [null, undefined, 3, {}]],
  openDataDir: [(value) => api.openDataDir(value), [null, undefined, 3, {}]],
  'AofWriter.open': [(value) => api.AofWriter.open(value), [null, undefined, 3, {}]],
  'rewriteAofDir, from': [(value) => api.rewriteAofDir(value, path()), [null, undefined, 3, {}]],
  'rewriteAofDir, to': [
    (value) => api.rewriteAofDir(join(AOF_FIXTURES, 'redis-2.8.24.plain.aof'), value),
    [null, undefined, 3, {}],
  ],
  'writeFileAtomic, path': [(value) => api.writeFileAtomic(value, DUMP), [null, undefined, 3, {}]],
  'writeFileAtomic, bytes': [(value) => api.writeFileAtomic(path(), value), [null, undefined, 3, {}]],
};

it.each(Object.keys(ARGUMENTS))('%s refuses arguments of the wrong kind', async (name) => {
  const [call, values] = ARGUMENTS[name]!;
  const ended = await Promise.all(values.map((value) => outcome(() => call(value as never))));
  expect(values.map((value, i) => [shown(value), ended[i]])).toEqual(
    values.map((value) => [shown(value), 'INVALID_ARGUMENT']),
  );
});
