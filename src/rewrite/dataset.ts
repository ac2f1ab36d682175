import type { Replayer } from '../keyspace/index.ts';
import { type CommandOptions, type CommandWriter, commandWriter } from '../log/index.ts';
import { endFile, giveUp, type Loss, RdbEncoder, refuseLoss, type Spill } from '../rdb/index.ts';

/** Bytes of commands that are worth handing on. */
const FULL = 1 << 16;

/** The log of a dataset, in chunks of RESP, lent until the next one: straight from memory, without a record between. */
export function* datasetLog(replayer: Replayer, writer: CommandWriter, dropExpired: boolean): Generator<Uint8Array> {
  for (const _ of replayer.show(writer, dropExpired)) if (writer.ready >= FULL) yield writer.take();
  writer.finish();
  yield writer.take();
}

/** The RDB file of a dataset, in chunks, lent until the next one. */
function* datasetRdb(replayer: Replayer, encoder: RdbEncoder, dropExpired: boolean): Generator<Uint8Array> {
  let complete = false;
  try {
    for (const _ of replayer.show(encoder, dropExpired)) {
      for (const chunk of encoder.take()) {
        yield chunk;
        encoder.recycle(chunk);
      }
    }
    yield* endFile(encoder);
    complete = true;
  } finally {
    if (!complete) giveUp(encoder);
  }
}

/** How a dataset becomes a file. */
export interface DatasetOptions extends Pick<CommandOptions, 'target' | 'cluster' | 'caps' | 'onLoss'> {
  /** A log of commands (default), or an RDB file. */
  to?: 'aof' | 'rdb';
  /** `mixed`: RESTORE where that is shorter; for logs. */
  mode?: 'commands' | 'mixed';
  /** See `ReplayOptions`. */
  dropExpired?: boolean;
  /** See `EncodeOptions`; for RDB files. */
  spill?: () => Spill;
}

/**
 * A dataset as a file, in chunks, lent until the next one. Nothing is looked at before the first is asked for, so that it may
 * be called before the replay.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` at once for options; while iterating `LOSSY`
 */
export function datasetFile(replayer: Replayer, options: DatasetOptions): Generator<Uint8Array> {
  const { to, mode, target, cluster, caps, spill, dropExpired = false, onLoss = refuseLoss } = options;
  const { now } = replayer.session;
  const lose = (loss: Loss): void => {
    if (!isUnstored(loss, replayer)) onLoss(loss);
  };
  if (to === 'rdb')
    return datasetRdb(replayer, new RdbEncoder({ target, spill, onLoss: lose, now: () => now }), dropExpired);
  return datasetLog(replayer, commandWriter({ target, mode, cluster, caps, onLoss: lose, now }), dropExpired);
}

/**
 * Whether something of a dataset never stood in its log, so that it is no loss: of a log of nobody knows whom, active
 * times are those of the replay.
 */
export function isUnstored({ kind }: Loss, { writer }: Replayer): boolean {
  return kind === 'activeTime' && writer === undefined;
}
