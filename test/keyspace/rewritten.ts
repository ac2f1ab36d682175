/** Rewrites commands that a server ran, and compares what it holds by either. */
import { expect } from 'vitest';
import { rewriteAof } from '../../src/index.ts';
import { argvs, log, raw } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { ReplyError, type RespClient } from '../helpers/live.ts';
import type { Command } from './run.ts';

const asBytes = (command: Command): Buffer[] => command.map((one) => Buffer.from(one, 'latin1'));

/** What a log of Redis 7.0 is rewritten to. */
export async function rewritten(commands: readonly Command[]): Promise<Command[]> {
  return argvs(await all(rewriteAof(raw(log(...commands)), { sourceVersion: 'redis:7.0', now: 1_700_000_000_000 })));
}

/** Runs commands from an empty dataset on. @returns which of them failed, and the digest of what the server then holds */
export async function digestOf(
  client: RespClient,
  commands: readonly Command[],
): Promise<{ failed: Command[]; digest: string }> {
  await client.command('SELECT', '0');
  await client.command('FLUSHALL');
  const replies = await client.pipeline(commands.map(asBytes));
  const failed = commands.filter((_, i) => replies[i] instanceof ReplyError);
  return { failed, digest: String(await client.command('DEBUG', 'DIGEST')) };
}

/** The server holds the same by the log that commands are rewritten to. @returns which of them failed in it */
export async function expectSameDigest(client: RespClient, commands: readonly Command[]): Promise<Command[]> {
  const before = await digestOf(client, commands);
  const after = await digestOf(client, await rewritten(commands));
  expect(after.failed).toEqual([]);
  expect({ commands, digest: after.digest }).toEqual({ commands, digest: before.digest });
  return before.failed;
}
