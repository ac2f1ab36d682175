/** How many arguments a command has matters to some servers only. */
import { describe, expect, it } from 'vitest';
import { CORE } from '../../src/commands/table.ts';
import { arityFits, findCommand, keysOf, type RedisFileError } from '../../src/index.ts';
import { findHandler } from '../../src/keyspace/dispatch.ts';
import { EXEC, MULTI } from '../../src/keyspace/outcome.ts';
import { type Command, Replay } from './run.ts';

const refusal = (version: string, ...commands: Command[]): string => {
  try {
    new Replay(version).run(...commands);
  } catch (error) {
    expect((error as RedisFileError).code).toBe('CANNOT_REPLAY');
    return (error as Error).message;
  }
  return '';
};

/** Commands that are replayed, with their arity. */
const REPLAYED = CORE.split('\n').flatMap((line): [words: string[], arity: number][] => {
  const [path, arity] = line.split(' ');
  if (!/^[A-Z]/.test(line) || /^V/.test(line)) return [];
  const words = path!.split('|');
  const name = Buffer.from(words[0]!);
  const handler = findHandler(name, 0, name.length);
  return handler === undefined || handler === MULTI || handler === EXEC ? [] : [[words, Number(arity)]];
});

describe('a command with too few arguments', () => {
  it('is refused', () => {
    const commands = REPLAYED.flatMap(([words, arity]) => {
      // It is refused whatever it has.
      if (words[0] === 'GCRA') return [];
      return Array.from({ length: Math.abs(arity) - words.length }, (_, more) => [...words, ...Array(more).fill('1')]);
    });
    expect(commands.length).toBeGreaterThan(300);
    for (const version of ['7.0', 'valkey:8.0', 'valkey:9.0']) {
      const others = commands.filter((one) => !refusal(version, one).includes('has too few arguments, at byte 0'));
      expect(others).toEqual([]);
    }
  });

  it('is refused also where it would only read', () => {
    expect(refusal('7.0', ['GET'])).toBe('the command "GET" has too few arguments, at byte 0');
    expect(refusal('7.0', ['hget', 'k'])).toContain('the command "hget" has too few arguments, at byte 0');
  });

  it('is skipped where that is wished', () => {
    const skipped: string[] = [];
    const replay = new Replay('7.0', { unsupported: 'skip', onSkipped: ({ message }) => skipped.push(message) });
    replay.run(['SET', 'k'], ['SET', 'k', 'v']);
    expect(replay.dump()).toEqual({ k: { value: ['v'] } });
    expect(skipped).toEqual(['the command "SET" has too few arguments, at byte 0, first argument "k"']);
  });

  it('of a vector set fails as any other', () => {
    expect(new Replay('8.0').run(['VREM', 'k'], ['VREM', 'k', 'a', 'b'])).toEqual([false, false]);
  });
});

describe('a command with too many arguments', () => {
  it('is refused as by Valkey 9, and by no other', () => {
    const commands = REPLAYED.filter(([, arity]) => arity > 0).map(([words, arity]) => {
      return [...words, ...Array(arity + 1 - words.length).fill('1')] as Command;
    });
    expect(commands.length).toBeGreaterThan(50);
    const others = commands.filter((one) => !refusal('valkey:9.0', one).includes('has too many arguments, at byte 0'));
    expect(others).toEqual([]);
    for (const version of ['7.0', 'valkey:8.0']) expect(commands.map((one) => refusal(version, one)).join('')).toBe('');
  });

  it('does what it does with those that it takes', () => {
    const replay = new Replay('7.0');
    expect(replay.run(['SET', 'a', '1'], ['INCR', 'a', 'x'], ['GETDEL', 'b', 'a'])).toEqual([true, true, true]);
    expect(replay.dump()).toEqual({ a: { value: ['2'] } });
    expect(replay.run(['SETNX', 'a', '1', '2'], ['INCRBY', 'a', 'x', '1'])).toEqual([true, false]);
    expect(replay.dump()).toEqual({ a: { value: ['2'] } });
  });
});

describe('a subcommand that is not known', () => {
  it.each(['XGROUP', 'SCRIPT', 'FUNCTION', 'OBJECT', 'CONFIG', 'MEMORY'])('of %s is refused', (name) => {
    const message = new RegExp(`^the command "${name} NO" has a subcommand that is not known, at byte 0`);
    expect(refusal('7.0', [name, 'NO'])).toMatch(message);
    expect(refusal('valkey:8.0', [name, 'NO', 'a', 'b', 'c'])).toMatch(message);
  });

  it('is an error to servers up to 6.2', () => {
    const replay = new Replay('6.2');
    expect(replay.run(['XGROUP', 'NO', 'a', 'b', 'c'], ['OBJECT', 'NO'])).toEqual([false, false]);
  });
});

describe('a command of KeyDB', () => {
  it.each([
    ['RREPLAY', 'uuid', 'SET', '0', '1'],
    ['KEYDB.MVCCRESTORE', 'k', '1', '-1', 'payload'],
    ['KEYDB.CRON', 'k', 'single', '1000', 'return 1'],
    ['keydb.hrename', 'k', 'a', 'b'],
    ['KEYDB.NHSET', 'k', 'v'],
    ['EXPIREMEMBER', 'k', 'm', '100'],
  ])('%s is named as one that cannot be replayed', (...command) => {
    expect(refusal('6.2', command)).toContain(`the command "${command[0]}" is one of KeyDB, which cannot be replayed`);
    expect(findCommand(command)).toMatchObject({ family: 'keydb', write: true });
    expect(arityFits(command)).toBe(true);
    expect(keysOf(command)).toEqual(command[0] === 'RREPLAY' ? [] : ['k']);
  });
});
