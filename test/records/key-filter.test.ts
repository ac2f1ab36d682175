import { describe, expect, it } from 'vitest';
import { type KeyType, RedisFileError } from '../../src/index.ts';
import { hashSlot, KEY_TYPES, KeyFilter, type KeyFilterOptions } from '../../src/records/index.ts';
import { bytes } from './dump.ts';

const NOW = 1_700_000_000_000;

interface Given {
  name?: string | Uint8Array;
  db?: number;
  type?: KeyType;
  expiresAt?: number | bigint;
}

/** Whether a filter wants a key, whose name stands among other bytes. */
function wants(options: KeyFilterOptions, { name = 'a', db = 0, type = 'string', expiresAt }: Given = {}): boolean {
  const key = typeof name === 'string' ? Buffer.from(name) : name;
  const around = Buffer.concat([bytes('user:'), key, bytes('*x')]);
  const span = { db, type, bytes: around, start: 5, end: 5 + key.length, expiresAt };
  return new KeyFilter({ now: NOW, ...options }).matches(span);
}

describe('KeyFilter', () => {
  it('wants every key without options', () => {
    expect(wants({})).toBe(true);
    expect(wants({}, { name: '', db: 9, type: 'module', expiresAt: 1 })).toBe(true);
    expect(new KeyFilter({})).toMatchObject({ limit: Number.POSITIVE_INFINITY, bySize: false });
  });

  it('judges by patterns, of which one is enough', () => {
    expect(wants({ keys: 'u*' }, { name: 'user' })).toBe(true);
    expect(wants({ keys: 'u*' }, { name: 'other' })).toBe(false);
    expect(wants({ keys: ['x', bytes('us?r')] }, { name: 'user' })).toBe(true);
    expect(wants({ keys: bytes('\xff*') }, { name: bytes('\xff\x00') })).toBe(true);
    expect(wants({ keys: [] })).toBe(false);
  });

  it('judges by patterns that must not match', () => {
    expect(wants({ notKeys: 'u*' }, { name: 'user' })).toBe(false);
    expect(wants({ notKeys: ['x', 'y'] }, { name: 'user' })).toBe(true);
    expect(wants({ keys: 'u*', notKeys: '*r' }, { name: 'user' })).toBe(false);
    expect(wants({ notKeys: [] })).toBe(true);
  });

  it('judges by regular expressions over text in which nothing is lost', () => {
    expect(wants({ keyRegex: /^us.r$/ }, { name: 'user' })).toBe(true);
    expect(wants({ keyRegex: /^s/ }, { name: 'user' })).toBe(false);
    expect(wants({ keyRegex: [/x/, /e/] }, { name: 'user' })).toBe(true);
    expect(wants({ keyRegex: /^gr\u00f6\u00dfe$/ }, { name: 'gr\u00f6\u00dfe' })).toBe(true);
    expect(wants({ keyRegex: /^.$/u }, { name: '\u{1f600}' })).toBe(true);
    expect(wants({ keyRegex: /^\udcff\udc00?$/ }, { name: bytes('\xff') })).toBe(true);
    expect(wants({ keyRegex: /\ufffd/ }, { name: bytes('\xff') })).toBe(false);
    expect(
      wants(
        { keyRegex: /^\ufffd\udcc3a$/ },
        {
          name: Buffer.from('\ufffd\xc3a', 'latin1').length
            ? Buffer.concat([Buffer.from('\ufffd'), bytes('\xc3a')])
            : '',
        },
      ),
    ).toBe(true);
  });

  it.each([
    ['a byte that continues nothing', '\x80', '\udc80'],
    ['a sequence that is cut', 'a\xe2\x82', 'a\udce2\udc82'],
    ['a longer form than need be', '\xc0\xaf', '\udcc0\udcaf'],
    ['a longer form of three bytes', '\xe0\x9f\xbf', '\udce0\udc9f\udcbf'],
    ['a surrogate', '\xed\xa0\x80', '\udced\udca0\udc80'],
    ['a character beyond the last', '\xf4\x90\x80\x80', '\udcf4\udc90\udc80\udc80'],
    ['four bytes that are too few', '\xf0\x8f\xbf\xbf', '\udcf0\udc8f\udcbf\udcbf'],
    ['bytes that begin nothing', '\xf5\xff', '\udcf5\udcff'],
    ['valid text around', '\xc3\xb6\xff\xe2\x82\xac\xf0\x9f\x98\x80', '\u00f6\udcff\u20ac\u{1f600}'],
  ])('shows regular expressions %s', (_what, name, text) => {
    const whole = new RegExp(`^${[...text].map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join('')}$`, 'u');
    expect(wants({ keyRegex: whole }, { name: bytes(name) })).toBe(true);
  });

  it('begins every search of a regular expression anew', () => {
    const regex = /a/gy;
    const filter = new KeyFilter({ keyRegex: regex });
    const key = { db: 0, type: 'string', bytes: bytes('xa'), start: 0, end: 2, expiresAt: undefined } as const;
    for (let i = 0; i < 3; i++) expect(filter.matches(key)).toBe(true);
    expect(regex.lastIndex).toBe(0);
  });

  it('judges by type and database', () => {
    expect(wants({ types: ['hash', 'set'] }, { type: 'set' })).toBe(true);
    expect(wants({ types: ['hash'] }, { type: 'set' })).toBe(false);
    for (const type of KEY_TYPES) expect(wants({ types: [type] }, { type })).toBe(true);
    expect(wants({ dbs: [0, 3] }, { db: 3 })).toBe(true);
    expect(wants({ dbs: [0, 3] }, { db: 1 })).toBe(false);
    expect(wants({ dbs: [] })).toBe(false);
  });

  it('judges by slot', () => {
    const slot = hashSlot(bytes('{a}b'));
    expect(wants({ slots: [slot] }, { name: '{a}b' })).toBe(true);
    expect(wants({ slots: [[slot, 16383]] }, { name: '{a}b' })).toBe(true);
    expect(wants({ slots: [[0, slot - 1], slot + 1] }, { name: '{a}b' })).toBe(false);
    expect(wants({ slots: [[0, 16383]] })).toBe(true);
  });

  it.each<[KeyFilterOptions['ttl'], wanted: (number | bigint | undefined)[], others: (number | bigint | undefined)[]]>([
    ['none', [undefined], [NOW, 1, NOW + 1, 2n ** 62n]],
    ['any', [NOW, 1, -5, 2n ** 62n, -(2n ** 62n)], [undefined]],
    ['expired', [NOW - 1, 1, -7, -(2n ** 62n)], [undefined, NOW, NOW + 1, 2n ** 62n]],
    [{ from: 10, to: 20 }, [NOW + 10, NOW + 20], [NOW + 9, NOW + 21, undefined, NOW - 15]],
    [{ from: 10 }, [NOW + 10, 2n ** 62n], [NOW + 9]],
    [{ to: 20 }, [NOW, NOW + 20], [NOW - 1, NOW + 21, undefined]],
    [{}, [NOW, NOW + 20, 2n ** 62n], [NOW - 1, undefined]],
  ])('judges by time to live: %o', (ttl, wanted, others) => {
    for (const expiresAt of wanted) expect(wants({ ttl }, { expiresAt }), String(expiresAt)).toBe(true);
    for (const expiresAt of others) expect(wants({ ttl }, { expiresAt }), String(expiresAt)).toBe(false);
  });

  it('takes the time of its making where none is given', () => {
    expect(wants({ ttl: 'expired', now: undefined }, { expiresAt: Date.now() - 1000 })).toBe(true);
    expect(wants({ ttl: 'expired', now: undefined }, { expiresAt: Date.now() + 60_000 })).toBe(false);
  });

  it('judges sizes when asked', () => {
    const filter = new KeyFilter({ size: { min: 10, max: 20 } });
    expect(filter.bySize).toBe(true);
    expect([9, 10, 20, 21].map((size) => filter.matchesSize(size))).toEqual([false, true, true, false]);
    expect(new KeyFilter({ size: { min: 10 } }).matchesSize(2 ** 50)).toBe(true);
    expect(new KeyFilter({ size: {} }).matchesSize(0)).toBe(true);
  });

  it('wants only what all options want', () => {
    const options: KeyFilterOptions = { keys: 'a*', keyRegex: /z$/, types: ['set'], dbs: [1], ttl: 'any' };
    const key: Given = { name: 'abz', type: 'set', db: 1, expiresAt: 5 };
    expect(wants(options, key)).toBe(true);
    for (const other of [
      { name: 'ab' },
      { name: 'bz' },
      { type: 'list' as const },
      { db: 0 },
      { expiresAt: undefined },
    ]) {
      expect(wants(options, { ...key, ...other })).toBe(false);
    }
  });

  it.each<[string, unknown]>([
    ['an unknown type', { types: ['strings'] }],
    ['a type that every object has', { types: ['constructor'] }],
    ['a slot beyond the last', { slots: [16384] }],
    ['a slot range upside down', { slots: [[5, 4]] }],
    ['half a slot', { slots: [1.5] }],
    ['a database below 0', { dbs: [-1] }],
    ['another word for ttl', { ttl: 'never' }],
    ['a negative time', { ttl: { from: -1 } }],
    ['no number', { size: { max: Number.NaN } }],
    ['a limit of 0', { limit: 0 }],
    ['text for a regular expression', { keyRegex: 'a' }],
  ])('refuses %s', (_what, options) => {
    const make = (): KeyFilter => new KeyFilter(options as KeyFilterOptions);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(make).toThrow(RedisFileError);
  });
});
