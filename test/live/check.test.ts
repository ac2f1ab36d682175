/** What `check` refuses, by a server: what it does not load, or ends at, is damaged. */
import { expect, it } from 'vitest';
import { CheckHandler, scanFile } from '../../src/inspect/index.ts';
import {
  concat,
  f64le,
  file,
  hex,
  i64le,
  intset,
  key,
  len,
  listpack,
  rawId,
  str,
  streamNode,
} from '../helpers/encoders.ts';
import { type CommandArgument, describeLive, withLiveServer } from '../helpers/live.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a command line would do: null for exit code 0. */
async function refusalOf(bytes: Bytes): Promise<string | null> {
  const handler = new CheckHandler(() => undefined);
  try {
    await scanFile([bytes], handler, { thorough: true });
  } catch (error) {
    return (error as { code: string }).code;
  }
  if (handler.badLibraries > 0) return 'BAD_LIBRARY';
  return handler.duplicateItems > 0 ? 'DUPLICATE_ITEM' : null;
}

/** Whether a server starts with a file, and is still there behind a command. */
async function survives(bytes: Bytes, command: readonly CommandArgument[]): Promise<boolean> {
  try {
    return await withLiveServer({ files: { 'dump.rdb': bytes } }, async ({ client }) => {
      await client.pipeline([command]);
      return (await client.command('PING')) === 'PONG';
    });
  } catch {
    return false;
  }
}

/** A key `k` and, behind it, another one. */
const with_ = (type: number, value: Uint8Array): Bytes => file(10, key(type, 'k', value), key(0, 'other', str('v')));

const node = streamNode(
  ['f'],
  [1, 2].map((seq) => ({ ms: 0, seq, fields: [['f', 'v']], same: true })),
);
const stream = (...groups: Uint8Array[]): Bytes =>
  with_(
    19,
    concat(
      len(1),
      str(rawId(1, 0)),
      str(node),
      len(2),
      ...[1, 2, 1, 1, 0, 0, 2].map(len),
      len(groups.length),
      ...groups,
    ),
  );
const pel = (...seqs: number[]): Bytes =>
  concat(len(seqs.length), ...seqs.map((seq) => concat(rawId(1, seq), i64le(1), len(1))));
const consumer = (name: string, ...seqs: number[]): Bytes =>
  concat(str(name), i64le(1), len(seqs.length), ...seqs.map((seq) => rawId(1, seq)));
const group = (name: string, pending: Uint8Array, ...consumers: Uint8Array[]): Bytes =>
  concat(str(name), len(1), len(2), len(2), pending, len(consumers.length), ...consumers);

/** Function libraries (opcode 245), each with a function of its own. */
const libraries = (...heads: string[]): Bytes =>
  file(
    10,
    ...heads.map((head, i) =>
      concat(hex('F5'), str(`${head}redis.register_function("f${i}", function() return 1 end)`)),
    ),
  );

const LONG = 'y'.repeat(100);
const INFO: CommandArgument[] = ['XINFO', 'STREAM', 'k', 'FULL'];
const ziplist = (tail: number, count: number, previous: number): Bytes =>
  str(hex(`11000000 0${tail.toString(16)}000000 0${count}00 000161 0${previous}0162 FF`));

const CASES: Readonly<Record<string, [bytes: Bytes, code: string | null, command?: CommandArgument[]]>> = {
  'a set with a member twice': [with_(2, concat(len(2), str('a'), str('a'))), 'DUPLICATE_ITEM'],
  'a sorted set with a member twice': [
    with_(5, concat(len(2), str('a'), f64le(1), str('a'), f64le(2))),
    'DUPLICATE_ITEM',
  ],
  'a hash with a field twice': [
    with_(4, concat(len(2), ...['a', '1', 'a', '2'].map(str))),
    'DUPLICATE_ITEM',
    ['HSET', 'k', 'z', LONG],
  ],
  'a packed hash with a field twice': [
    with_(16, str(listpack(['a', 'b', 'a', 'c']))),
    'DUPLICATE_ITEM',
    ['HSET', 'k', 'z', LONG],
  ],
  'a packed sorted set with a member twice': [
    with_(17, str(listpack(['a', 1, 'a', 2]))),
    'DUPLICATE_ITEM',
    ['ZADD', 'k', '1', LONG],
  ],
  'an intset with a member twice': [with_(11, str(intset(2, [1, 1]))), 'DUPLICATE_ITEM', ['SADD', 'k', 'a']],
  'an intset out of order': [with_(11, str(intset(2, [5, 1]))), null, ['SADD', 'k', 'a']],
  'an intset without entries': [with_(11, str(intset(2, []))), 'BAD_INTSET'],
  'a zipmap without entries': [with_(9, str(hex('00 FF'))), 'BAD_ZIPMAP'],
  'a zipmap of another count': [with_(9, str(hex('05 0161 010062 FF'))), 'BAD_ZIPMAP'],
  'a zipmap of 255 entries, as it says': [with_(9, str(hex('FF 0161 010062 FF'))), 'BAD_ZIPMAP'],
  'a zipmap that does not tell its count': [with_(9, str(hex('FE 0161 010062 FF'))), null, ['HGETALL', 'k']],
  'a zipmap with a long form of a short key': [with_(9, str(hex('01 FE0100000061 010062 FF'))), 'BAD_ZIPMAP'],
  'a zipmap with a long form of a short value': [with_(9, str(hex('01 0161 FE010000000062 FF'))), 'BAD_ZIPMAP'],
  'a ziplist as it should be': [with_(13, ziplist(13, 2, 3)), null, ['HGETALL', 'k']],
  'a ziplist with another tail': [with_(13, ziplist(10, 2, 3)), 'BAD_ZIPLIST'],
  'a ziplist of another count': [with_(13, ziplist(13, 4, 3)), 'BAD_ZIPLIST'],
  'a ziplist of other sizes': [with_(13, ziplist(13, 2, 5)), 'BAD_ZIPLIST'],
  'a list of such a ziplist': [with_(14, concat(len(1), ziplist(13, 4, 3))), 'BAD_ZIPLIST'],
  'a listpack of another count': [with_(16, str(listpack(['a', 'b'], { count: 5 }))), 'BAD_LISTPACK', ['HGETALL', 'k']],
  'a listpack of other sizes': [with_(16, str(hex('0C000000 0200 817807 0101 FF'))), 'BAD_LISTPACK', ['HGETALL', 'k']],
  'a plain node without bytes': [with_(18, concat(len(1), len(1), str(''))), 'BAD_LENGTH'],
  'a list without nodes': [with_(18, len(0)), null],
  'a score that is no number': [with_(5, concat(len(1), str('a'), f64le(Number.NaN))), 'BAD_VALUE'],
  'a score in text that is no number': [with_(3, concat(len(1), str('a'), hex('FD'))), 'BAD_VALUE'],
  'a packed score that is no number': [with_(17, str(listpack(['a', 'nan']))), null, ['ZRANGE', 'k', '0', '-1']],
  'groups as they should be': [
    stream(group('g', pel(1, 2), consumer('c', 2), consumer('d', 1)), group('h', pel())),
    null,
    INFO,
  ],
  'a group that is there twice': [stream(group('g', pel()), group('g', pel())), 'BAD_STREAM'],
  'a consumer that is there twice': [stream(group('g', pel(), consumer('c'), consumer('c'))), 'BAD_STREAM'],
  'a consumer of each of two groups': [
    stream(group('g', pel(), consumer('c')), group('h', pel(), consumer('c'))),
    null,
    INFO,
  ],
  'an entry pending for two consumers': [stream(group('g', pel(1), consumer('c', 1), consumer('d', 1))), 'BAD_STREAM'],
  'an entry pending twice for a consumer': [stream(group('g', pel(1), consumer('c', 1, 1))), 'BAD_STREAM'],
  'an entry pending twice in a group': [stream(group('g', pel(1, 1), consumer('c', 1))), 'BAD_STREAM'],
  'entries pending out of order': [stream(group('g', pel(2, 1), consumer('c', 1, 2))), null, INFO],
  'an entry pending for a consumer alone': [stream(group('g', pel(), consumer('c', 1))), 'BAD_STREAM'],
  'a function library': [libraries('#!lua name=a\n', '#!LUA  NAME="b"\n'), null],
  'a function library that stands twice': [libraries('#!lua name=a\n', '#!lua name=a\n'), 'BAD_LIBRARY'],
  'libraries whose names differ in case': [libraries('#!lua name=a\n', '#!lua name=A\n'), null],
  'a library without a name': [libraries('#!lua\n'), 'BAD_LIBRARY'],
  'a library without a first line': [libraries('\n'), 'BAD_LIBRARY'],
  'a library whose first line says more': [libraries('#!lua name=a b=c\n'), 'BAD_LIBRARY'],
  'a library of a name with other letters': [libraries('#!lua name=a-b\n'), 'BAD_LIBRARY'],
  'an entry pending for nobody': [stream(group('g', pel(1), consumer('c'))), 'BAD_STREAM', INFO],
};

describeLive('check', () => {
  it.each(Object.entries(CASES))('%s', async (_name, [bytes, code, command = ['TYPE', 'k']]) => {
    expect(await refusalOf(bytes)).toBe(code);
    // In pieces it is the same.
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const handler = new CheckHandler(() => undefined);
    const read = scanFile(pieces, handler, { thorough: true });
    if (code === null || code === 'DUPLICATE_ITEM' || code === 'BAD_LIBRARY') await read;
    else await expect(read).rejects.toMatchObject({ code });
    expect(await survives(bytes, command)).toBe(code === null);
  });
});
