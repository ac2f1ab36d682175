/** What the compiler knows. The expectations are checked by `tsc -p test`; running the file only loads it. */
import { describe, expectTypeOf, it } from 'vitest';
import {
  AofEncoder,
  AofParser,
  type AofRecord,
  type AofWarningCode,
  type ArrayValue,
  type ByteSource,
  type CronValue,
  changeTtl,
  type DataValue,
  decodeDump,
  decodeFunctions,
  type ErrorCode,
  type FunctionLibrary,
  filterKeys,
  findCommand,
  type GcraValue,
  type HashItem,
  type KeyType,
  keysOf,
  type Level,
  type Manifest,
  type ModuleValue,
  mapDb,
  type Progress,
  parseManifest,
  pipe,
  RdbParser,
  type RdbRecord,
  type ReadRdbOptions,
  type RecordStream,
  type RedisFileError,
  readAof,
  readAofSet,
  readRdb,
  renamePrefix,
  type SbfValue,
  type StreamValue,
  type StringMode,
  toCommands,
  type WarningCode,
  type WritableAofRecord,
  writeAof,
  writeRdb,
  type ZsetItem,
} from '../../src/index.ts';
import {
  type DataDir,
  openDataDir,
  type RewriteDirSummary,
  readAofDir,
  readAofFile,
  readRdbFile,
  rewriteAofDir,
  writeRdb as writeRdbFromPaths,
} from '../../src/node.ts';

type Owned = Uint8Array<ArrayBuffer>;

/** The element of an async iterable. */
type Element<T> = T extends AsyncIterable<infer R> ? R : never;
type OfKind<R, K> = Extract<R, { kind: K }>;
/** The value of a key of a type. */
type ValueOf<R, T> = Extract<R, { kind: 'key'; type: T }> extends { value: infer V } ? V : never;

/** Nothing here runs; it only has types. */
const never = (_body: () => unknown): void => undefined;
declare const source: ByteSource;

describe('types', () => {
  it('narrow by kind, and know every kind', () => {
    never(() => {
      const check = (record: RdbRecord): void => {
        expectTypeOf(record.offset).toEqualTypeOf<number>();
        expectTypeOf(record.raw).toEqualTypeOf<Owned | undefined>();
        switch (record.kind) {
          case 'header':
            expectTypeOf(record.family).toEqualTypeOf<'redis' | 'valkey' | 'dragonfly'>();
            expectTypeOf(record.version).toEqualTypeOf<number>();
            // @ts-expect-error a header has no key
            record.key;
            break;
          case 'selectDb':
            expectTypeOf(record.db).toEqualTypeOf<number>();
            break;
          case 'resizeDb':
            expectTypeOf(record.expires).toEqualTypeOf<number>();
            break;
          case 'aux':
            expectTypeOf(record.name).toEqualTypeOf<string>();
            expectTypeOf(record.value).toEqualTypeOf<Owned>();
            break;
          case 'function':
            expectTypeOf(record.code).toEqualTypeOf<Owned>();
            expectTypeOf(record.name).toEqualTypeOf<string | undefined>();
            break;
          case 'moduleAux':
            expectTypeOf(record.when).toEqualTypeOf<number>();
            break;
          case 'hashTemplate':
            expectTypeOf(record.fields).toEqualTypeOf<Owned[]>();
            break;
          case 'slotInfo':
            expectTypeOf(record.slot).toEqualTypeOf<number>();
            break;
          case 'slotImport':
            expectTypeOf(record.ranges).toEqualTypeOf<[first: number, last: number][]>();
            break;
          case 'key':
            expectTypeOf(record.key).toEqualTypeOf<Owned>();
            expectTypeOf(record.type).toEqualTypeOf<KeyType>();
            expectTypeOf(record.expiresAt).toEqualTypeOf<number | undefined>();
            break;
          case 'keyBegin':
          case 'keyEnd':
            expectTypeOf(record.value).toEqualTypeOf<undefined>();
            expectTypeOf(record.key).toEqualTypeOf<Owned>();
            break;
          case 'keyItems':
            expectTypeOf(record.type).toEqualTypeOf<KeyType>();
            if (record.type === 'list') expectTypeOf(record.value).toEqualTypeOf<Owned[]>();
            // A stream's entries come before the rest of it.
            if (record.type === 'stream') expectTypeOf(record.value.lastId).toEqualTypeOf<string | undefined>();
            break;
          case 'itemBytes':
            expectTypeOf(record.value).toEqualTypeOf<Owned>();
            expectTypeOf(record.last).toEqualTypeOf<boolean>();
            break;
          case 'keyJournal':
            expectTypeOf(record.commands).toEqualTypeOf<Owned[][]>();
            break;
          case 'journal':
            expectTypeOf(record.commands).toEqualTypeOf<Owned[][]>();
            break;
          case 'warning':
            expectTypeOf(record.code).toEqualTypeOf<WarningCode>();
            expectTypeOf(record.error).toEqualTypeOf<RedisFileError | undefined>();
            break;
          case 'eof':
            expectTypeOf(record.checksum).toEqualTypeOf<'verified' | 'absent' | 'ignored'>();
            break;
          default:
            expectTypeOf(record).toBeNever();
        }
      };
      return check;
    });
  });

  it('narrow the value by the type of the key', () => {
    never(() => {
      const check = (record: RdbRecord<string>): void => {
        if (record.kind !== 'key') return;
        switch (record.type) {
          case 'string':
          case 'json':
            expectTypeOf(record.value).toEqualTypeOf<string>();
            break;
          case 'list':
          case 'set':
            expectTypeOf(record.value).toEqualTypeOf<string[]>();
            break;
          case 'zset':
            expectTypeOf(record.value).toEqualTypeOf<ZsetItem<string>[]>();
            break;
          case 'hash':
            expectTypeOf(record.value).toEqualTypeOf<HashItem<string>[]>();
            break;
          case 'stream':
            expectTypeOf(record.value).toEqualTypeOf<StreamValue<string>>();
            break;
          case 'array':
            expectTypeOf(record.value).toEqualTypeOf<ArrayValue<string>>();
            break;
          case 'gcra':
            expectTypeOf(record.value).toEqualTypeOf<GcraValue>();
            break;
          case 'module':
            expectTypeOf(record.value).toEqualTypeOf<ModuleValue<string>>();
            break;
          case 'cron':
            expectTypeOf(record.value).toEqualTypeOf<CronValue<string>>();
            break;
          case 'sbf':
            expectTypeOf(record.value).toEqualTypeOf<SbfValue<string>>();
            break;
          default:
            expectTypeOf(record).toBeNever();
        }
      };
      return check;
    });
  });

  it('follow the option strings', () => {
    never(() => {
      const bytes = readRdb(source);
      expectTypeOf(bytes).toEqualTypeOf<RecordStream<RdbRecord>>();
      expectTypeOf<OfKind<Element<typeof bytes>, 'key'>['key']>().toEqualTypeOf<Owned>();
      expectTypeOf<ValueOf<Element<typeof bytes>, 'string'>>().toEqualTypeOf<Owned>();
      expectTypeOf(readRdb(source, {})).toEqualTypeOf<RecordStream<RdbRecord>>();
      expectTypeOf(readRdb(source, { strings: 'bytes' })).toEqualTypeOf<RecordStream<RdbRecord>>();
      expectTypeOf(readRdb(source, { checksum: 'ignore' })).toEqualTypeOf<RecordStream<RdbRecord>>();

      for (const stream of [readRdb(source, { strings: 'utf8' }), readRdb(source, { strings: 'latin1' })]) {
        expectTypeOf(stream).toEqualTypeOf<RecordStream<RdbRecord<string>>>();
        type Record = Element<typeof stream>;
        expectTypeOf<OfKind<Record, 'key'>['key']>().toEqualTypeOf<string>();
        expectTypeOf<OfKind<Record, 'keyBegin'>['key']>().toEqualTypeOf<string>();
        expectTypeOf<OfKind<Record, 'aux'>['value']>().toEqualTypeOf<string>();
        expectTypeOf<OfKind<Record, 'function'>['code']>().toEqualTypeOf<string>();
        expectTypeOf<ValueOf<Record, 'hash'>>().toEqualTypeOf<HashItem<string>[]>();
        // A cut may fall inside a character.
        expectTypeOf<OfKind<Record, 'itemBytes'>['value']>().toEqualTypeOf<Owned>();
      }
      const batches = readRdb(source, { strings: 'utf8' }).batches();
      expectTypeOf(batches).toEqualTypeOf<AsyncIterable<RdbRecord<string>[]>>();
      // @ts-expect-error bytes are no string
      const wrong: RecordStream<RdbRecord<string>> = readRdb(source);
      return wrong;
    });
  });

  it('follow the option values', () => {
    never(() => {
      const data = readRdb(source, { values: 'data' });
      expectTypeOf(data).toEqualTypeOf<RecordStream<RdbRecord>>();

      const skip = readRdb(source, { values: 'skip', strings: 'utf8' });
      expectTypeOf(skip).toEqualTypeOf<RecordStream<RdbRecord<string, 'skip'>>>();
      type Skipped = OfKind<Element<typeof skip>, 'key'>;
      expectTypeOf<Skipped['value']>().toEqualTypeOf<undefined>();
      expectTypeOf<Skipped['type']>().toEqualTypeOf<KeyType>();

      const raw = readRdb(source, { values: 'raw', strings: 'utf8' });
      type Raw = OfKind<Element<typeof raw>, 'key'>;
      expectTypeOf<Raw['value']>().toEqualTypeOf<Owned>();
      expectTypeOf<Raw['key']>().toEqualTypeOf<string>();

      const structure = readRdb(source, { values: 'structure' });
      type Structured = Element<typeof structure>;
      expectTypeOf<ValueOf<Structured, 'string'>>().toEqualTypeOf<Owned>();
      const check = (record: Structured): void => {
        if (record.kind !== 'key' || record.type !== 'hash') return;
        if ('form' in record.value) expectTypeOf(record.value.bytes).toEqualTypeOf<Owned>();
        else expectTypeOf(record.value).toEqualTypeOf<HashItem<Owned>[]>();
      };
      return check;
    });
  });

  it('are the same for the parser, for paths, and for payloads', () => {
    never(() => {
      expectTypeOf(new RdbParser().push(new Uint8Array())).toEqualTypeOf<RdbRecord[]>();
      expectTypeOf(new RdbParser({ strings: 'utf8', values: 'raw' }).end()).toEqualTypeOf<RdbRecord<string, 'raw'>[]>();
      expectTypeOf(new RdbParser().rest()).toEqualTypeOf<Owned>();
      expectTypeOf(readRdbFile('dump.rdb')).toEqualTypeOf<RecordStream<RdbRecord>>();
      expectTypeOf(readRdbFile('dump.rdb', { strings: 'latin1', values: 'skip' })).toEqualTypeOf<
        RecordStream<RdbRecord<string, 'skip'>>
      >();

      const dump = decodeDump(new Uint8Array());
      if (dump.type === 'list') expectTypeOf(dump.value).toEqualTypeOf<Owned[]>();
      expectTypeOf(dump.type).toEqualTypeOf<KeyType>();
      const text = decodeDump(new Uint8Array(), { strings: 'utf8' });
      if (text.type === 'zset') expectTypeOf(text.value).toEqualTypeOf<ZsetItem<string>[]>();
      expectTypeOf(decodeDump(new Uint8Array(), { values: 'skip' }).value).toEqualTypeOf<undefined>();
      expectTypeOf(decodeDump(new Uint8Array(), { values: 'raw', strings: 'utf8' }).value).toEqualTypeOf<Owned>();
      expectTypeOf(decodeFunctions(new Uint8Array())).toEqualTypeOf<FunctionLibrary<Owned>[]>();
      expectTypeOf(decodeFunctions(new Uint8Array(), { strings: 'utf8' })).toEqualTypeOf<FunctionLibrary<string>[]>();
    });
  });

  it('take what is not known before as either', () => {
    never(() => {
      const mode = 'utf8' as StringMode;
      const either = readRdb(source, { strings: mode });
      expectTypeOf<OfKind<Element<typeof either>, 'key'>['key']>().toEqualTypeOf<string | Owned>();
      const maybe = readRdb(source, { strings: Math.random() < 0.5 ? 'utf8' : undefined });
      expectTypeOf<OfKind<Element<typeof maybe>, 'key'>['key']>().toEqualTypeOf<string | Owned>();

      const level = 'raw' as Level;
      const anyLevel = readRdb(source, { values: level });
      type Values = OfKind<Element<typeof anyLevel>, 'key'>['value'];
      expectTypeOf<undefined>().toExtend<Values>();
      expectTypeOf<Owned>().toExtend<Values>();
      expectTypeOf<HashItem<Owned>[]>().toExtend<Values>();

      const options: ReadRdbOptions = { strings: 'utf8', values: 'skip' };
      const wide = readRdb(source, options);
      expectTypeOf<OfKind<Element<typeof wide>, 'key'>['key']>().toEqualTypeOf<string | Owned>();
      expectTypeOf<undefined>().toExtend<OfKind<Element<typeof wide>, 'key'>['value']>();
    });
  });

  it('go through transforms to a writer, also where all stands in one expression', () => {
    const source = new Uint8Array(0);
    const take = (_chunks: AsyncIterable<Uint8Array>[]): void => {};
    take([
      writeRdb(pipe(readRdb(source), filterKeys({ keys: 'a' }))),
      writeRdb(pipe(readRdb(source, { values: 'raw' }), filterKeys({ keys: 'a' }), changeTtl('strip'))),
      writeRdb(pipe(readRdb(source, { strings: 'utf8' }), renamePrefix('a', 'b'), mapDb(3))),
      writeRdbFromPaths(pipe(readRdb(source), filterKeys({ keys: 'a' }), changeTtl('strip'))),
    ]);
    // @ts-expect-error no record of the level `skip` can be written
    writeRdb(pipe(readRdb(source, { values: 'skip' }), filterKeys({ keys: 'a' })));
  });

  it('refuse values that an option does not have', () => {
    never(() => {
      // @ts-expect-error
      readRdb(source, { values: 'all' });
      // @ts-expect-error
      readRdb(source, { strings: 'utf-8' });
      // @ts-expect-error
      readRdb(source, { checksum: true });
      // @ts-expect-error
      readRdb(source, { maxValueBytes: '64' });
      // @ts-expect-error
      readRdb(source, { signal: new AbortController() });
      // @ts-expect-error
      decodeDump(new Uint8Array(), { values: 'all' });
      // @ts-expect-error
      new RdbParser({ family: 'keydb' });
    });
  });

  it('refuse options that are misspelt', () => {
    never(() => {
      // @ts-expect-error
      readRdb(source, { string: 'utf8' });
      // @ts-expect-error
      readRdbFile('dump.rdb', { value: 'skip' });
      // @ts-expect-error
      decodeDump(new Uint8Array(), { string: 'utf8' });
      // @ts-expect-error
      new RdbParser({ string: 'utf8' });
    });
  });

  it('refuse options that are misspelt beside others', () => {
    never(() => {
      // @ts-expect-error
      readRdb(source, { values: 'skip', string: 'utf8' });
      // @ts-expect-error
      readRdbFile('dump.rdb', { strings: 'utf8', maxValueByte: 5 });
      // @ts-expect-error
      decodeDump(new Uint8Array(), { values: 'skip', string: 'utf8' });
      // @ts-expect-error
      decodeFunctions(new Uint8Array(), { strings: 'utf8', checksums: 'ignore' });
      // @ts-expect-error
      new RdbParser({ values: 'skip', onErrors: 'skip' });
    });
  });

  it('refuse sources that are none', () => {
    never(() => {
      // @ts-expect-error
      readRdb('dump.rdb');
      // @ts-expect-error
      readRdb(new ArrayBuffer(8));
      // @ts-expect-error
      readRdb(['text']);
      // @ts-expect-error
      readRdb();
      // @ts-expect-error
      decodeDump(new ArrayBuffer(8));
    });
  });

  it('know what callbacks are given', () => {
    never(() => {
      readRdb(source, { onProgress: (progress) => expectTypeOf(progress).toEqualTypeOf<Progress>() });
      readRdb(source, { strings: 'utf8', onTrailing: (bytes) => expectTypeOf(bytes).toEqualTypeOf<Owned>() });
      readRdbFile('dump.rdb', {
        onProgress: ({ bytes, total }) => expectTypeOf([bytes, total]).toEqualTypeOf<(number | undefined)[]>(),
      });
    });
  });

  it('take every kind of source', () => {
    never(() => {
      readRdb(new Uint8Array(8));
      readRdb(Buffer.alloc(8));
      readRdb(new Blob([]));
      readRdb([new Uint8Array(8)]);
      readRdb(new Blob([]).stream());
      readRdb(process.stdin);
      readRdb(new Response('').body!);
    });
  });

  it('know all codes and types', () => {
    expectTypeOf<Extract<ErrorCode, 'IO' | 'LZF_CORRUPT'>>().toEqualTypeOf<'IO' | 'LZF_CORRUPT'>();
    expectTypeOf<KeyType>().toEqualTypeOf<DataValue<unknown>['type']>();
  });
});

describe('types of logs', () => {
  it('narrow by kind, and know every kind', () => {
    never(() => {
      const check = (record: AofRecord): void => {
        switch (record.kind) {
          case 'fileStart':
            expectTypeOf(record.file).toEqualTypeOf<string | undefined>();
            expectTypeOf(record.type).toEqualTypeOf<'base' | 'incr' | undefined>();
            break;
          case 'rdb':
            expectTypeOf(record.record).toEqualTypeOf<RdbRecord>();
            break;
          case 'command':
            expectTypeOf(record.argv).toEqualTypeOf<Owned[]>();
            expectTypeOf(record.db).toEqualTypeOf<number>();
            expectTypeOf(record.time).toEqualTypeOf<number | undefined>();
            expectTypeOf(record.inMulti).toEqualTypeOf<boolean>();
            break;
          case 'annotation':
            expectTypeOf(record.line).toEqualTypeOf<Owned>();
            break;
          case 'warning':
            expectTypeOf(record.code).toEqualTypeOf<AofWarningCode>();
            break;
          case 'eof':
            expectTypeOf(record.openMulti).toEqualTypeOf<number | undefined>();
            break;
          default:
            expectTypeOf(record).toBeNever();
        }
      };
      return check;
    });
  });

  it('follow the options strings and values, wherever they are given', () => {
    never(() => {
      expectTypeOf(readAof(source)).toEqualTypeOf<RecordStream<AofRecord>>();
      expectTypeOf(readAof(source, { tolerant: true })).toEqualTypeOf<RecordStream<AofRecord>>();
      const text = readAof(source, { strings: 'utf8', values: 'raw' });
      expectTypeOf(text).toEqualTypeOf<RecordStream<AofRecord<string, 'raw'>>>();
      expectTypeOf<OfKind<Element<typeof text>, 'command'>['argv']>().toEqualTypeOf<string[]>();
      expectTypeOf<OfKind<Element<typeof text>, 'rdb'>['record']>().toEqualTypeOf<RdbRecord<string, 'raw'>>();
      expectTypeOf(readAofSet('', () => source, { strings: 'latin1' })).toEqualTypeOf<
        RecordStream<AofRecord<string>>
      >();
      expectTypeOf(readAofFile('a')).toEqualTypeOf<RecordStream<AofRecord>>();
      expectTypeOf(readAofDir('a', { strings: 'utf8' })).toEqualTypeOf<RecordStream<AofRecord<string>>>();
      expectTypeOf(new AofParser().push(new Uint8Array())).toEqualTypeOf<AofRecord[]>();
      expectTypeOf(new AofParser({ strings: 'utf8' }).end()).toEqualTypeOf<AofRecord<string>[]>();
      const dir = openDataDir('a');
      expectTypeOf(dir).toEqualTypeOf<DataDir>();
      expectTypeOf(dir.read()).toEqualTypeOf<RecordStream<AofRecord>>();
      expectTypeOf(dir.read({ strings: 'utf8' })).toEqualTypeOf<RecordStream<AofRecord<string>>>();
      expectTypeOf(dir.kind).toEqualTypeOf<'aofSet' | 'aof' | 'rdb' | 'nothing'>();
    });
  });

  it('let records and commands be written', () => {
    never(() => {
      expectTypeOf<AofRecord>().toExtend<WritableAofRecord>();
      expectTypeOf<AofRecord<string, 'raw'>>().toExtend<WritableAofRecord>();
      expectTypeOf(writeAof(readAof(source))).toEqualTypeOf<AsyncIterable<Owned>>();
      expectTypeOf(writeAof(toCommands(readRdb(source)))).toEqualTypeOf<AsyncIterable<Owned>>();
      expectTypeOf(new AofEncoder().push([{ kind: 'command', argv: ['PING'] }])).toEqualTypeOf<Owned[]>();
      expectTypeOf(parseManifest('')).toEqualTypeOf<Manifest>();
      expectTypeOf(keysOf(['a'] as string[])).toEqualTypeOf<string[] | undefined>();
      expectTypeOf(keysOf([new Uint8Array()])).toEqualTypeOf<Owned[] | undefined>();
      expectTypeOf(findCommand([])?.write).toEqualTypeOf<boolean | undefined>();
    });
  });

  it('refuse options that are wrong or misspelt', () => {
    never(() => {
      // @ts-expect-error
      readAof(source, { onError: 'skip' });
      // @ts-expect-error
      readAof(source, { tolerance: true });
      // @ts-expect-error
      readAof(source, { strings: 'utf8', maxArgumentByte: 1 });
      // @ts-expect-error
      readAof('appendonly.aof');
      // @ts-expect-error
      readAofSet('', source);
      // @ts-expect-error
      writeAof([{ kind: 'command', argv: [1] }]);
      // @ts-expect-error
      openDataDir('a').read({ string: 'utf8' });
      expectTypeOf(rewriteAofDir('a', 'b', { to: 'rdb', now: 0 })).toEqualTypeOf<Promise<RewriteDirSummary>>();
      // @ts-expect-error
      rewriteAofDir('a', 'b', { mode: 'restore' });
      // @ts-expect-error
      rewriteAofDir('a', 'b', { large: 'pieces' });
      // @ts-expect-error
      rewriteAofDir('a');
    });
  });
});
