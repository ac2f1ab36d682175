import type { Corpus, CorpusKey } from './corpus.mjs';
import type { CommandArgument, Reply, RespClient } from './live.ts';

/** A reply with one character per byte instead of bytes. */
type Text = string | number | bigint | null | Text[];

function text(reply: Reply): Text {
  if (reply instanceof Error) throw reply;
  if (Array.isArray(reply)) return reply.map(text);
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : reply;
}

function pairs(flat: string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

/** Everything that a server of 7.0 holds, in the form of the corpus. */
export async function readServer(client: RespClient): Promise<Required<Corpus>> {
  const ask = async <T extends Text>(name: string, ...args: (string | number)[]): Promise<T> => {
    const bytes = args.map((arg): CommandArgument => (typeof arg === 'string' ? Buffer.from(arg, 'latin1') : arg));
    return text(await client.command(name, ...bytes)) as T;
  };
  const libraries = await ask<Text[][]>('FUNCTION', 'LIST', 'WITHCODE');
  const functions = libraries.map((library) => library[library.length - 1] as string);
  const keys: CorpusKey[] = [];
  for (let db = 0; db < 16; db++) {
    await ask('SELECT', db);
    for (const key of await ask<string[]>('KEYS', '*')) {
      const type = await ask<string>('TYPE', key);
      const from: CorpusKey = { db, key, type, encoding: await ask<string>('OBJECT', 'ENCODING', key) };
      const expiresAt = await ask<number | bigint>('PEXPIRETIME', key);
      if (expiresAt !== -1) from.expiresAt = expiresAt;
      switch (type) {
        case 'string':
          from.value = await ask('GET', key);
          break;
        case 'list':
          from.value = await ask('LRANGE', key, 0, -1);
          break;
        case 'set':
          from.value = await ask('SMEMBERS', key);
          break;
        case 'zset':
          from.value = pairs(await ask('ZRANGE', key, 0, -1, 'WITHSCORES'));
          break;
        case 'hash':
          from.value = pairs(await ask('HGETALL', key));
          break;
        case 'stream':
          from.value = await ask('XRANGE', key, '-', '+');
          from.info = await ask<Text[]>('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0);
          break;
        default:
          throw new Error(`${type} of a server of 7.0?`);
      }
      keys.push(from);
    }
  }
  return { functions, keys };
}
