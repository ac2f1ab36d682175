/** `readAof` and `readAofSet` as streams, manifests, and what they write again. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AofEncoder,
  type AofRecord,
  formatManifest,
  type Manifest,
  type ManifestFile,
  parseManifest,
  RedisFileError,
  readAof,
  readAofSet,
  readRdb,
  toCommands,
  type WritableAofRecord,
  type WriteAofOptions,
  writeAof,
} from '../../src/index.ts';
import { argvs, log, plain, raw, shown } from '../helpers/aof.ts';
import { all, concat, join, pieces, rdbFile, rejectionOf, string, text, thrownBy } from '../helpers/encode-bytes.ts';
import { ManualSource } from '../helpers/encode-sources.ts';

const LOG = raw(log(['SET', 'a', '1'], ['SET', 'b', '2'], ['SELECT', '1'], ['SET', 'c', '3']));
const PREAMBLE = rdbFile(11, concat([0], string('k'), string('v')));
const write = async (records: Parameters<typeof writeAof>[0], options?: WriteAofOptions): Promise<string> =>
  shown(join(await all(writeAof(records, options))));

describe('readAof', () => {
  it('reads every kind of source, compressed ones too', async () => {
    const wanted = plain(await all(readAof(LOG)));
    for (const source of [
      Buffer.from(LOG),
      new Blob([LOG]),
      pieces(LOG, [5]),
      new Blob([LOG]).stream(),
      gzipSync(LOG),
      pieces(gzipSync(LOG), [3]),
    ]) {
      expect(plain(await all(readAof(source)))).toEqual(wanted);
    }
    expect(plain((await all(readAof(LOG).batches())).flat())).toEqual(wanted);
    const containers: string[] = [];
    await all(readAof(gzipSync(LOG), { onContainer: (kind) => containers.push(kind) }));
    expect(containers).toEqual(['gzip']);
  });

  it('tells progress, ends with a signal, and closes its source', async () => {
    const seen: unknown[] = [];
    await all(readAof(LOG, { onProgress: (progress) => seen.push(progress) }));
    expect(seen.at(-1)).toEqual({ bytes: LOG.length, total: LOG.length, records: 5 });
    const controller = new AbortController();
    const source = new ManualSource();
    const reading = all(readAof(source, { signal: controller.signal }));
    source.give(LOG.subarray(0, 30));
    controller.abort(new Error('mine'));
    expect(await rejectionOf(reading)).toMatchObject({ message: 'mine' });
    let closed = false;
    const chunks = (async function* () {
      try {
        yield LOG;
        yield LOG;
      } finally {
        closed = true;
      }
    })();
    for await (const record of readAof(chunks)) if (record.kind === 'command') break;
    expect(closed).toBe(true);
  });

  it('gives the records before an error, and names the file', async () => {
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { kind } of readAof(LOG.subarray(0, -1), { file: 'x.aof' })) seen.push(kind);
    };
    expect(await rejectionOf(reading())).toMatchObject({
      code: 'UNEXPECTED_EOF',
      offset: LOG.length - 1,
      context: { file: 'x.aof' },
    });
    expect(seen).toEqual(['fileStart', 'command', 'command', 'command']);
    const mine = new Error('mine');
    const source = new ManualSource();
    const rest = all(readAof(source));
    source.give(LOG.subarray(0, 30));
    source.fail(mine);
    expect(await rejectionOf(rest)).toBe(mine);
  });

  it('refuses wrong arguments at the call', () => {
    for (const options of [
      { tolerant: 1 },
      { strings: 'x' },
      { onError: 'skip' },
      { maxCommandBytes: -1 },
      { signal: 1 },
      { databases: 0 },
    ]) {
      expect(thrownBy(() => readAof(LOG, options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(thrownBy(() => readAof('x' as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(thrownBy(() => readAofSet('# none\n', 'x' as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('readAofSet', () => {
  it('tells the records of all its files', async () => {
    const seen: [number, number][] = [];
    let records = 0;
    const onProgress = ({ records: told }: { records: number }): unknown => seen.push([told, records]);
    const manifest = 'file one seq 1 type b\nfile two seq 1 type i\nfile three seq 2 type i\n';
    for await (const batch of readAofSet(manifest, () => LOG, { onProgress }).batches()) records += batch.length;
    // Behind each file its `eof`.
    expect(seen).toEqual([
      [5, 5],
      [11, 11],
      [17, 17],
    ]);
  });

  const files: Record<string, Uint8Array> = { base: PREAMBLE, one: LOG, two: gzipSync(raw(log(['SET', 'd', '4']))) };
  const manifest = 'file base seq 3 type b\nfile gone seq 2 type h\nfile one seq 1 type i\nfile two seq 4 type i\n';

  it('reads the base and the increments, each from the start', async () => {
    const opened: string[] = [];
    const open = async (name: string): Promise<Uint8Array> => {
      opened.push(name);
      return files[name]!;
    };
    const records = await all(readAofSet(manifest, open, { strings: 'latin1' }));
    expect(opened).toEqual(['base', 'one', 'two']);
    expect(
      records.flatMap((record) => (record.kind === 'fileStart' ? [[record.file, record.type, record.seq]] : [])),
    ).toEqual([
      ['base', 'base', 3],
      ['one', 'incr', 1],
      ['two', 'incr', 4],
    ]);
    expect(records.flatMap((record) => (record.kind === 'command' ? [[record.db, record.argv[1]]] : []))).toEqual([
      [0, 'a'],
      [0, 'b'],
      [0, '1'],
      [1, 'c'],
      [0, 'd'],
    ]);
  });

  it('lets the time go on from file to file, which servers do not repeat', async () => {
    const times = async (base: string, options: { tolerant?: boolean } = {}): Promise<(number | undefined)[]> => {
      const set: Record<string, Uint8Array> = { base: raw(base), one: LOG, two: raw(`${log(['PING'])}#TS:30\r\n`) };
      const text = 'file base seq 1 type b\nfile one seq 1 type i\nfile two seq 2 type i\nfile three seq 3 type i\n';
      set['three'] = raw(log(['PING']));
      const records = await all(readAofSet(text, (name) => set[name]!, options));
      return records.flatMap((record) => (record.kind === 'command' ? [record.time] : []));
    };
    expect(await times(`${log(['PING'])}#TS:20\r\n`)).toEqual([undefined, ...Array(5).fill(20_000), 30_000]);
    // What is torn tells no time.
    expect(await times('#TS:20', { tolerant: true })).toEqual([...Array(5).fill(undefined), 30_000]);
    const twice = readAofSet('file one seq 1 type i\n', () => raw(`${log(['PING'])}#TS:20\r\n`));
    for (let i = 0; i < 2; i++) expect((await all(twice))[1]).toMatchObject({ kind: 'command', time: undefined });
  });

  it('becomes one file, in which the database is the right one', async () => {
    const one = await write(readAofSet(manifest, (name) => files[name]!, { values: 'raw' }));
    expect(one).toBe(shown(PREAMBLE) + shown(LOG) + log(['SELECT', '0'], ['SET', 'd', '4']));
  });

  it('names the file that is damaged, and stops there', async () => {
    const open = (name: string): Uint8Array => (name === 'one' ? LOG.subarray(0, -1) : files[name]!);
    expect(await rejectionOf(all(readAofSet(manifest, open)))).toMatchObject({ context: { file: 'one' } });
    const records = await all(readAofSet(manifest, open, { onError: 'stop' }));
    expect(records.at(-1)).toMatchObject({ kind: 'warning', code: 'DAMAGED' });
    expect(thrownBy(() => readAofSet('', open))).toMatchObject({ code: 'MANIFEST_INVALID' });
  });
});

describe('writeAof', () => {
  it('selects a database only where it changes', async () => {
    const set = (db: number | undefined, key: string): WritableAofRecord => ({
      kind: 'command',
      db,
      argv: ['SET', key, 'v'],
    });
    expect(
      await write([set(0, 'a'), set(undefined, 'b'), set(2, 'c'), set(2, 'd'), set(undefined, 'e'), set(0, 'f')]),
    ).toBe(
      log(
        ['SET', 'a', 'v'],
        ['SET', 'b', 'v'],
        ['SELECT', '2'],
        ['SET', 'c', 'v'],
        ['SET', 'd', 'v'],
        ['SET', 'e', 'v'],
        ['SELECT', '0'],
        ['SET', 'f', 'v'],
      ),
    );
    expect(await write([{ kind: 'command', db: 0, argv: ['select', '5'] }, set(5, 'a'), set(0, 'b')])).toBe(
      log(['select', '5'], ['SET', 'a', 'v'], ['SELECT', '0'], ['SET', 'b', 'v']),
    );
  });

  it('writes what toCommands makes of a dump, and reads it again', async () => {
    const dump = rdbFile(
      11,
      [0xfe, 3],
      concat([0], string('k'), string('v')),
      [0xfe, 1],
      concat([0], string('l'), string('w')),
    );
    const bytes = join(await all(writeAof(toCommands(readRdb(dump)))));
    const records = await all(readAof(bytes, { strings: 'utf8' }));
    expect(records.flatMap((r) => (r.kind === 'command' && r.argv[0] === 'SET' ? [[r.db, ...r.argv]] : []))).toEqual([
      [3, 'SET', 'k', 'v'],
      [1, 'SET', 'l', 'w'],
    ]);
  });

  it('adds, keeps and leaves out annotations', async () => {
    const at = (time: number | undefined, key: string): WritableAofRecord => ({
      kind: 'command',
      db: 1,
      time,
      argv: ['INCR', key],
    });
    const commands = [
      at(1_700_000_000_999, 'a'),
      at(1_700_000_000_000, 'b'),
      at(undefined, 'c'),
      at(1_700_000_001_000, 'd'),
      at(5, 'e'),
    ];
    const stamped = `#TS:1700000000\r\n${log(['SELECT', '1'], ['INCR', 'a'], ['INCR', 'b'], ['INCR', 'c'])}#TS:1700000001\r\n${log(['INCR', 'd'], ['INCR', 'e'])}`;
    expect(await write(commands, { timestamps: true })).toBe(stamped);
    expect(await write(readAof(raw(stamped)))).toBe(stamped);
    expect(await write(readAof(raw(stamped)), { timestamps: true })).toBe(stamped);
    const without = stamped.replaceAll(/#TS:\d+\r\n/g, '');
    expect(await write(commands)).toBe(without);
    expect(await write(readAof(raw(stamped)), { timestamps: false })).toBe(without);
  });

  it('refuses what cannot be written', async () => {
    const bad = (records: unknown[]): unknown => thrownBy(() => new AofEncoder().push(records as WritableAofRecord[]));
    const argument = { code: 'INVALID_ARGUMENT' };
    expect(bad([{ kind: 'command', argv: [] }])).toMatchObject(argument);
    expect(bad([{ kind: 'command', argv: [5] }])).toMatchObject(argument);
    expect(bad([{ kind: 'command', db: -1, argv: ['A'] }])).toMatchObject(argument);
    expect(bad([{ kind: 'key' }])).toMatchObject(argument);
    expect(bad([undefined])).toMatchObject(argument);
    const rdb = (await all(readAof(PREAMBLE))).filter(({ kind }) => kind === 'rdb');
    expect(bad([{ kind: 'command', argv: ['A'] }, ...rdb])).toMatchObject(argument);
    const start = { kind: 'fileStart', offset: 0, file: undefined, type: undefined, seq: undefined };
    expect(bad([{ kind: 'command', argv: ['MULTI'] }, start])).toMatchObject({ code: 'AOF_BAD_FORMAT' });
    expect(thrownBy(() => writeAof([], { timestamps: 1 as never }))).toMatchObject(argument);
    expect(thrownBy(() => writeAof(5 as never))).toMatchObject(argument);
    const encoder = new AofEncoder();
    expect(encoder.end()).toEqual([]);
    expect(thrownBy(() => encoder.push([]))).toMatchObject(argument);
  });

  it('gives any commands back', async () => {
    const command = fc.record({
      kind: fc.constant('command' as const),
      db: fc.integer({ min: 0, max: 3 }),
      argv: fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command), async (commands) => {
        fc.pre(commands.every(({ argv }) => !/^(?:select|multi|exec)$/i.test(shown(argv[0]!))));
        const records = await all(readAof(join(await all(writeAof(commands)))));
        const found = records.flatMap((record) =>
          record.kind === 'command' && shown(record.argv[0]!) !== 'SELECT'
            ? [[record.db, ...record.argv.map(shown)]]
            : [],
        );
        expect(found).toEqual(commands.map(({ db, argv }) => [db, ...argv.map(shown)]));
      }),
    );
  });

  it('hands out chunks of some size, and passes errors and signals on', async () => {
    const records = Array.from({ length: 20_000 }, (_, i) => ({
      kind: 'command' as const,
      argv: ['SET', `key ${i}`, 'value'],
    }));
    const chunks = await all(writeAof(records));
    expect(chunks.length).toBeGreaterThan(5);
    expect(argvs(await all(readAof(chunks)))).toEqual(records.map(({ argv }) => argv));
    const mine = new Error('mine');
    const failing = (async function* (): AsyncGenerator<AofRecord> {
      yield* await all(readAof(LOG));
      throw mine;
    })();
    expect(await rejectionOf(all(writeAof(failing)))).toBe(mine);
    expect(await rejectionOf(all(writeAof(records, { signal: AbortSignal.abort(mine) })))).toBe(mine);
  });
});

describe('manifests', () => {
  it('are read in full', () => {
    const manifest = parseManifest(
      '# comment\nfile old seq 1 type h\nfile "a b" seq 2 type b newer thing\nfile c seq 7 type i startoffset 5 endoffset 9\n',
    );
    expect(manifest).toEqual({
      base: { name: 'a b', seq: 2, type: 'base', other: [['newer', 'thing']] },
      history: [{ name: 'old', seq: 1, type: 'history' }],
      incr: [{ name: 'c', seq: 7, type: 'incr', startOffset: 5, endOffset: 9 }],
    });
    expect(formatManifest(manifest)).toBe(
      'file "a b" seq 2 type b newer thing\nfile old seq 1 type h\nfile c seq 7 type i startoffset 5 endoffset 9\n',
    );
    expect(parseManifest(text('file é seq 1 type b\n')).base?.name).toBe('é');
    expect(parseManifest(formatManifest({ base: undefined, history: [], incr: [] }))).toEqual({
      base: undefined,
      history: [],
      incr: [],
    });
  });

  it('say where they are wrong', () => {
    expect(thrownBy(() => parseManifest('file a seq 1 type b\nfile b seq 1\n'))).toMatchObject({
      code: 'MANIFEST_INVALID',
      offset: 20,
    });
    expect(thrownBy(() => parseManifest(`file a seq ${2n ** 60n} type b\n`))).toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    const file = { name: 'a/b', seq: 1, type: 'incr' } as const;
    expect(thrownBy(() => formatManifest({ base: undefined, history: [], incr: [file] }))).toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    const twice = { ...file, name: 'a' };
    for (const odd of [{ seq: 1.5 }, { seq: 1e21 }, { startOffset: Number.NaN }, { name: 'a\0b' }, { type: 'base' }]) {
      const incr = [{ ...file, name: 'a', ...odd }] as ManifestFile[];
      expect(
        thrownBy(() => formatManifest({ base: undefined, history: [], incr })),
        JSON.stringify(odd),
      ).toMatchObject({
        code: 'MANIFEST_INVALID',
      });
    }
    for (const none of [undefined, {}, 1] as never[]) {
      expect(thrownBy(() => formatManifest(none))).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(thrownBy(() => parseManifest(none))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(thrownBy(() => formatManifest({ base: undefined, history: [], incr: [twice, twice] }))).toMatchObject({
      code: 'MANIFEST_INVALID',
    });
  });

  it('come back as they were written', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((one) => !/[/\\\0]|[\ud800-\udfff]/u.test(one));
    const seqs = fc
      .uniqueArray(fc.integer({ min: 1, max: 1e9 }), { maxLength: 5 })
      .map((all) => all.sort((a, b) => a - b));
    const manifest: fc.Arbitrary<Manifest> = fc
      .tuple(name, seqs, fc.boolean(), fc.nat())
      .map(([one, numbers, base, offset]) => ({
        base: base ? { name: one, seq: 1 + (offset % 100), type: 'base' } : undefined,
        history: base ? [{ name: `${one}.h`, seq: 4, type: 'history' }] : [],
        incr: numbers.map((seq) => ({ name: `${one}.${seq}`, seq, type: 'incr', startOffset: offset })),
      }));
    fc.assert(
      fc.property(manifest, (one) => {
        expect(parseManifest(formatManifest(one))).toEqual(one);
      }),
    );
  });

  it('are read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'fileseqtyp b"\'\\x0\n\r1'), maxLength: 80 }), (one) => {
        try {
          parseManifest(one);
        } catch (error) {
          expect(RedisFileError.is(error) && error.code).toBe('MANIFEST_INVALID');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
