/** What commands leave out, as a server would not have it, and what is said of that. */
import { describe, expect, it } from 'vitest';
import { RdbParser } from '../../src/index.ts';
import {
  concat,
  file,
  hex,
  i64le,
  key,
  len,
  listpack,
  str,
  streamNode,
  streamValue,
  ziplist,
} from '../helpers/encoders.ts';
import { describeLive, ReplyError, withLiveServer } from '../helpers/live.ts';
import { rewrite } from '../rdb/write-helpers.ts';
import { type MakeOptions, parseResp, respOf } from './make.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Commands of a file, and what is lost. */
function made(bytes: Bytes, options: MakeOptions = {}): { resp: Uint8Array; commands: string[][]; lost: string[] } {
  const lost: string[] = [];
  const { resp } = respOf(bytes, { ...options, onLoss: ({ kind, message }) => lost.push(`${kind}: ${message}`) });
  return { resp, commands: parseResp(resp), lost };
}

/** Nodes of entries with these second numbers. */
const stream = (...nodes: number[][]): Bytes => {
  const entries = nodes.map((seqs) => seqs.map((seq) => ({ ms: 0, seq, fields: [['f', 'v']] as [string, string][] })));
  const all = entries.map((list, i): [number, number, Bytes] => [1, i, str(streamNode([], list))]);
  return file(9, key(15, 's', concat(streamValue(all, nodes.flat().length), len(0))));
};

describe('a stream whose ids do not ascend', () => {
  it.each([
    ['in a node', [[5, 3, 3, 7]]],
    ['twice in a node', [[5, 5, 7]]],
    ['over nodes', [[5], [4, 6]]],
  ])('%s: is odd, and loses what XADD refuses', (_where, nodes) => {
    const bytes = stream(...nodes);
    const parser = new RdbParser();
    const records = [...parser.push(bytes), ...parser.end()];
    const warnings = records.flatMap((record) => (record.kind === 'warning' ? [record.code] : []));
    expect(warnings).toEqual(['STREAM_INCONSISTENT']);
    const { commands, lost } = made(bytes, { target: 'redis:6.2' });
    const ids = commands.filter(([name]) => name === 'XADD').map((argv) => Number(argv[2]!.slice(2)));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect([ids[0], ids.at(-1)]).toEqual([5, 7]);
    expect(lost[0]).toMatch(/^entry: the stream entry 1-\d behind/);
    expect(() => respOf(bytes, {})).toThrow(expect.objectContaining({ code: 'LOSSY' }));
  });

  it('is none where they do', () => {
    const parser = new RdbParser();
    const records = [...parser.push(stream([1, 3], [3, 4])), ...parser.end()];
    expect(records.filter(({ kind }) => kind === 'warning')).toEqual([]);
  });
});

/** Type 24: fields with times, undefined for none. */
const hash = (name: string, fields: Record<string, number | undefined>): Bytes => {
  const all = Object.entries(fields);
  const pairs = all.map(([field, at]) => concat(len(at === undefined ? 0 : BigInt(at)), str(field), str(`v${field}`)));
  return key(24, name, concat(i64le(1), len(all.length), ...pairs));
};

describe('fields whose time is past', () => {
  const LATER = 4_102_444_800_000;
  const bytes = file(
    12,
    hash('h', { a: undefined, gone: 1000, b: LATER, gone2: 2000 }),
    hash('none', { gone: 1000 }),
    key(0, 'next', str('v')),
  );
  const wanted = [
    ['HSET', 'h', 'a', 'va', 'b', 'vb'],
    ['SET', 'next', 'v'],
  ];

  it.each(['commands', 'restore'] as const)('do not come back for good: %s', (mode) => {
    const { commands, lost } = made(bytes, { target: 'redis:7.0', mode });
    expect(commands.filter(([name]) => name === 'HSET')).toEqual([wanted[0]]);
    expect(commands.flat()).not.toContain('none');
    expect(lost.every((text) => /^fieldExpiry: .*whose time is past are left out/.test(text))).toBe(true);
    expect(lost).toHaveLength(2);
  });

  it('nor where their values are too large to hold', () => {
    const large = file(12, key(24, 'h', concat(i64le(1), len(1), len(1000), str('big'), str('x'.repeat(200_000)))));
    const { commands } = made(large, { target: 'redis:7.0', maxValueBytes: 1000, caps: { bytes: 65_536 } });
    expect(commands.map((argv) => argv.filter((text) => text.length < 100))).toEqual([
      ['HSET', 'h', 'big'],
      ['HDEL', 'h', 'big'],
    ]);
  });

  it('nor in files', () => {
    const lost: string[] = [];
    const { bytes: written } = rewrite(bytes, { target: 'redis:7.0', onLoss: ({ message }) => lost.push(message) });
    expect(made(written).commands).toEqual(wanted);
    expect(lost[0]).toContain('whose time is past are left out');
  });
});

it('the time 0 of a field of Valkey does not become none', () => {
  const valkey = file(80, key(22, 'h', concat(len(2), str('a'), str('v'), i64le(0), str('b'), str('v'), i64le(-1))));
  valkey.set(Buffer.from('VALKEY080'));
  const { bytes } = rewrite(valkey, { target: 'redis:7.4' });
  const { commands } = made(bytes, { target: 'redis:7.4' });
  expect(commands.find(([name]) => name?.endsWith('EXPIREAT'))).toEqual(['HPEXPIREAT', 'h', '1', 'FIELDS', '1', 'a']);
});

it('an import of slots is told', () => {
  const valkey = file(80, hex('F3'), str('job'), len(1), len(1), len(5), key(0, 'k', str('v')));
  valkey.set(Buffer.from('VALKEY080'));
  expect(made(valkey).lost).toEqual([expect.stringMatching(/^slotImport: /)]);
});

describeLive('collections without items', () => {
  it('are left out with RESTORE, as servers skip them', async () => {
    const empty: [number, Uint8Array][] = [
      ...[1, 2, 3, 4, 5, 14, 18].map((type): [number, Uint8Array] => [type, len(0)]),
      ...[10, 12, 13].map((type): [number, Uint8Array] => [type, str(ziplist([]))]),
      ...[16, 17].map((type): [number, Uint8Array] => [type, str(listpack([]))]),
    ];
    const bytes = file(
      10,
      ...empty.map(([type, value]) => key(type, `e${type}`, value)),
      key(2, 's', concat(len(1), str('a'))),
    );
    const { resp, commands } = made(bytes, { mode: 'restore', target: 'redis:7.0' });
    expect(commands.map(([, name]) => name)).toEqual(['s']);
    await withLiveServer({ files: { 'dump.rdb': bytes } }, async ({ client }) => {
      expect(await client.command('DBSIZE')).toBe(1);
      await client.command('FLUSHALL');
      const replies = await client.sendRaw(resp, commands.length);
      expect(replies.filter((reply) => reply instanceof ReplyError)).toEqual([]);
      expect(await client.command('DBSIZE')).toBe(1);
    });
  });
});
