/**
 * The commands of the append-only file: the same hundred thousand names are written over and over, some of them much more
 * often than others, so that little of the log is still true at its end. Written as a server logs them, with absolute
 * times; but nobody has run them, so some change nothing (a server would not have logged a DEL of a missing key).
 */
import { CommandWriter } from './commands.mjs';
import { Random, weightedPicker } from './random.mjs';
import { Values } from './values.mjs';

/** Commands for each of the numbers that names have; eight types of keys make that 16 for each key. */
const CHURN = 130;

/** Expiries are so far off that no run meets one: from 2100 on. */
const FAR = 4_102_444_800_000;
const YEAR = 31_536_000_000;

/**
 * @param {number} commands how many there will be
 * @param {number} seed
 * @returns {Generator<Buffer>} chunks of RESP
 */
export function* churnCommands(commands, seed) {
  const random = new Random(seed);
  const values = new Values(random);
  const writer = new CommandWriter();
  const keys = Math.ceil(commands / CHURN);
  const time = () => FAR + random.below(YEAR);
  // A key has one type, told by its prefix, so that no command meets the wrong one.
  const key = (/** @type {string} */ prefix) => `${prefix}:${random.skewed(keys)}`;
  const pick = weightedPicker(random, [
    [190, () => writer.write(['SET', key('session'), values.token(random.between(20, 170))])],
    [50, () => writer.write(['SET', key('cache'), values.words(random.between(20, 200)), 'PXAT', time()])],
    [150, () => writer.write(['INCR', key('counter')])],
    [40, () => writer.write(['INCRBY', key('counter'), random.between(2, 500)])],
    [170, () => writer.write(['HSET', key('user'), `field${random.below(16)}`, values.words(random.between(4, 64))])],
    [30, () => writer.write(['HINCRBY', key('user'), 'visits', 1])],
    [15, () => writer.write(['HDEL', key('user'), `field${random.below(16)}`])],
    [
      65,
      () => {
        const list = key('recent');
        writer.write(['LPUSH', list, values.words(random.between(8, 90))]);
        writer.write(['LTRIM', list, 0, 49]);
      },
    ],
    [25, () => writer.write(['RPUSH', key('queue'), values.token(random.between(8, 60))])],
    [20, () => writer.write(['LPOP', key('queue')])],
    [90, () => writer.write(['ZADD', key('rank'), random.below(1e6), `member:${random.below(100)}`])],
    [30, () => writer.write(['SADD', key('tags'), `tag:${random.below(200)}`])],
    [20, () => writer.write(['SREM', key('tags'), `tag:${random.below(200)}`])],
    [45, () => writer.write(['DEL', key(random.pick(['session', 'counter', 'user', 'recent', 'rank', 'tags']))])],
    [30, () => writer.write(['PEXPIREAT', key(random.pick(['session', 'user', 'rank'])), time()])],
    [
      5,
      () => {
        writer.write(['MULTI']);
        writer.write(['INCR', key('counter')]);
        writer.write(['HSET', key('user'), 'total', random.below(1e6)]);
        writer.write(['EXEC']);
      },
    ],
  ]);
  writer.write(['SELECT', 0]);
  while (writer.count < commands) {
    pick()();
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}
