/**
 * Random commands of all families for a server of 7.0, many of which fail for being of the wrong type. What the
 * dataset is in the end only the server knows.
 */
import type { CommandArgument } from '../helpers/live.ts';

export type Random = () => number;

/** Deterministic random numbers below 2^32 (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Where the forms of integers and lengths end. */
const INTEGERS = [7n, 8n, 12n, 13n, 15n, 16n, 23n, 24n, 31n, 32n, 53n, 63n].flatMap((bits) => {
  const power = 2n ** bits;
  return [power - 1n, power, power + 1n, -power - 1n, -power, -power + 1n];
});
INTEGERS.push(0n, 1n, -1n, 12n, 13n, 14n, 9999999999n, 99999999999n, -9999999999n);
const TEXTS = [
  '',
  '-0',
  '+1',
  '01',
  ' 1',
  '1 ',
  '1.5',
  '1e3',
  '0x10',
  'nan',
  'inf',
  '__proto__',
  '\u00e9',
  '"\\\n\t\0',
];
const LENGTHS = [
  0, 1, 4, 20, 21, 31, 32, 33, 63, 64, 65, 127, 253, 254, 255, 512, 4095, 4096, 8191, 8192, 16383, 16384,
];
const SCORES = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '0.1',
    '-0.1',
    '1.5',
    '3.0000000000000004',
    'inf',
    '-inf',
    '1e-7',
    '5e-324',
    '1e21',
    '1e22',
  ],
  ...['1.7976931348623157e308', '-1.7976931348623157e308', '2.2250738585072014e-308', '9007199254740991'],
  ...[
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678',
    '9223372036854775807',
    '1e17',
    '1e300',
  ],
];

export class Generator {
  readonly #random: Random;
  /** Databases in which something was written. */
  readonly dbs: Set<number> = new Set();

  constructor(random: Random) {
    this.#random = random;
  }

  below(count: number): number {
    return this.#random() % count;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  #bytes(length: number): Buffer {
    const out = Buffer.alloc(length);
    switch (this.below(4)) {
      case 0:
        for (let i = 0; i < length; i++) out[i] = this.below(256);
        break;
      case 1:
        out.fill(this.pick(['x', 'ab', '\0', 'Redis ', '\u65e5\u672c']));
        break;
      case 2:
        for (let i = 0; i < length; i++) out[i] = 0x61 + this.below(4);
        break;
      default:
        // Repeats from afar.
        for (let i = 0; i < length; i++) out[i] = i < 40 ? this.below(256) : out[i - 37]!;
    }
    return out;
  }

  /** Any string: integers and lengths at their borders, texts that look like numbers, bytes of all kinds. */
  value(): Buffer {
    switch (this.below(6)) {
      case 0:
        return Buffer.from(String(this.pick(INTEGERS)));
      case 1:
        return Buffer.from(this.pick(TEXTS));
      case 2: {
        const length = Math.max(0, this.pick(LENGTHS) - 1 + this.below(3));
        return this.#bytes(length > 1000 && this.below(4) > 0 ? length % 200 : length);
      }
      case 3:
        return Buffer.from(String(this.below(1000)));
      default:
        return this.#bytes(this.below(30));
    }
  }

  /** A short name out of a few, so that commands meet again. */
  #member(): Buffer {
    return this.below(3) === 0 ? this.value() : Buffer.from(`m${this.below(40)}`);
  }

  #key(type: string): Buffer {
    if (this.below(40) === 0) return this.value();
    return Buffer.from(`${type}:${this.below(12)}`);
  }

  #times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }

  /** How many items a command adds: few, or enough to leave the small forms. */
  #count(): number {
    return this.below(12) === 0 ? 100 + this.below(600) : 1 + this.below(8);
  }

  #score(): string {
    return this.below(2) === 0 ? this.pick(SCORES) : String((this.below(2000) - 1000) / this.pick([1, 2, 3, 7, 1000]));
  }

  /** The next command. */
  command(): CommandArgument[] {
    switch (this.below(10)) {
      case 0:
        return this.#string();
      case 1:
      case 2:
        return this.#list();
      case 3:
        return this.#set();
      case 4:
      case 5:
        return this.#hash();
      case 6:
        return this.#zset();
      case 7:
      case 8:
        return this.#stream();
      default:
        return this.#keys();
    }
  }

  #string(): CommandArgument[] {
    const key = this.#key('string');
    switch (this.below(8)) {
      case 0:
        return ['APPEND', key, this.value()];
      case 1:
        return ['INCRBY', key, String(this.pick(INTEGERS))];
      case 2:
        return ['SETRANGE', key, this.below(300), this.value()];
      case 3:
        return ['SETBIT', key, this.below(5000), this.below(2)];
      case 4:
        return ['PFADD', this.#key('hll'), ...this.#times(this.#count(), () => this.value())];
      case 5:
        return ['INCRBYFLOAT', key, '0.1'];
      default:
        return ['SET', key, this.value()];
    }
  }

  #list(): CommandArgument[] {
    const key = this.#key('list');
    switch (this.below(8)) {
      case 0:
        return ['LPOP', key];
      case 1:
        return ['LTRIM', key, this.below(3), -1 - this.below(3)];
      case 2:
        return ['LSET', key, this.below(20), this.value()];
      case 3:
        return ['LINSERT', key, 'BEFORE', this.#member(), this.value()];
      case 4:
        return ['RPOPLPUSH', key, this.#key('list')];
      case 5:
        return ['LREM', key, this.below(3) - 1, this.#member()];
      default:
        return [this.pick(['LPUSH', 'RPUSH']), key, ...this.#times(this.#count(), () => this.#member())];
    }
  }

  #set(): CommandArgument[] {
    const key = this.#key('set');
    switch (this.below(6)) {
      case 0:
        return ['SREM', key, ...this.#times(3, () => this.#member())];
      case 1:
        return ['SUNIONSTORE', key, this.#key('set'), this.#key('intset')];
      case 2:
      case 3:
        // One that is too wide for the others widens all of them.
        return [
          'SADD',
          this.#key('intset'),
          ...this.#times(this.#count(), () => String(this.below(9) === 0 ? this.pick(INTEGERS) : this.below(600))),
        ];
      default:
        return ['SADD', key, ...this.#times(this.#count(), () => this.#member())];
    }
  }

  #hash(): CommandArgument[] {
    const key = this.#key('hash');
    switch (this.below(6)) {
      case 0:
        return ['HDEL', key, this.#member(), this.#member()];
      case 1:
        return ['HINCRBY', key, this.#member(), String(this.pick(INTEGERS))];
      case 2:
        return ['HINCRBYFLOAT', key, this.#member(), '1.1'];
      default:
        return ['HSET', key, ...this.#times(this.#count(), () => [this.#member(), this.value()]).flat()];
    }
  }

  #zset(): CommandArgument[] {
    const key = this.#key('zset');
    switch (this.below(7)) {
      case 0:
        return ['ZREM', key, this.#member(), this.#member()];
      case 1:
        return ['ZINCRBY', key, this.#score(), this.#member()];
      case 2:
        return ['ZUNIONSTORE', key, 2, this.#key('zset'), this.#key('set')];
      case 3:
        return [
          'GEOADD',
          this.#key('geo'),
          (this.below(360) - 180) / 1.1,
          (this.below(160) - 80) / 1.1,
          this.#member(),
        ];
      default:
        return ['ZADD', key, ...this.#times(this.#count(), () => [this.#score(), this.#member()]).flat()];
    }
  }

  #stream(): CommandArgument[] {
    const key = this.#key('stream');
    const group = Buffer.from(`g${this.below(3)}`);
    // Newer servers have pending entries without a consumer, whose name then reads as empty: ours never is.
    const consumer = Buffer.concat([
      Buffer.from(`c${this.below(3)}`),
      this.below(5) === 0 ? this.value() : Buffer.alloc(0),
    ]);
    const id = (): string => `${this.below(60)}-${this.below(3)}`;
    switch (this.below(14)) {
      case 0:
        return [
          'XGROUP',
          'CREATE',
          key,
          this.below(6) === 0 ? this.value() : group,
          this.pick(['0', '$', '5-0']),
          'MKSTREAM',
        ];
      case 1:
        return ['XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1 + this.below(20), 'STREAMS', key, '>'];
      case 2:
        return ['XACK', key, group, ...this.#times(4, id)];
      case 3:
        return ['XDEL', key, ...this.#times(4, id)];
      case 4:
        return ['XTRIM', key, 'MAXLEN', this.below(200)];
      case 5:
        return [
          'XCLAIM',
          key,
          group,
          consumer,
          0,
          id(),
          id(),
          'TIME',
          1700000000000 + this.below(1000),
          'RETRYCOUNT',
          this.below(9),
          'FORCE',
        ];
      case 6:
        return ['XGROUP', 'CREATECONSUMER', key, group, consumer];
      case 7:
        return this.below(3) === 0
          ? ['XGROUP', 'DELCONSUMER', key, group, consumer]
          : ['XGROUP', 'SETID', key, group, id()];
      case 8:
        return this.below(4) === 0
          ? ['XSETID', key, '18446744073709551615-18446744073709551614', 'ENTRIESADDED', '9223372036854770000']
          : ['XSETID', key, `${100_000 + this.below(1000)}-5`];
      case 9:
        // One field less, or more, or another order than the entries before.
        return [
          'XADD',
          key,
          '*',
          ...this.#times(1 + this.below(4), () => [Buffer.from(`f${this.below(4)}`), this.value()]).flat(),
        ];
      case 10:
        return ['XADD', key, id(), this.value(), this.value()];
      default:
        return [
          'XADD',
          key,
          this.below(3) === 0 ? `${1 + this.below(60)}-*` : '*',
          'a',
          this.value(),
          'b',
          this.value(),
        ];
    }
  }

  #keys(): CommandArgument[] {
    const type = this.pick(['string', 'list', 'set', 'intset', 'hash', 'zset', 'stream', 'hll', 'geo']);
    const key = this.#key(type);
    switch (this.below(12)) {
      case 0:
        return ['DEL', key];
      case 1:
        return ['PERSIST', key];
      case 2:
        return ['RENAME', key, this.#key(type)];
      case 3:
        return ['COPY', key, this.#key(type), 'REPLACE'];
      case 4:
      case 5:
        return [
          'PEXPIREAT',
          key,
          this.pick(['4102444800000', '4102444800001', '9007199254740993', '9223372036854775807']),
        ];
      case 6:
        return ['EXPIRE', key, 100_000 + this.below(100_000)];
      case 7:
        return this.below(6) === 0 ? ['FLUSHDB'] : ['OBJECT', 'FREQ', key];
      case 8: {
        const name = `lib${this.below(3)}`;
        const code = `#!lua name=${name}\nredis.register_function('${name}_f', function() return '${'x'.repeat(this.below(60))}' end)`;
        return ['FUNCTION', 'LOAD', 'REPLACE', code];
      }
      default: {
        const db = this.pick([0, 0, 0, 1, 9, 15]);
        this.dbs.add(db);
        return ['SELECT', db];
      }
    }
  }
}
