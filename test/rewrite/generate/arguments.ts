/**
 * What random commands are made of: few names, so that commands meet, and arguments among which are those at the ends of
 * what is allowed and beyond. Every text has one character per byte.
 */
import { Random } from '../../../bench/make/random.mjs';
import type { Command } from '../servers.ts';

/** One command of a family and how often it comes, compared with the others of that family. */
export type Entry = readonly [weight: number, make: (g: Arguments) => string[]];

/** What names of keys begin with: the type that they mostly have. `w` are weights for SORT. */
export type Kind = 'string' | 'bits' | 'hll' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'geo';

const PREFIX: Record<Kind, string> = {
  string: 's',
  bits: 'b',
  hll: 'p',
  list: 'l',
  set: 'e',
  zset: 'z',
  hash: 'h',
  stream: 'x',
  geo: 'g',
};
const KINDS = Object.keys(PREFIX) as Kind[];

const INTEGERS = [
  ...['0', '1', '-1', '2', '10', '-10', '9223372036854775807', '-9223372036854775808', '9223372036854775806'],
  ...['-9223372036854775807', '4611686018427387904', '9007199254740993', '2147483648', '4294967296', '-2147483649'],
];
const NO_INTEGERS = ['', '+5', '007', ' 1', '1 ', '-0', '1.5', '3.0', 'abc', '0x10', '9223372036854775808', '1e3', '-'];
const MEMBERS = [
  ...['a', 'b', 'c', 'd', 'aa', 'A', '', '1', '2', '10', '-7', '3.5', '007', '100000', '9223372036854775807'],
  ...['\x00', '\xff\xfe', 'b\r\n*1', '\xc3\xa9', 'x'.repeat(64), 'y'.repeat(65), 'z'.repeat(300)],
];
// Nothing that overflows or underflows, also where it is weighed: a server then refuses also the next SORT by weights, until a
// system call fails.
const SCORES = [
  ...['0', '1', '2', '3', '-1', '1.5', '-2.25', '0.1', '0.2', '0.30000000000000004', '1e3', '1E+2', '.5', '5.', '+7'],
  ...['inf', '-inf', '+inf', 'Infinity', '1e17', '9007199254740993', '123456789012345678', '1e-7'],
  ...['1.7976931348623157e308', '-1e300', '1e-200', '0x10', '3.3333333333333335', '-0.1'],
];
const NO_SCORES = ['nan', '', 'abc', ' 1', '1 ', '1,5', '--1'];
const FLOATS = [
  ...['0.1', '0.2', '-0.5', '3000', '1e-17', '4e-18', '5e20', '1e17', '-1', '0.000001', '1.', '.5', '0x1p3', '1e308'],
  ...['-1e308', '9007199254740993', '0.3', '2.718281828459045', '1e-4', '99999999999999999999', '0', '-0', '1.5e3'],
];
const NO_FLOATS = ['nan', 'inf', '-inf', 'abc', '', ' 1', '1 '];

const LARGE_COUNTS = [
  ...['100', '1000000', '2147483647', '2147483648', '4294967295', '4294967297', '1152921504606846977'],
  ...['4611686018427387904', '9223372036854775806', '9223372036854775807'],
];
/** Times that a command waits, with those that nearly are none. */
const TIMEOUTS = [
  ...['-0', '-0.001', '-0.0010001', '1e-30', '-1e-30', '0x10', '1e3', '9223372036854775', '9223372036854775.807'],
  ...['9223372036854775.808', '9223372036854776', '1e300', 'inf', '-inf', 'nan', ' 1', '1 ', '1\x00', '-1', 'x', ''],
];
/** Ids in other words, and what only looks like one. */
const ODD_IDS = [
  ...['0-0', '0-1', 'x', '5', '1-', '-', '18446744073709551615-18446744073709551614', '007-1', '3-*', '0-*', '5-01'],
  ...['+5-1', ' 6-1', '7-+1', '8- 2', '9- -1', '9--1', '-1-1', '-0-1', '10-1 ', '11\x00-1', '12-1\x00', '12-\x001'],
  ...[
    '13-*\x00',
    '14\x00-*',
    '14-**',
    '00000000000000000000000015-1',
    '18446744073709551616-0',
    `${'0'.repeat(130)}9-9`,
  ],
  '18446744073709551615-*',
];

/** From 2100 on. */
const FAR = 4_102_444_800_000;

export interface ArgumentOptions {
  /**
   * The commands go into a log as they are, and not to a server that logs what it makes of them: nothing random, nothing that
   * crashes a loader, no values of gigabytes, for which a loader has no limits.
   */
  direct: boolean;
  /** Payloads of DUMP, and of FUNCTION DUMP. */
  dumps: readonly string[];
  functionDumps: readonly string[];
  /** Families to take commands from; all by default. */
  families?: readonly string[] | undefined;
}

export class Arguments {
  readonly random: Random;
  readonly direct: boolean;
  /** Times that are over. */
  readonly past: boolean;
  /** Distances become scores: they may differ in the last bit. */
  readonly distances: boolean;
  readonly #options: ArgumentOptions;
  readonly #names: number;
  readonly #strays: number;
  readonly #wrong: number;
  /** Ids of entries that were added lately. */
  readonly #ids: string[] = ['1-1'];
  #ms = 1;

  constructor(seed: number, options: ArgumentOptions) {
    this.random = new Random(seed);
    this.#options = options;
    this.direct = options.direct;
    this.past = this.chance(40);
    this.distances = this.chance(10);
    this.#names = this.between(1, 4);
    this.#strays = this.random.pick([5, 15, 30]);
    this.#wrong = this.random.pick([1, 3, 8]);
  }

  chance(percent: number): boolean {
    return this.random.chance(percent);
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return this.random.between(least, most);
  }

  pick<T>(items: readonly T[]): T {
    return this.random.pick(items);
  }

  /** Something that is refused, which is rare. */
  wrong(): boolean {
    return this.chance(this.#wrong);
  }

  many(least: number, most: number, make: () => string | string[]): string[] {
    return Array.from({ length: this.between(least, most) }, make).flat();
  }

  /** A word of a command, in some case. */
  word(word: string): string {
    if (this.chance(80)) return word;
    if (this.chance(60)) return word.toLowerCase();
    return Array.from(word, (letter) => (this.chance(50) ? letter : letter.toLowerCase())).join('');
  }

  /** Arguments that stand there or do not. */
  maybe(percent: number, make: () => string[]): string[] {
    return this.chance(percent) ? make() : [];
  }

  /** Some of these words. */
  options(percent: number, ...words: string[]): string[] {
    return words.filter(() => this.chance(percent)).map((one) => this.word(one));
  }

  /** Groups of arguments that may stand in any order, in some order; at times one of them comes twice. */
  mixed(groups: readonly (readonly string[])[]): string[] {
    const all = this.chance(6) ? [...groups, this.pick(groups)] : [...groups];
    if (this.chance(40)) {
      for (let i = all.length - 1; i > 0; i--) {
        const other = this.between(0, i);
        [all[i], all[other]] = [all[other]!, all[i]!];
      }
    }
    return all.flat();
  }

  /** The name of a key that is mostly of this kind, and at times of another, or of all. */
  key(kind: Kind): string {
    if (!this.chance(this.#strays)) return this.#named(kind);
    return this.chance(60) ? this.pick(['k', 'k2', '', '{k}\x00\xff']) : this.#named(this.pick(KINDS));
  }

  /** The name of any key. */
  anyKey(): string {
    return this.key(this.pick(KINDS));
  }

  #named(kind: Kind): string {
    const number = this.between(1, this.#names);
    return number === 4 ? `${PREFIX[kind]}\xff\x00 ` : `${PREFIX[kind]}${number}`;
  }

  db(): string {
    if (this.wrong()) return this.pick(['16', '-1', 'x', '', '999999999999']);
    return this.pick(['0', '0', '0', '1', '2', '9']);
  }

  bytes(least: number, most: number): string {
    const length = this.between(least, most);
    return Buffer.from(Array.from({ length }, () => this.between(0, 255))).toString('latin1');
  }

  member(): string {
    return this.chance(85) ? this.pick(MEMBERS.slice(0, 15)) : this.chance(70) ? this.pick(MEMBERS) : this.bytes(0, 90);
  }

  value(): string {
    if (this.chance(40)) return this.integer();
    if (this.chance(15)) return this.pick(FLOATS);
    return this.chance(80)
      ? this.pick(MEMBERS)
      : this.chance(50)
        ? this.bytes(0, 200)
        : 'abc '.repeat(this.between(1, 90));
  }

  integer(): string {
    if (this.wrong()) return this.pick(NO_INTEGERS);
    return this.chance(60) ? String(this.between(-20, 100)) : this.pick(INTEGERS);
  }

  /** A place in something short. */
  index(): string {
    return this.chance(88) ? String(this.between(-6, 7)) : this.integer();
  }

  count(): string {
    if (this.wrong()) return this.pick(['-1', 'x', '', '-9223372036854775808']);
    return this.chance(85) ? String(this.between(0, 5)) : this.pick(LARGE_COUNTS);
  }

  score(): string {
    if (this.wrong()) return this.pick(NO_SCORES);
    if (this.chance(50)) return String(this.between(-5, 12));
    if (this.chance(1)) return '-0';
    return this.chance(75) ? this.pick(SCORES) : String((this.random.fraction() - 0.3) * 10 ** this.between(-3, 6));
  }

  float(): string {
    if (this.wrong()) return this.pick(NO_FLOATS);
    return this.chance(60) ? this.pick(FLOATS) : String((this.random.fraction() - 0.5) * 10 ** this.between(-5, 12));
  }

  /** An absolute time. */
  at(unit: 's' | 'ms'): string {
    if (this.wrong()) return this.pick(['x', '', '9223372036854775807', '-9223372036854775808', '9223372036854775']);
    if (this.past && this.chance(25)) {
      const past = unit === 's' ? ['1', '1600000000', '1000000000'] : ['1', '1600000000123', '1000'];
      return this.pick(this.chance(75) ? past : ['0', '-1', '-5', '-1000']);
    }
    const ms = FAR + this.between(0, 9) * 86_400_000 + (this.chance(50) ? 0 : this.between(0, 999));
    return String(unit === 's' ? Math.floor(ms / 1000) : ms);
  }

  /** A time from now on. */
  after(unit: 's' | 'ms'): string {
    if (this.wrong()) {
      // In a log, 0 is the very millisecond of the load, in which a key is there and in the next is not.
      return this.pick(['x', '', this.direct ? '-' : '0', '9223372036854775807', '-9223372036854775808']);
    }
    if (this.past && this.chance(10)) return this.pick(['-100000', '-1000000000', '-9999999']);
    const seconds = 100_000 * this.between(1, 9);
    return String(unit === 's' ? seconds : seconds * 1000 + this.between(0, 999));
  }

  /** A time as SET, GETEX and their like have it. */
  expiry(): string[] {
    const [word, make] = this.pick<readonly [string, () => string]>([
      ['EX', () => this.after('s')],
      ['PX', () => this.after('ms')],
      ['EXAT', () => this.at('s')],
      ['PXAT', () => this.at('ms')],
    ]);
    return [this.word(word), make()];
  }

  /** A bit or byte. A loader has no limits, so that a log must not have the large ones. */
  offset(most: number): string {
    if (this.wrong())
      return this.pick(['-1', 'x', '', '+1', ...(this.direct ? [] : ['4294967296', '999999999999999'])]);
    return String(this.random.skewed(most));
  }

  /** Of an entry that is going to be added: larger than the last one, mostly. */
  newId(): string {
    if (this.chance(12)) {
      if (this.chance(12)) return this.pick(ODD_IDS);
      return this.id();
    }
    const seq = this.chance(50) ? 0 : this.between(0, 3);
    if (this.chance(70)) this.#ms += this.between(1, 3);
    if (this.chance(8)) return `${this.#ms}-*`;
    const id = `${this.#ms}-${seq}`;
    this.#ids.push(id);
    if (this.#ids.length > 14) this.#ids.shift();
    return this.chance(10) && seq === 0 ? String(this.#ms) : id;
  }

  /** Of an entry that may be there. */
  id(): string {
    if (this.wrong()) return this.pick(['x', '', '-', '+', '$', '1-2-3', '18446744073709551616', '+\x00', '$\x00']);
    if (this.chance(2)) return this.pick(ODD_IDS);
    if (this.chance(90)) return this.pick(this.#ids);
    return this.pick(['0', '0-0', '0-1', '18446744073709551615', String(this.#ms), `${this.#ms + 1}-7`]);
  }

  /** How long a command would wait; in a log and in a transaction it never does. */
  timeout(): string {
    return this.chance(90) ? this.pick(['0', '1', '0.5', '100']) : this.pick(TIMEOUTS);
  }

  group(): string {
    return this.pick(['g1', 'g1', 'g1', 'g2', '']);
  }

  consumer(): string {
    return this.pick(['c1', 'c1', 'c2', 'c3', '\x00c\xff']);
  }

  dump(): string {
    const payload = this.#options.dumps.length === 0 ? '' : this.pick(this.#options.dumps);
    return this.wrong() ? spoiled(this, payload) : payload;
  }

  functionDump(): string {
    const payload = this.#options.functionDumps.length === 0 ? '' : this.pick(this.#options.functionDumps);
    return this.wrong() ? spoiled(this, payload) : payload;
  }
}

/** A payload that no server takes: too short, of a later version, with a wrong checksum, with none. */
function spoiled(g: Arguments, payload: string): string {
  const body = payload.slice(0, -10);
  return g.pick([
    '',
    payload.slice(0, 9),
    `${payload.slice(0, -10)}\xff\x00${payload.slice(-8)}`,
    `${payload.slice(0, -1)}\x01\x02`,
    `${body}${payload.slice(-10, -8)}${'\x00'.repeat(8)}`,
  ]);
}

/** The weighted choice among entries. */
export function choose(g: Arguments, entries: readonly Entry[]): Command {
  let left = g.random.below(entries.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of entries) {
    left -= weight;
    if (left < 0) return make(g);
  }
  throw new Error('weights must be whole numbers');
}
