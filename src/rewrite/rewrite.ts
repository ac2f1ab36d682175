import type { ReadAofOptions } from '../aof/index.ts';
import { type ByteSource, invalidArgument, type RecordStream } from '../bytes/index.ts';
import { checkReplayOptions, type ReplayOptions, replayAof } from '../keyspace/index.ts';
import { type ToCommandsOptions, toCommands } from '../log/index.ts';
import type { AofCommand } from '../resp/index.ts';

/** Options of `rewriteAof`: how the log is read, replayed, and written. */
export interface RewriteOptions extends ReplayOptions, ReadAofOptions, ToCommandsOptions {
  large?: 'pieces';
}

/**
 * Compacts a log: `toCommands(replayAof(source))`, the shortest log that loads to the dataset that this one loads to. Equal
 * datasets give equal logs, and a rewritten log is its own rewrite.
 *
 * Without `target` the log is for the server that wrote the source, where that is known (by its RDB preamble, or
 * `sourceVersion`), and else has the forms of Redis 7.0.
 *
 * @throws RedisFileError as `replay` and `toCommands`; `INVALID_ARGUMENT` also for `onError: 'stop'`, as commands cannot tell that
 *   more was there
 *
 * @example
 * ```ts
 * import { encodeCommand, rewriteAof } from 'rdb-aof';
 *
 * const text = new TextEncoder();
 * const lines = ['SET k 1', 'INCR k', 'RPUSH l a', 'RPUSH l b', 'DEL k', 'SET k new'];
 * const log = lines.map((line) => encodeCommand(line.split(' ').map((word) => text.encode(word))));
 * for await (const { argv } of rewriteAof(log)) {
 *   console.log(argv.map((bytes) => new TextDecoder().decode(bytes)).join(' '));
 *   // SET k new
 *   // RPUSH l a b
 * }
 * ```
 */
export function rewriteAof(source: ByteSource, options: RewriteOptions = {}): RecordStream<AofCommand> {
  checkReplayOptions(options);
  if (options.onError === 'stop') {
    throw invalidArgument('onError "stop" is not for a rewrite, whose log would not tell that something is missing');
  }
  const { target, mode, replace, cluster, caps, onLoss, views, duplicates, ...reading } = options;
  const writing = { target, mode, replace, cluster, caps, onLoss, views, duplicates, now: reading.now };
  return toCommands(replayAof(source, reading), given(writing));
}

/** Without what is undefined. */
function given(options: ToCommandsOptions): ToCommandsOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
