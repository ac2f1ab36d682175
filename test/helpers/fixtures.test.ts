import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compareDataset, compareFunctions, type ExpectedDataset, readExpected } from './compare.ts';
import { type Corpus, expectedDataset } from './corpus.mjs';
import { corpusNames, handNames, readCorpus, readHand } from './fixtures.ts';
import { compileHex, crc64 } from './hex.mjs';
import { deepBytesOf, formatJson, isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { describeLive, withLiveServer } from './live.ts';
import { readServer } from './read-server.ts';
import { describeShared } from './shared.ts';

describe('hex', () => {
  const hex = (source: string): string => Buffer.from(compileHex(source)).toString('hex');

  it('has the CRC-64 of Redis', () => {
    expect(crc64(Buffer.from('123456789'))).toBe(0xe9c6d914c4b8d9can);
    expect(crc64([])).toBe(0n);
  });

  it('compiles every word', () => {
    expect(hex('0A ff 0102 # text "x"\n"a\\x00\\n\\"\\\\é"')).toBe('0aff010261000a225cc3a9');
    expect(hex('u16le:258 u32be:1 u64le:1 i16le:-1 f64le:1 f32le:1.5 i64le:-2')).toBe(
      '0201000000010100000000000000ffff000000000000f03f0000c03ffeffffffffffffff',
    );
    expect(hex('repeat 3 61 LEN{ repeat 64 62 }')).toBe(`6161614040${'62'.repeat(64)}`);
    expect(hex('LEN{ SIZE{ TAIL 01 @TAIL 02 } }')).toBe('0a0a000000090000000102');
    expect(hex('FF START 61 CRC').slice(0, 4)).toBe('ff61');
    expect(hex('FF START 61 CRC').slice(2)).toBe(hex('61 CRC'));
  });

  it('refuses what it does not know', () => {
    expect(() => compileHex('0')).toThrow('hex:1: unknown word 0');
    expect(() => compileHex('\nxyz', 'name')).toThrow('name:2: unknown word xyz');
    expect(() => compileHex('LEN{ 00')).toThrow('{ without }');
    expect(() => compileHex('}')).toThrow('} without {');
    expect(() => compileHex('SIZE{ TAIL }')).toThrow('TAIL without @TAIL');
    expect(() => compileHex('TAIL')).toThrow('TAIL outside of SIZE');
    expect(() => compileHex('"open')).toThrow('cannot read');
  });
});

describe('fixtures/hand', () => {
  it.each(handNames())('%s is what its source says', (name) => {
    const { bytes, hex, records, info } = readHand(name);
    expect(Buffer.from(bytes).equals(compileHex(hex, name))).toBe(true);
    expect(records === undefined).toBe(info.keysBefore !== undefined);
    for (const record of records ?? []) {
      expect(Object.keys(record)).toEqual(expect.arrayContaining(['db', 'key', 'type', 'value']));
      expect(parseJson(formatJson(record))).toEqual(record);
    }
    const magic = Buffer.from(bytes).toString('latin1', 0, 9);
    if (info.container === undefined) expect(Number(/^(?:REDIS|VALKEY)(\d+)$/.exec(magic)![1])).toBe(info.version);
    if (info.container === 'disk') {
      const line = Buffer.from(bytes).indexOf('\r\n');
      expect(Number(Buffer.from(bytes).toString('latin1', 1, line))).toBe(bytes.length - line - 2);
    }
  });

  it.each(handNames().filter((name) => readHand(name).info.checksum === 'ok'))('%s has a right checksum', (name) => {
    const { bytes, info } = readHand(name);
    if (info.container !== undefined) return;
    const end = bytes.length - (info.trailing ?? 0);
    const stored = new DataView(bytes.buffer).getBigUint64(end - 8, true);
    expect(crc64(bytes.subarray(0, end - 8))).toBe(stored);
  });
});

/** What the server made of a file, in the words of what the file says. */
function asInFile(live: Required<Corpus>, records: JsonObject[], version: number): ExpectedDataset {
  // a server of 7.0 knows more of a stream than older files do
  const plain = new Set<string>();
  for (const { db, key, value } of records) {
    if (isObject(value) && 'lastId' in value && !('firstId' in value)) plain.add(`${db} ${key}`);
  }
  const keys = live.keys.map((key) => {
    const { keys } = expectedDataset(
      { keys: [key] },
      '',
      plain.has(`${key.db} ${key.key}`) ? 'REDIS0009' : 'REDIS0010',
    );
    const { encodings: _, ...rest } = keys[0];
    return rest;
  });
  return { source: 'live', family: 'redis', version, functions: live.functions, keys };
}

describeLive('fixtures/hand in redis-server', () => {
  it.each(handNames())('%s', async (name) => {
    const { bytes, records = [], info } = readHand(name);
    const use = async (): Promise<void> => {
      await withLiveServer({ files: { 'dump.rdb': bytes } }, async (server) => {
        expect(server.version).toMatch(/^7\.0\./);
        const live = await readServer(server.client);
        const drops = info.server.drops ?? [];
        const kept = deepBytesOf(records).filter(({ key, expiresAt }) => {
          const expired = expiresAt !== undefined && Number(expiresAt) <= Date.now();
          return !drops.includes(key as string) && !expired;
        });
        // attributes that commands do not show as they stand in a file
        const shown = kept.map(({ idle: _idle, freq: _freq, ...rest }): JsonObject => rest);
        expect(compareDataset(shown, asInFile(live, kept, info.version))).toEqual([]);
        expect(compareFunctions(info.functions ?? [], live.functions)).toEqual([]);
      });
    };
    if (info.server.loads) await use();
    else await expect(use()).rejects.toThrow(/ended before it was ready/);
  });
});

describe('fixtures/corpus', () => {
  it('has a dump of every server version', () => {
    expect(corpusNames().length).toBeGreaterThanOrEqual(20);
  });

  it.each(corpusNames())('%s has an expectation', (name) => {
    const expected = readExpected(name);
    const magic = Buffer.from(readCorpus(name)).toString('latin1', 0, 9);
    expect(magic).toBe(
      expected.family === 'valkey' ? `VALKEY0${expected.version}` : `REDIS${String(expected.version).padStart(4, '0')}`,
    );
    expect(expected.keys.length).toBeGreaterThan(130);
    const names = expected.keys.map(({ db, key }) => `${String(db).padStart(2, '0')} ${key}`);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
  });
});

describeShared('fixtures/corpus and the corpus', (folder) => {
  // the consumer groups of 5.0 come from another source, see make-fixtures.mjs
  const names = corpusNames().filter((name) => !/\.(lfu|nocompress)$|-5\.0/.test(name));
  it.each(names)('%s says the same', (name) => {
    const source = gunzipSync(readFileSync(join(folder, 'rdb', `${name}.json.gz`))).toString('utf8');
    const magic = Buffer.from(readCorpus(name)).toString('latin1', 0, 9);
    const expected = expectedDataset(JSON.parse(source) as Corpus, name, magic);
    expect(readExpected(name)).toEqual(JSON.parse(JSON.stringify(expected)));
  });
});

describe('json', () => {
  it('keeps what JSON.parse loses', () => {
    const text = '{"a":1,"a":9007199254740993,"b":-0,"c":[1e3,-1.5e-7,"\\udcff"],"__proto__":{}}';
    expect(formatJson(parseJson(text))).toBe(
      '{"a":1,"a":9007199254740993,"b":-0,"c":[1000,-1.5e-7,"\\udcff"],"__proto__":{}}',
    );
  });

  it.each(['', '{', '[1,]', '{"a":1,}', '01', '1 2', '"\n"', '{"a" 1}', 'nul', '"open'])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('turns escaped text into bytes', () => {
    const value: Json = { é: ['\udcff\udc80', '€', 1n] };
    expect(deepBytesOf(value)).toEqual({ 'Ã©': ['\xff\x80', '\xe2\x82\xac', 1n] });
    expect(() => deepBytesOf('\ud800')).toThrow('lone surrogate');
  });
});
