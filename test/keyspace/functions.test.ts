import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFunctions } from '../../src/index.ts';
import { describeLive, type Reply, ReplyError, withLiveServer } from '../helpers/live.ts';
import { type Command, Replay } from './run.ts';

const BODY = (name: string): string => `redis.register_function('f_${name}', function() return 1 end)\n`;

const library = (name: string, head = `#!lua name=${name}`): string => `${head}\n${BODY(name)}`;

/** Sources by the names of their libraries, as the server tells them. */
function librariesOf(reply: Reply): Record<string, string> {
  const found: [string, string][] = (reply as Reply[][]).map((one) => {
    const text = (name: string): string => {
      return String(one[one.findIndex((part) => String(part) === name) + 1]);
    };
    return [text('library_name'), text('library_code')];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function librariesIn(replay: Replay): Record<string, string> {
  const found = [...replay.keyspace.functions].map(([name, code]): [string, string] => {
    return [name, Buffer.from(code).toString('latin1')];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const payload = (...names: string[]): string => {
  const libraries = names.map((name) => ({ code: Buffer.from(library(name)) }));
  return Buffer.from(encodeFunctions(libraries)).toString('latin1');
};

const HEADS = [
  '#!lua name=a',
  '#!LUA  NAME=a ',
  '#!lua name="a"',
  "#!lua 'name=a'",
  '#!lua "name=\\x61"',
  "#!lua na'me=a'",
  '#!lua name="a"x',
  '#!lua name="a',
  '#!lua name=a name=b',
  '#!lua name=a other=1',
  '#!lua name=',
  '#!lua name=a-b',
  '#!lua',
  '#! lua name=a',
  '#!js name=a',
  '#!lua\tname=a\r',
  '#!lua name=a\0',
  '!lua name=a',
];

const names = fc.constantFrom('a', 'b', 'c');
const command: fc.Arbitrary<Command> = fc.oneof(
  names.map((name) => ['FUNCTION', 'LOAD', library(name)]),
  names.map((name) => ['function', 'load', 'replace', library(name)]),
  fc.constantFrom(...HEADS).map((head) => ['FUNCTION', 'LOAD', 'REPLACE', library('a', head)]),
  names.map((name) => ['FUNCTION', 'DELETE', name]),
  fc
    .tuple(fc.subarray(['a', 'b', 'c']), fc.constantFrom([], ['FLUSH'], ['append'], ['REPLACE'], ['other']))
    .map(([some, policy]) => ['FUNCTION', 'RESTORE', payload(...some), ...policy]),
  fc.constantFrom<Command>(
    ['FUNCTION', 'FLUSH'],
    ['FUNCTION', 'FLUSH', 'ASYNC'],
    ['FUNCTION', 'FLUSH', 'NOW'],
    ['FUNCTION', 'RESTORE', 'damaged payload'],
    ['FUNCTION', 'RESTORE', payload('a').slice(0, -1)],
    ['FUNCTION', 'LOAD', 'REPLACE'],
    ['FUNCTION', 'LOAD', 'SILENT', library('a')],
    ['FUNCTION', 'LIST'],
    ['FLUSHALL'],
  ),
);

describeLive('commands on function libraries', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      const check = async (commands: readonly Command[]): Promise<void> => {
        await client.command('FUNCTION', 'FLUSH');
        const replay = new Replay();
        const replies = await client.pipeline(commands.map((one) => one.map((text) => Buffer.from(text, 'latin1'))));
        expect(replay.run(...commands), JSON.stringify(commands)).toEqual(
          replies.map((reply) => !(reply instanceof ReplyError)),
        );
        expect(librariesIn(replay)).toEqual(librariesOf(await client.command('FUNCTION', 'LIST', 'WITHCODE')));
      };
      for (const head of HEADS) await check([['FUNCTION', 'LOAD', library('a', head)]]);
      await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 12 }), check), { numRuns: 150 });
    });
  });
});

describe('function libraries', () => {
  it('may be written for other engines in Valkey only', () => {
    const load = ['FUNCTION', 'LOAD', library('a', '#!js name=a')];
    expect(new Replay('7.2').run(load)).toEqual([false]);
    const valkey = new Replay('valkey:8.1');
    expect(valkey.run(load)).toEqual([true]);
    expect(Object.keys(librariesIn(valkey))).toEqual(['a']);
  });

  it('end the replay at subcommands that nobody knows', () => {
    expect(() => new Replay().run(['FUNCTION', 'EXPLODE'])).toThrow(/FUNCTION.*subcommand that is not known/);
  });
});
