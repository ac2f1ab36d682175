import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Script } from '../../src/index.ts';
import { Replayer } from '../../src/keyspace/replayer.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { type Command, Replay } from './run.ts';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

const LUA = "redis.call('SADD', KEYS[1], ARGV[1], KEYS[2]) redis.call('SELECT', 3) redis.call('SADD', 's', 'x')";
const script: Script = (call, keys, argv) => {
  call('SADD', keys[0]!, argv[0]!, keys[1]!);
  call('SELECT', 3);
  call('SADD', 's', 'x');
};
const FAILS = "redis.call('SADD', 'a', '1') redis.call('INCR', 'a') redis.call('SADD', 'a', '2')";
const failing: Script = (call) => {
  call('SADD', 'a', '1');
  call('INCR', 'a');
  call('SADD', 'a', '2');
};

const scripts = { [sha1(LUA)]: script, [sha1(FAILS)]: failing };

describeLive('scripts', () => {
  it('do what they do on a server', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['EVAL', LUA, '2', 'k', 'other', 'v'],
        ['SCRIPT', 'LOAD', LUA],
        ['EVALSHA', sha1(LUA).toUpperCase(), '2', 'l', 'other', 'v'],
        ['EVAL', FAILS, '0'],
        ['SADD', 'after', 'x'],
      ];
      await client.pipeline(commands);
      const replay = new Replay('7.0', { scripts });
      expect(replay.run(...commands)).toEqual([true, true, true, false, true]);
      for (const db of [0, 3]) {
        await client.command('SELECT', db);
        replay.session.select(db);
        const names = ((await client.command('KEYS', '*')) as Buffer[]).map(String).sort();
        const found: Record<string, unknown> = {};
        for (const name of names) {
          found[name] = { value: ((await client.command('SMEMBERS', name)) as Buffer[]).map(String).sort() };
        }
        expect(replay.dump()).toEqual(found);
      }
    });
  });
});

describe('scripts', () => {
  it('end the replay where nobody says what they do', () => {
    const replay = new Replay('4.0');
    expect(() => replay.run(['EVAL', 'return 1', '0'])).toThrow(sha1('return 1'));
    expect(() => replay.run(['EVALSHA', 'ABC', '0'])).toThrow('script abc');
    expect(() => replay.run(['FCALL', 'f', '0'])).toThrow('script f');
    expect(() => replay.run(['EVALSHA', 'constructor', '0'])).toThrow('script constructor');
  });

  it('are given by their digest in any case', () => {
    const { session } = new Replayer({ scripts: { [sha1(FAILS).toUpperCase()]: failing, F: script } });
    expect(Object.keys(session.options.scripts)).toEqual([sha1(FAILS), 'F']);
  });

  it('are functions by their name, too', () => {
    const replay = new Replay('7.0', { scripts: { f: (call, keys) => call('SADD', keys[0]!, 1) } });
    replay.run(['FCALL', 'f', '1', 'k']);
    expect(replay.dump()).toEqual({ k: { value: ['1'] } });
  });

  it('take keys as their number says', () => {
    const seen: string[][] = [];
    const replay = new Replay('7.0', {
      scripts: { f: (_, keys, argv) => seen.push(keys.map(String), argv.map(String)) },
    });
    expect(replay.run(['FCALL', 'f', '2', 'a'], ['FCALL', 'f', '-1'], ['FCALL', 'f', 'x'])).toEqual([
      false,
      false,
      false,
    ]);
    replay.run(['FCALL', 'f', '1', 'ab', 'c', '']);
    expect(seen).toEqual([['97,98'], ['99', '']]);
  });

  it('may go on when a command fails, and fail for reasons of their own', () => {
    const ignoring: Script = (call) => {
      call('SADD', 'a', '1');
      expect(() => call('INCR', 'a')).toThrow('INCR fails');
      call('SADD', 'a', '2');
    };
    const broken: Script = () => {
      throw new Error('of its own');
    };
    const replay = new Replay('7.0', { scripts: { ignoring, broken } });
    expect(replay.run(['FCALL', 'ignoring', '0'])).toEqual([true]);
    expect(replay.dump()).toEqual({ a: { value: ['1', '2'] } });
    expect(() => replay.run(['FCALL', 'broken', '0'])).toThrow('of its own');
  });

  it('may not go on when nobody waits for them', async () => {
    let late: unknown;
    const later: Script = async (call) => {
      call('SET', 'k', '1');
      await null;
      try {
        call('SET', 'k', '2');
      } catch (error) {
        late = error;
        throw error;
      }
    };
    let kept: Parameters<Script>[0] | undefined;
    const keeping: Script = (call) => {
      kept = call;
    };
    const replay = new Replay('7.0', { scripts: { later, keeping } });
    expect(() => replay.run(['FCALL', 'later', '0'])).toThrow(/runs a script that returns a promise/);
    await new Promise((resolve) => setImmediate(resolve));
    expect(late).toMatchObject({ code: 'INVALID_ARGUMENT' });
    replay.run(['FCALL', 'keeping', '0']);
    expect(() => kept!('SET', 'k', '3')).toThrow(/after it has ended/);
    expect(replay.dump()).toEqual({ k: { value: ['1'] } });
  });
});
