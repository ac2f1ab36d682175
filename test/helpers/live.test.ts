import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeLive, findRedisServer, type LiveServer, liveServer, ReplyError, withLiveServer } from './live.ts';
import { describeShared, sharedCorpus } from './shared.ts';

/** Whether a process is there. Signal 0 only asks. */
function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('without redis-server', () => {
  it('liveServer gives undefined', async () => {
    vi.stubEnv('PATH', '');
    try {
      expect(findRedisServer()).toBeUndefined();
      expect(await liveServer()).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describeLive('liveServer', () => {
  let server: LiveServer;

  beforeAll(async () => {
    server = (await liveServer())!;
  });
  afterAll(async () => {
    await server?.stop();
  });

  it('answers in the kinds of RESP2, binary safe', async () => {
    const { client } = server;
    const key = Buffer.from([0, 13, 10, 255]);
    expect(server.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await client.command('SET', key, 'value')).toBe('OK');
    expect(await client.command('GET', key)).toEqual(Buffer.from('value'));
    expect(await client.command('GET', 'absent')).toBeNull();
    expect(await client.command('INCRBY', 'n', '9007199254740993')).toBe(9007199254740993n);
    expect(await client.command('RPUSH', 'list', 1, 2)).toBe(2);
    expect(await client.command('LRANGE', 'list', 0, -1)).toEqual([Buffer.from('1'), Buffer.from('2')]);
    expect(await client.command('LRANGE', 'absent', 0, -1)).toEqual([]);
    expect(await client.command('EVAL', "return {1, {'a', {}}, {}, 'b'}", 0)).toEqual([
      1,
      [Buffer.from('a'), []],
      [],
      Buffer.from('b'),
    ]);
    await expect(client.command('INCR', key)).rejects.toThrow(ReplyError);
  });

  it('answers a pipeline in order, errors among the values', async () => {
    const commands = Array.from({ length: 2000 }, (_, i) => ['ECHO', `${i}`.repeat(50)]);
    const replies = await server.client.pipeline([...commands, ['NO-SUCH-COMMAND'], ['PING']]);
    expect(replies.slice(0, 2000).map(String)).toEqual(commands.map((command) => command[1]));
    expect(replies[2000]).toBeInstanceOf(ReplyError);
    expect(replies[2001]).toBe('PONG');
  });

  it('carries large values', async () => {
    const large = Buffer.alloc(40_000_000, 'x');
    const [, reply] = await server.client.pipeline([
      ['SET', 'large', large],
      ['GET', 'large'],
      ['DEL', 'large'],
    ]);
    expect(Buffer.compare(reply as Buffer, large)).toBe(0);
  });

  it('allows DEBUG, and loads a dump that is put into its directory', async () => {
    await server.client.command('SET', 'moved', 'yes');
    await server.client.command('SAVE');
    const dump = readFileSync(join(server.dir, 'dump.rdb'));
    expect(await server.client.command('DEBUG', 'RELOAD')).toBe('OK');
    const value = await withLiveServer({ files: { 'other.rdb': dump }, dbfilename: 'other.rdb' }, ({ client }) =>
      client.command('GET', 'moved'),
    );
    expect(value).toEqual(Buffer.from('yes'));
  });

  it('stops what it started and removes its directory, also when the test fails', async () => {
    let seen: LiveServer | undefined;
    const failure = withLiveServer({}, (other) => {
      seen = other;
      throw new Error('a failing test');
    });
    await expect(failure).rejects.toThrow('a failing test');
    expect(alive(seen!.pid)).toBe(false);
    expect(existsSync(seen!.dir)).toBe(false);
    await seen!.stop();
    await expect(seen!.client.command('PING')).rejects.toThrow('closed');
    expect(alive(server.pid)).toBe(true);
  });

  it('reports the log of a server that refuses its file', async () => {
    const files = { 'dump.rdb': Buffer.from('REDIS9999') };
    await expect(liveServer({ files })).rejects.toThrow(/ended before it was ready[\s\S]*RDB format version/);
  });
});

describeShared('sharedCorpus', (corpus) => {
  it('is a directory with a README', () => {
    expect(sharedCorpus()).toBe(corpus);
    expect(existsSync(join(corpus, 'README.md'))).toBe(true);
  });
});
