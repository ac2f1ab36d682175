/** `replayAof`: the dataset of a log as records, and what can be made of them. */
import { describe, expect, it } from 'vitest';
import {
  encodeCommand,
  type Loss,
  RedisFileError,
  readAofSet,
  readRdb,
  replay,
  replayAof,
  rewriteAof,
  toCommands,
  writeRdb,
} from '../../src/index.ts';
import { log, raw, shown } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { concat, file, hex, key, str } from '../helpers/encoders.ts';

const TEXT = 'a rather long text '.repeat(20);

/** An RDB of a server of some version with one long string, and commands behind it. */
function withPreamble(version: string, ...commands: string[][]): Uint8Array<ArrayBuffer> {
  const aux = concat(hex('FA'), str(raw('redis-ver')), str(raw(version)));
  return concat(file(10, concat(aux, key(0, 'long', str(raw(TEXT))))), raw(log(...commands)));
}

describe('values above maxValueBytes', () => {
  const source = withPreamble('7.0.15', ['APPEND', 'long', 'more'], ['SET', 'short', 'x']);

  it('are read whole and given in pieces, those of a preamble too', async () => {
    const records = await all(replayAof(source, { maxValueBytes: 100 }));
    const pieces = records.flatMap((record) => (record.kind === 'itemBytes' ? [shown(record.value as never)] : []));
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.join('')).toBe(`${TEXT}more`);
    expect(records.filter(({ kind }) => kind === 'key')).toHaveLength(1);
  });

  it('are an error where they are asked to be one', async () => {
    const error = await all(replayAof(source, { maxValueBytes: 100, large: 'error' })).catch((caught) => caught);
    expect(RedisFileError.is(error) && error.code).toBe('LIMIT_EXCEEDED');
  });
});

describe('consumers of a server that has no times of activity', () => {
  const groups = [
    ['XADD', 's', '1-1', 'f', 'v'],
    ['XGROUP', 'CREATE', 's', 'g', '0'],
    [
      'XCLAIM',
      's',
      'g',
      'c',
      '0',
      '1-1',
      'TIME',
      '1700000000000',
      'RETRYCOUNT',
      '1',
      'FORCE',
      'JUSTID',
      'LASTID',
      '1-1',
    ],
  ];

  it.each(['5.0.14', '6.2.16', '7.0.15'])('lose nothing in an RDB for %s', async (version) => {
    const losses: Loss[] = [];
    const records = replayAof(withPreamble(version, ...groups), { now: 1_700_000_001_000 });
    const chunks = await all(writeRdb(records, { onLoss: (loss) => losses.push(loss) }));
    expect(losses).toEqual([]);
    const stream = (await all(readRdb(concat(...chunks)))).find(
      (record) => record.kind === 'key' && record.type === 'stream',
    );
    expect(stream).toMatchObject({ value: { groups: [{ consumers: [{ seenTime: 1_700_000_001_000 }] }] } });
    expect(JSON.stringify(stream)).not.toContain('activeTime');
  });

  it('have them from 7.2 on', async () => {
    const records = await all(replayAof(withPreamble('7.2.4', ...groups), { now: 1_700_000_001_000 }));
    expect(JSON.stringify(records)).toContain('"activeTime":1700000001000');
  });
});

it('is what rewriteAof writes down', async () => {
  const commands = await all(toCommands(replayAof(withPreamble('7.0.15', ['APPEND', 'long', 'more']))));
  expect(commands.map(({ argv }) => argv.map(shown))).toEqual([['SET', 'long', `${TEXT}more`]]);
});

describe('pending entries whose entries are gone', () => {
  const lines = [
    'XADD s 1-1 f v',
    'XADD s 2-1 f v',
    'XADD s 3-1 f v',
    'XGROUP CREATE s g 3-1',
    'XCLAIM s g c 0 1-1 TIME 5 RETRYCOUNT 1 FORCE JUSTID',
    'XCLAIM s g d 0 2-1 TIME 6 RETRYCOUNT 2 FORCE JUSTID',
    'XDEL s 1-1 2-1',
  ];
  const source = raw(log(...lines.map((line) => line.split(' '))));

  it.each(['redis:5.0', 'redis:6.0', 'redis:6.2', 'redis:7.0', 'redis:7.2', 'valkey:7.2', 'valkey:9.0'])(
    'stay pending for %s',
    async (server) => {
      const options = { sourceVersion: server, now: 1_700_000_000_000 };
      const groupsOf = async (bytes: Uint8Array): Promise<unknown> => {
        const found = (await all(replayAof(bytes, options))).find(({ kind }) => kind === 'key') as never as {
          value: { groups: { pending: unknown[] }[] };
        };
        return found.value.groups[0]!.pending;
      };
      const rewritten = await all(rewriteAof(source, { ...options, target: server }));
      const pending = await groupsOf(source);
      expect(pending).toHaveLength(2);
      expect(await groupsOf(concat(...rewritten.map(({ argv }) => encodeCommand(argv))))).toEqual(pending);
    },
  );
});

describe('a set of files', () => {
  it('loads no file that ends inside a transaction but the last', async () => {
    const files: Record<string, string> = {
      a: log(['SET', 'k', '1'], ['MULTI'], ['SET', 'k', '2']),
      b: log(['SET', 'l', '1']),
      c: log(['MULTI'], ['SET', 'l', '2']),
    };
    const replayed = (...names: string[]): Promise<unknown[]> => {
      const manifest = names.map((name, i) => `file ${name} seq ${i + 1} type i\n`).join('');
      return all(replay(readAofSet(manifest, (name) => raw(files[name]!))));
    };
    await expect(replayed('a', 'b')).rejects.toMatchObject({ code: 'UNEXPECTED_EOF' });
    expect((await replayed('b', 'c')).map((record) => (record as { kind: string }).kind)).toContain('key');
  });
});

describe('fields whose time is past, for targets without such times', () => {
  it.each([
    [1_600_000_000_000, ['HSET h a 1 b 2']],
    [1_700_000_000_000, ['HSET h b 2']],
    [2_000_000_000_000, []],
  ])('are those before the option now, %d', async (now, expected) => {
    const source = raw(
      log(
        ['HSET', 'h', 'a', '1', 'b', '2'],
        ['HPEXPIREAT', 'h', '1650000000000', 'FIELDS', '1', 'a'],
        ['HPEXPIREAT', 'h', '1900000000000', 'FIELDS', '1', 'b'],
      ),
    );
    const options = { sourceVersion: 'redis:8.0', target: 'redis:7.2', now, onLoss: () => {} };
    const commands = await all(rewriteAof(source, options));
    expect(commands.map(({ argv }) => argv.map((bytes) => shown(bytes)).join(' '))).toEqual(expected);
  });
});
