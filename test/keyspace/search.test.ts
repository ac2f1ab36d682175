/** Commands and data of search modules. No server with such a module is at hand: what is expected is what their sources say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../src/bytes/index.ts';
import {
  AofParser,
  encodeDump,
  type Loss,
  type ModuleAuxRecord,
  type RdbRecord,
  readRdb,
  replayAof,
  rewriteAof,
  toCommands,
  type WritableRecord,
  writeRdb,
} from '../../src/index.ts';
import { Replayer } from '../../src/keyspace/replayer.ts';
import { datasetFile } from '../../src/rewrite/index.ts';
import { log, raw, shown } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import type { Command } from './run.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const bytesOf = (commands: readonly Command[]): Bytes => raw(log(...commands.map((argv) => [...argv])));

async function rewritten(commands: readonly Command[], sourceVersion: string, mode?: 'mixed'): Promise<Command[]> {
  const options = { sourceVersion, ...(mode === undefined ? {} : { mode }) };
  return (await all(rewriteAof(bytesOf(commands), options))).map(({ argv }) => argv.map(shown));
}

/** The same without records between, as directories and files are rewritten. */
function rewrittenAtOnce(commands: readonly Command[], sourceVersion: string, mode: 'commands' | 'mixed'): Command[] {
  const replayer = new Replayer({ sourceVersion });
  replayer.begin();
  replayer.push(bytesOf(commands));
  replayer.end();
  const bytes = Buffer.concat([...datasetFile(replayer, { mode })].map((chunk) => Buffer.from(chunk)));
  return parse(bytes);
}

function parse(bytes: Uint8Array): Command[] {
  const parser = new AofParser();
  const parsed = [...parser.push(Uint8Array.from(bytes)), ...parser.end()];
  return parsed.flatMap((record) => (record.kind === 'command' ? [record.argv.map(shown)] : []));
}

const records = (commands: readonly Command[], sourceVersion = 'redis:8.2'): Promise<RdbRecord[]> =>
  all(replayAof(bytesOf(commands), { sourceVersion }));

/**
 * A server with strings and indexes. An index of Redis is that of all databases and holds the keys of the first; Valkey has
 * indexes in each database, for its keys. Neither depends on when its keys came.
 */
class FakeServer {
  readonly #valkey: boolean;
  #db = 0;
  #keys = new Map<number, Map<string, string>>();
  /** By database; those of Redis all in the first. */
  #indexes = new Map<number, Map<string, string[]>>();
  #aliases = new Map<string, string>();
  #words = new Map<string, Set<string>>();

  constructor(valkey: boolean) {
    this.#valkey = valkey;
  }

  get #home(): number {
    return this.#valkey ? this.#db : 0;
  }

  #of<T>(map: Map<number, Map<string, T>>, db: number): Map<string, T> {
    if (!map.has(db)) map.set(db, new Map());
    return map.get(db)!;
  }

  /** @returns what it logs */
  run(argv: Command): Command[] {
    const [name, first, ...rest] = argv as [string, string, ...string[]];
    const indexes = this.#of(this.#indexes, this.#home);
    const prefix = this.#valkey ? 'FT.' : '_FT._';
    switch (name.replace(/^_?FT\._?/, 'FT.')) {
      case 'SELECT':
        this.#db = Number(first);
        return [argv];
      case 'SET':
        this.#of(this.#keys, this.#db).set(first, rest[0]!);
        return [argv];
      case 'MSET':
        for (let i = 1; i < argv.length; i += 2) this.#of(this.#keys, this.#db).set(argv[i]!, argv[i + 1]!);
        return [argv];
      case 'DEL':
        this.#of(this.#keys, this.#db).delete(first);
        return [argv];
      case 'FLUSHDB':
        this.#keys.delete(this.#db);
        if (this.#valkey) this.#indexes.delete(this.#db);
        else this.#clear();
        return [argv];
      case 'FLUSHALL':
        this.#keys.clear();
        this.#clear();
        return [argv];
      case 'SWAPDB':
        for (const map of this.#valkey ? [this.#keys, this.#indexes] : [this.#keys]) {
          const [a, b] = [this.#of<unknown>(map as never, +first), this.#of<unknown>(map as never, +rest[0]!)];
          map.set(Number(first), b as never);
          map.set(Number(rest[0]), a as never);
        }
        return [argv];
      case 'FT.CREATE':
      case 'FT.CREATEIFNX':
        if (indexes.has(first)) return [];
        indexes.set(first, [rest.join(' ')]);
        return [[this.#valkey ? 'FT.CREATE' : `${prefix}CREATEIFNX`, first, ...rest]];
      case 'FT.ALTER':
      case 'FT.ALTERIFNX':
        if (!indexes.has(first)) return [];
        indexes.get(first)!.push(rest.join(' '));
        return [[`${prefix}ALTERIFNX`, first, ...rest]];
      case 'FT.SYNUPDATE':
        if (!indexes.has(first)) return [];
        indexes.get(first)!.push(`synonyms ${rest.join(' ')}`);
        return [argv];
      case 'FT.DROPINDEX':
      case 'FT.DROPINDEXIFX':
        if (!indexes.delete(first)) return [];
        for (const [alias, index] of this.#aliases) if (index === first) this.#aliases.delete(alias);
        return [this.#valkey ? argv : [`${prefix}DROPINDEXIFX`, first, '_FORCEKEEPDOCS']];
      case 'FT.ALIASUPDATE':
        if (!indexes.has(rest[0]!)) return [];
        this.#aliases.set(first, rest[0]!);
        return [argv];
      case 'FT.ALIASDEL':
      case 'FT.ALIASDELIFX':
        return this.#aliases.delete(first) ? [[`${prefix}ALIASDELIFX`, first]] : [];
      case 'FT.DICTADD':
        this.#words.set(first, new Set([...(this.#words.get(first) ?? []), ...rest]));
        return [argv];
      case 'FT.DICTDEL':
        for (const word of rest) this.#words.get(first)?.delete(word);
        return [argv];
      default:
        throw new Error(`${name} is not known`);
    }
  }

  #clear(): void {
    this.#indexes.clear();
    this.#aliases.clear();
    this.#words.clear();
  }

  get state(): object {
    const filled = (map: Map<number, Map<string, unknown>>): object =>
      Object.fromEntries([...map].filter(([, one]) => one.size > 0).map(([db, one]) => [db, Object.fromEntries(one)]));
    return {
      keys: filled(this.#keys),
      indexes: filled(this.#indexes),
      aliases: Object.fromEntries(this.#aliases),
      words: Object.fromEntries([...this.#words].flatMap(([d, w]) => (w.size > 0 ? [[d, [...w].sort()]] : []))),
    };
  }
}

const name = fc.constantFrom('i', 'j');
const word = fc.constantFrom('x', 'y', 'z');
const db = fc.constantFrom('0', '1');
const general: fc.Arbitrary<Command>[] = [
  fc.tuple(word, word).map((both) => ['SET', ...both]),
  word.map((key) => ['DEL', key]),
  fc.tuple(name, word).map(([index, field]) => ['FT.CREATE', index, 'SCHEMA', field, 'TEXT']),
  fc.tuple(name, word).map(([index, field]) => ['FT.CREATE', index, 'SCHEMA', field, 'NUMERIC']),
  name.map((index) => ['FT.DROPINDEX', index]),
  db.map((index) => ['SELECT', index]),
  fc.constant(['SWAPDB', '0', '1']),
];
const ofRedis: fc.Arbitrary<Command>[] = [
  fc.tuple(name, word).map(([index, field]) => ['FT.ALTER', index, 'SCHEMA', 'ADD', field, 'TAG']),
  fc.tuple(name, word).map(([index, text]) => ['FT.SYNUPDATE', index, 'group', text]),
  fc.tuple(word, name).map((both) => ['FT.ALIASUPDATE', ...both]),
  word.map((alias) => ['FT.ALIASDEL', alias]),
  fc.tuple(name, fc.array(word, { minLength: 1, maxLength: 2 })).map(([dict, words]) => ['FT.DICTADD', dict, ...words]),
  fc.tuple(name, word).map((both) => ['FT.DICTDEL', ...both]),
];
const flushes = { weight: 1, arbitrary: fc.constantFrom<Command>(['FLUSHALL'], ['FLUSHDB']) };

function commandsFor(valkey: boolean): fc.Arbitrary<Command[]> {
  const usual = fc.oneof(...general, ...(valkey ? [] : ofRedis));
  return fc.array(fc.oneof({ weight: 12, arbitrary: usual }, flushes), { maxLength: 40 });
}

describe.each([
  ['redis:8.2', false],
  ['valkey:8.1', true],
] as const)('indexes of %s', (version, valkey) => {
  it('are made again with the keys, and a rewritten log is its own rewrite', () => {
    fc.assert(
      fc.property(commandsFor(valkey), fc.constantFrom('commands', 'mixed'), (commands, mode) => {
        const server = new FakeServer(valkey);
        const logged = commands.flatMap((argv) => server.run(argv));
        const short = rewrittenAtOnce(logged, version, mode);
        const other = new FakeServer(valkey);
        for (const argv of short) other.run(argv);
        expect(other.state).toEqual(server.state);
        expect(rewrittenAtOnce(short, version, mode)).toEqual(short);
      }),
      { numRuns: 300 },
    );
  });
});

const SCHEMA: Command = ['_FT._CREATEIFNX', 'i', 'ON', 'HASH', 'PREFIX', '1', 'doc:', 'SCHEMA', 't', 'TEXT'];

describe('commands on indexes', () => {
  const kept: Command[] = [
    SCHEMA,
    ['ft.create', 'i', 'SCHEMA', 'a\r\n\0', 'TEXT'],
    ['_FT._ALTERIFNX', 'i', 'SCHEMA', 'ADD', 'n', 'NUMERIC'],
    ['FT.ALTER', 'i', 'SCHEMA', 'ADD', 'n', 'NUMERIC'],
    ['FT.SYNUPDATE', 'i', 'g', 'a', 'b'],
    ['FT._ALIASADDIFNX', 'alias', 'i'],
    ['FT.ALIASADD', 'alias', 'i'],
    ['_FT.ALIASUPDATE', 'alias', 'j'],
    ['_FT._ALIASDELIFX', 'alias'],
    ['FT.ALIASDEL', 'alias'],
    ['_FT.DICTADD', 'd', 'a', 'b'],
    ['FT.DICTDEL', 'd', 'a'],
    ['_FT._RESTOREIFNX', 'SCHEMA', '25', '\x07\xff'],
    ['FT.DROPINDEX', 'i'],
    ['FT._DROPINDEXIFX', 'i', '_FORCEKEEPDOCS'],
    ['FT.DROP', 'i', 'keepdocs'],
    ['_FT._DROPIFX', 'i', '_FORCEKEEPDOCS'],
  ];

  it('stay as they are and in their order, before the keys', async () => {
    const key: Command = ['SET', 'k', 'v'];
    expect(await rewritten([key, ...kept], 'redis:8.2')).toEqual([...kept, key]);
    expect(await rewritten([...kept, key], 'redis:8.2', 'mixed')).toEqual([...kept, key]);
  });

  it('stay for their database, also those of a transaction', async () => {
    const dict = (text: string): Command => ['FT.DICTADD', 'd', text];
    const select = (index: number): Command => ['SELECT', String(index)];
    const block = [['MULTI'], select(2), dict('c'), dict('d'), ['EXEC']];
    const commands = [dict('a'), select(1), dict('b'), ['SET', 'k', '1'], ...block, select(1), dict('e')];
    expect(await rewritten(commands, 'redis:8.2')).toEqual([
      ...[dict('a'), select(1), dict('b'), select(2), dict('c'), dict('d'), select(1), dict('e')],
      ['SET', 'k', '1'],
    ]);
    expect((await records(commands)).filter(({ kind }) => kind === 'journal')).toMatchObject([
      { db: 0, commands: [{}] },
      { db: 1, commands: [{}] },
      { db: 2, commands: [{}, {}] },
      { db: 1, commands: [{}] },
    ]);
    expect(await rewritten(block.slice(0, -1), 'redis:8.2')).toEqual([]);
  });

  it('are also those of scripts', async () => {
    const script = (call: (...argv: string[]) => unknown): void => {
      call('FT.DICTADD', 'd', 'x');
    };
    const options = { sourceVersion: 'redis:8.2', scripts: { ['0'.repeat(40)]: script } };
    const [command] = await all(rewriteAof(bytesOf([['EVALSHA', '0'.repeat(40), '0']]), options));
    expect(command!.argv.map(shown)).toEqual(['FT.DICTADD', 'd', 'x']);
  });

  it('come in records of some size', async () => {
    const many = Array.from({ length: 2500 }, (_, i): Command => ['FT.DICTADD', 'd', `word ${i}`]);
    const journals = (await records(many)).filter((record) => record.kind === 'journal');
    expect(journals.map(({ commands }) => commands.length)).toEqual([1000, 1000, 500]);
    expect(await rewritten(many, 'redis:8.2')).toEqual(many);
  });

  it.each<[string, Command]>([
    ['too few arguments', ['FT.DICTADD', 'd']],
    ['too many', ['FT.DROPINDEX', 'i', '_FORCEKEEPDOCS', 'x']],
    ['another option', ['FT.DROPINDEX', 'i', 'KEEPDOCS']],
    ['another option of the older form', ['FT.DROP', 'i', 'DD']],
  ])('fail at %s', async (_, argv) => {
    expect(await rewritten([argv], 'redis:8.2')).toEqual([]);
  });

  it.each<[Command, RegExp]>([
    [['FT.DROPINDEX', 'i', 'dd'], /"FT.DROPINDEX" removes the documents/],
    [['_FT._DROPINDEXIFX', 'i', 'DD'], /removes the documents/],
    [['FT.DROP', 'i'], /"FT.DROP" removes the documents/],
    [['_FT._DROPIFX', 'i'], /removes the documents/],
    ...['FT.ADD', '_FT.SAFEADD', 'FT.ADDHASH', 'FT.DEL'].map((one): [Command, RegExp] => [
      [one, 'i', 'doc', '1'],
      /concerns a document/,
    ]),
    [['FT.INTERNAL_UPDATE', 'i', 'x', 'y'], /"FT.INTERNAL_UPDATE" cannot be replayed/],
    [['FT.NEW', 'i'], /is not known/],
  ])('end the replay where only the module knows what %s does', async (argv, message) => {
    await expect(rewritten([argv], 'redis:8.2')).rejects.toMatchObject({
      code: 'CANNOT_REPLAY',
      message: expect.stringMatching(message),
    });
  });

  it('change nothing where they read', async () => {
    const reading = [
      'SEARCH',
      'AGGREGATE',
      'INFO',
      'CURSOR',
      'PROFILE',
      'CONFIG',
      'EXPLAIN',
      'TAGVALS',
      '_LIST',
      'MGET',
    ];
    const commands = reading.map((one): Command => [`FT.${one}`, 'i', 'x', 'y']);
    expect(await rewritten([SCHEMA, ...commands], 'redis:8.2')).toEqual([SCHEMA]);
  });

  it('cannot be in an RDB, nor go to servers without modules', async () => {
    const losses: Loss[] = [];
    const onLoss = (loss: Loss): number => losses.push(loss);
    const dataset = await records([SCHEMA, ['SELECT', '1'], SCHEMA, ['SET', 'k', 'v']]);
    const file = await all(writeRdb(dataset, { target: 'redis:8.2', onLoss }));
    expect((await all(readRdb(Buffer.concat(file)))).filter(({ kind }) => kind === 'key')).toHaveLength(1);
    expect(losses.map(({ kind, key }) => [kind, key])).toEqual([
      ['moduleAux', undefined],
      ['moduleAux', undefined],
    ]);
    expect(losses[0]!.message).toMatch(/_FT._CREATEIFNX.*redis:8.2 cannot hold/);
    await expect(all(writeRdb(dataset))).rejects.toMatchObject({ code: 'LOSSY' });
    losses.length = 0;
    const commands = await all(toCommands(dataset, { target: 'redis:3.2', onLoss }));
    expect(commands.map(({ argv }) => argv.map(shown))).toEqual([
      ['SELECT', '1'],
      ['SET', 'k', 'v'],
    ]);
    expect(losses).toHaveLength(2);
    await expect(all(toCommands(dataset, { target: 'redis:3.2' }))).rejects.toMatchObject({ code: 'LOSSY' });
  });
});

describe('suggestions', () => {
  const add = (text: string): Command => ['FT.SUGADD', 'k', text, '1.5'];
  const remove = (text: string): Command => ['FT.SUGDEL', 'k', text];
  const time: Command = ['PEXPIREAT', 'k', '20000000000001'];

  it('are a key, which goes and moves as others do', async () => {
    const made = [add('a'), [...add('b'), 'INCR', 'PAYLOAD', 'p']];
    expect(await rewritten([...made, time], 'redis:8.2')).toEqual([...made, time]);
    const renamed = made.map(([one, , ...rest]) => [one!, 'n', ...rest]);
    expect(await rewritten([...made, ['RENAME', 'k', 'n']], 'redis:8.2')).toEqual(renamed);
    for (const gone of [['DEL', 'k'], ['FLUSHDB']]) expect(await rewritten([...made, gone], 'redis:8.2')).toEqual([]);
    expect((await records(made)).filter(({ kind }) => kind === 'keyJournal')).toHaveLength(1);
  });

  it('may go with the last of them', async () => {
    expect(await rewritten([remove('a')], 'redis:8.2')).toEqual([]);
    expect(await rewritten([add('a'), remove('a')], 'redis:8.2')).toEqual([add('a'), remove('a')]);
    const asked = [add('a'), remove('a'), ['RENAME', 'k', 'n']];
    await expect(rewritten(asked, 'redis:8.2')).rejects.toThrow(/still there/);
    await expect(rewritten([add('a'), time, remove('a')], 'redis:8.2')).rejects.toThrow(/has a time/);
    expect(await rewritten([add('a'), remove('a'), add('b'), time], 'redis:8.2')).toHaveLength(4);
  });

  it('fail at what is none', async () => {
    expect(await rewritten([['FT.SUGADD', 'k', 'a', 'much']], 'redis:8.2')).toEqual([]);
    expect(await rewritten([['FT.SUGADD', 'k', 'a']], 'redis:8.2')).toEqual([]);
    const bloom: Command = ['BF.ADD', 'k', 'x'];
    expect(await rewritten([bloom, add('a'), remove('a')], 'redis:8.2')).toEqual([bloom]);
  });

  it('go on from those of an RDB', async () => {
    const value = { module: 'trietype0', version: 2, parts: [{ type: 'uint' as const, value: 0 }] };
    const payload = encodeDump({ type: 'module', value }, { target: 'redis:8.2' });
    const base: Command = ['RESTORE', 'k', '0', latin1(payload)];
    expect(await rewritten([base, add('a'), ['BF.ADD', 'k', 'x']], 'redis:8.2')).toEqual([base, add('a')]);
  });
});

describe('what modules stored in an RDB besides keys', () => {
  type Aux = ModuleAuxRecord<Bytes>;
  const aux = (module: string, when: number, text: string): Aux => ({
    kind: 'moduleAux',
    offset: 0,
    module,
    version: 3,
    when,
    parts: [
      { type: 'uint', value: 1 },
      { type: 'string', value: raw(text) },
    ],
  });
  const index = aux('ft_index0', 1, 'definition');
  const words = aux('scdtype00', 2, 'a word '.repeat(300_000));
  const others = aux('test__rdb', 1, 'global');
  const none = (module: string): Aux => ({ ...aux(module, 1, ''), parts: [{ type: 'uint', value: 0 }] });

  /** A log that begins with them. */
  async function logOf(stored: readonly Aux[], ...commands: Command[]): Promise<Bytes> {
    const version = { kind: 'aux' as const, name: 'redis-ver', value: '8.2.1' };
    const key = { kind: 'key' as const, key: 'k', type: 'string' as const, value: 'v' };
    const before = stored.filter(({ when }) => when === 1);
    const given: WritableRecord[] = [version, ...before, key, ...stored.filter(({ when }) => when === 2)];
    const file = await all(writeRdb(given, { target: 'redis:8.2' }));
    return Uint8Array.from(Buffer.concat([...file, bytesOf(commands)]));
  }

  /** With strings as text, as long arrays are slow to compare. */
  const plain = ({ module, version, when, parts }: Aux): unknown[] => [
    ...[module, version, when],
    ...parts!.map((part) => (part.type === 'string' ? shown(part.value) : part)),
  ];

  const kinds = (of: readonly RdbRecord[]): string[] =>
    of.flatMap((record) =>
      record.kind === 'moduleAux' ? [record.module] : record.kind === 'key' ? [shown(record.key)] : [],
    );

  it('stays for RDB files, in its place', async () => {
    const source = await logOf([others, words, index], ['SET', 'l', 'v']);
    const dataset = await all(replayAof(source));
    expect(kinds(dataset)).toEqual(['ft_index0', 'test__rdb', 'k', 'l', 'scdtype00']);
    const file = Buffer.concat(await all(writeRdb(dataset)));
    const read = (await all(readRdb(file))).filter((record) => record.kind === 'moduleAux');
    expect(read.map(plain)).toEqual([index, others, words].map(plain));
  });

  it('is a loss of logs of commands, never without a word', async () => {
    const source = await logOf([index, words]);
    await expect(all(rewriteAof(source))).rejects.toMatchObject({
      code: 'LOSSY',
      message: expect.stringContaining('ft_index0'),
    });
    const losses: Loss[] = [];
    const commands = await all(rewriteAof(source, { onLoss: (loss) => losses.push(loss) }));
    expect(commands).toHaveLength(1);
    expect(losses.map(({ kind }) => kind)).toEqual(['moduleAux', 'moduleAux']);
  });

  it('goes with all keys where it is of a search module', async () => {
    for (const flush of ['FLUSHALL', 'FLUSHDB']) {
      const source = await logOf([index, others, words], ['SELECT', '3'], [flush]);
      const left = flush === 'FLUSHALL' ? ['test__rdb'] : ['test__rdb', 'k'];
      expect(kinds(await all(replayAof(source)))).toEqual(left);
    }
  });

  it('is nothing where a search module only says that it has none', async () => {
    const source = await logOf([none('ft_index0'), none('scdtype00'), none('test__rdb')]);
    expect(kinds(await all(replayAof(source)))).toEqual(['test__rdb', 'k']);
  });

  it('stands beside the commands that go on from it', async () => {
    const source = await logOf([index], SCHEMA);
    const dataset = await all(replayAof(source));
    const order = dataset.map(({ kind }) => kind).filter((kind) => !['header', 'aux', 'eof'].includes(kind));
    expect(order).toEqual(['moduleAux', 'journal', 'key']);
  });
});
