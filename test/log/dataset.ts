import { createHash } from 'node:crypto';
import type { CommandArgument, Reply, RespClient } from '../helpers/live.ts';

/** A reply as text, one character per byte. */
type Text = string | number | bigint | null | Text[];

function text(reply: Reply): Text {
  if (reply instanceof Error) throw reply;
  if (Array.isArray(reply)) return reply.map(text);
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : reply;
}

/**
 * What no command can set: when a consumer was last seen and active, how the server keeps the entries, and the first id,
 * which follows from the entries (of an empty stream of a file of 5.0 a server takes it for 2^64-1).
 */
const UNSET = new Set(['seen-time', 'active-time', 'radix-tree-keys', 'radix-tree-nodes', 'recorded-first-entry-id']);

/** A reply of alternating names and values without those names. */
function without(reply: Text, names: ReadonlySet<string>): Text {
  if (!Array.isArray(reply)) return reply;
  const kept: Text[] = [];
  for (let i = 0; i < reply.length; i++) {
    const item = reply[i]!;
    if (typeof item === 'string' && names.has(item)) i++;
    else kept.push(without(item, names));
  }
  return kept;
}

/** What 7.0 says of a key. */
export interface Holding {
  type: string;
  expiresAt: Text;
  digest: Text;
  /** XINFO STREAM FULL without `UNSET`. */
  stream?: Text;
}

/** Everything that `datasetOf` asks for. */
export interface Dataset {
  functions: string[];
  /** By `db name`. */
  keys: Map<string, Holding>;
  /** Keys of sorted sets with a score of -0. */
  negativeZeros: string[];
}

/**
 * Everything that a server of 7.0 holds and that commands can set: by database and key the value (as DEBUG
 * DIGEST-VALUE), times to the millisecond, and of streams ids, counters, groups, consumers and pending entries; besides
 * the function libraries. Encodings are not among it: they depend on the order in which a value grew.
 * What of streams is not compared is in `unset`.
 *
 * -0 counts as 0: 7.0 keeps it in a small sorted set that it loads, and not in one that is built by ZADD.
 */
export async function datasetOf(client: RespClient, unset: ReadonlySet<string> = UNSET): Promise<Dataset> {
  const ask = async (...command: CommandArgument[]): Promise<Text> => text(await client.command(...command));
  const keys = new Map<string, Holding>();
  const libraries = (await ask('FUNCTION', 'LIST', 'WITHCODE')) as Text[];
  const functions = libraries.map((library) => JSON.stringify(library)).sort();
  const negativeZeros: string[] = [];
  for (let db = 0; db < 16; db++) {
    await ask('SELECT', db);
    const names = (await client.command('KEYS', '*')) as Buffer[];
    for (const key of names.sort(Buffer.compare)) {
      const type = String(await ask('TYPE', key));
      const holding: Holding = {
        type,
        expiresAt: await ask('PEXPIRETIME', key),
        digest: await ask('DEBUG', 'DIGEST-VALUE', key),
      };
      if (type === 'stream') holding.stream = without(await ask('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0), unset);
      if (type === 'zset') {
        const items = (await ask('ZRANGE', key, 0, -1, 'WITHSCORES')) as string[];
        if (items.includes('-0')) negativeZeros.push(`${db} ${key.toString('latin1')}`);
        holding.digest = items.map((item, n) => (n % 2 === 1 && item === '-0' ? '0' : item));
      }
      if (type === 'list') holding.digest = [holding.digest, hash(await ask('LRANGE', key, 0, -1))];
      keys.set(`${db} ${key.toString('latin1')}`, holding);
    }
  }
  await ask('SELECT', 0);
  return { functions, keys, negativeZeros };
}

function hash(value: Text): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
