/** The commands that build the dataset of the dump: keys of every type and encoding that a server of version 7.0 has. */
import { CommandWriter } from './commands.mjs';
import { Random, weightedPicker } from './random.mjs';
import { Values } from './values.mjs';

/** @import { Argument } from './commands.mjs' */

/** Where the keys go, by the share of them that comes before. */
const DATABASES = /** @type {const} */ ([
  [0, 0],
  [0.7, 1],
  [0.9, 4],
  [0.97, 9],
]);

/** One key in so many is a big one; the number is odd, so that they are spread over the databases. */
const BIG_EVERY = 12_501;

/** Expiries are so far off that no run meets one: from 2100 on. */
const FAR = 4_102_444_800_000;
const YEAR = 31_536_000_000;

/**
 * @param {number} keys how many there will be
 * @param {number} seed
 * @returns {Generator<Buffer>} chunks of RESP
 */
export function* datasetCommands(keys, seed) {
  const dataset = new Dataset(seed);
  let next = 0;
  for (let i = 0; i < keys; i++) {
    const database = DATABASES[next];
    if (database !== undefined && i >= database[0] * keys) {
      dataset.writer.write(['SELECT', database[1]]);
      next++;
    }
    dataset.addKey(i);
    if (dataset.writer.full) yield dataset.writer.take();
  }
  yield dataset.writer.take();
}

class Dataset {
  writer = new CommandWriter();
  #random;
  #values;
  #pickMaker;
  #pickBig;

  /** @param {number} seed */
  constructor(seed) {
    this.#random = new Random(seed);
    this.#values = new Values(this.#random);
    this.#pickMaker = weightedPicker(this.#random, this.#makers());
    this.#pickBig = weightedPicker(this.#random, this.#bigMakers());
  }

  /** @param {number} i */
  addKey(i) {
    if (i % BIG_EVERY === BIG_EVERY >> 1) {
      this.#pickBig()(`big:${i}`);
      return;
    }
    const [prefix, make, expiring] = this.#pickMaker();
    const key = this.#key(prefix, i);
    make(key);
    if (this.#random.chance(expiring)) this.writer.write(['PEXPIREAT', key, FAR + this.#random.below(YEAR)]);
  }

  /** Most names are ASCII, some are in other scripts, a few are no text. @param {string} prefix @param {number} i */
  #key(prefix, i) {
    const name = `${prefix}:${i}`;
    if (this.#random.chance(97)) return name;
    const odd = this.#random.chance(70) ? this.#values.utf8(24) : this.#values.binary(8);
    return Buffer.concat([Buffer.from(`${name}:`), odd]);
  }

  /** @returns {(readonly [weight: number, maker: readonly [prefix: string, make: (key: Argument) => void, expiring: number]])[]} */
  #makers() {
    const random = this.#random;
    const values = this.#values;
    const set = (/** @type {() => Argument} */ value) => (/** @type {Argument} */ key) =>
      this.writer.write(['SET', key, value()]);
    return [
      [80, ['flag', set(() => values.words(random.between(1, 20))), 10]],
      [70, ['counter', set(() => random.skewed(1e10) - 1000), 5]],
      [95, ['page', set(() => values.document(random.between(150, 2950))), 50]],
      [60, ['note', set(() => values.words(random.between(30, 900))), 10]],
      [45, ['title', set(() => values.utf8(random.between(20, 300))), 0]],
      [80, ['session', set(() => values.token(random.between(40, 240))), 90]],
      [25, ['image', set(() => values.binary(random.between(100, 1500))), 20]],
      [190, ['user', (key) => this.#hash(key, random.between(2, 16), 24), 10]],
      [25, ['profile', (key) => this.#hash(key, random.between(4, 12), 300), 0]],
      [2, ['index', (key) => this.#hash(key, random.between(140, 500), 40), 0]],
      [85, ['queue', (key) => this.#list(key, random.between(1, 40), 60), 5]],
      [1, ['history', (key) => this.#list(key, random.between(500, 2000), 60), 0]],
      [55, ['follows', (key) => this.#intset(key, random.between(1, 60)), 0]],
      [45, ['tags', (key) => this.#set(key, random.between(1, 20)), 0]],
      [100, ['rank', (key) => this.#zset(key, random.between(1, 24)), 5]],
      [2, ['board', (key) => this.#zset(key, random.between(140, 600)), 0]],
      [40, ['events', (key) => this.#stream(key, random.between(1, 24)), 0]],
    ];
  }

  /** @returns {(readonly [weight: number, make: (key: Argument) => void])[]} */
  #bigMakers() {
    const random = this.#random;
    const values = this.#values;
    const set = (/** @type {() => Argument} */ value) => (/** @type {Argument} */ key) =>
      this.writer.write(['SET', key, value()]);
    return [
      [1, set(() => values.document(random.between(200_000, 900_000)))],
      [1, set(() => values.token(random.between(100_000, 500_000)))],
      [1, (key) => this.#hash(key, 10_000, 60)],
      [1, (key) => this.#list(key, 20_000, 60)],
      [1, (key) => this.#set(key, 10_000)],
      [1, (key) => this.#zset(key, 10_000)],
      [1, (key) => this.#stream(key, 5000)],
    ];
  }

  /** A value inside a collection: a number, or a string of up to `most` bytes. @param {number} most @returns {Argument} */
  #item(most) {
    const random = this.#random;
    const what = random.below(100);
    if (what < 40) return random.skewed(1e7);
    if (what < 75) return this.#values.words(random.between(1, most));
    if (what < 85) return this.#values.utf8(random.between(1, most));
    return this.#values.token(random.between(1, most));
  }

  /** A listpack up to 128 fields of at most 64 bytes, else a hash table. @param {Argument} key @param {number} count @param {number} most */
  #hash(key, count, most) {
    const command = ['HSET', key];
    for (let j = 0; j < count; j++) command.push(`field${j}`, this.#item(most));
    this.writer.write(command);
  }

  /** @param {Argument} key @param {number} count @param {number} most */
  #list(key, count, most) {
    const command = ['RPUSH', key];
    for (let j = 0; j < count; j++) command.push(this.#item(most));
    this.writer.write(command);
  }

  /** Up to 512 integers, of 2, 4 or 8 bytes each. @param {Argument} key @param {number} count */
  #intset(key, count) {
    const limit = this.#random.pick([1e4, 1e8, 1e13]);
    /** @type {Argument[]} */
    const command = ['SADD', key];
    for (let j = 0; j < count; j++) command.push(this.#random.below(limit));
    this.writer.write(command);
  }

  /** @param {Argument} key @param {number} count */
  #set(key, count) {
    const command = ['SADD', key];
    for (let j = 0; j < count; j++) command.push(`tag:${this.#random.below(1e6)}`);
    this.writer.write(command);
  }

  /** A listpack up to 128 members, else a skip list. @param {Argument} key @param {number} count */
  #zset(key, count) {
    const random = this.#random;
    /** @type {Argument[]} */
    const command = ['ZADD', key];
    for (let j = 0; j < count; j++) {
      command.push(random.chance(50) ? random.below(10_000) : random.below(1e6) / 7, `member:${random.below(1e6)}`);
    }
    this.writer.write(command);
  }

  /** Some have a consumer group, with entries that were read and not yet acknowledged. @param {Argument} key @param {number} count */
  #stream(key, count) {
    const random = this.#random;
    let ms = FAR - YEAR;
    for (let j = 0; j < count; j++) {
      ms += random.between(1, 5000);
      this.writer.write([
        ...['XADD', key, `${ms}-${random.below(3)}`],
        ...['sensor', random.below(100), 'temperature', random.below(4000) / 100, 'note', this.#item(40)],
      ]);
    }
    if (!random.chance(30)) return;
    this.writer.write(['XGROUP', 'CREATE', key, 'workers', 0]);
    for (const consumer of ['anna', 'bert']) {
      const half = Math.ceil(count / 3);
      this.writer.write(['XREADGROUP', 'GROUP', 'workers', consumer, 'COUNT', half, 'STREAMS', key, '>']);
    }
  }
}
