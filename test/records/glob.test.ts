import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/records/index.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const matches = (pattern: string, key: string): boolean => compileGlob(bytes(pattern))(bytes(key));

describe('compileGlob', () => {
  it.each<[pattern: string, matched: string[], others: string[]]>([
    ['*', ['', 'a', 'abc\n'], []],
    ['**', ['a', 'abc'], ['']],
    ['', [''], ['a']],
    ['abc', ['abc'], ['ab', 'abcd', 'xabc', '']],
    ['user:*', ['user:', 'user:1'], ['user', 'xuser:1', '']],
    ['*:tail', [':tail', 'a:tail', ':tail:tail'], ['tail', 'a:tailx']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['*mid*', ['mid', 'xmidx', 'mimid'], ['mi', 'm-id']],
    ['a**b', ['ab', 'axb'], ['a']],
    ['?', ['a', '\xff', '\n'], ['', 'ab']],
    ['??*', ['ab', 'abc'], ['a']],
    ['a*?', ['ab', 'abb'], ['a']],
    ['h[ae]llo', ['hallo', 'hello'], ['hillo', 'hllo']],
    ['[^a]', ['b', '^', '\x00'], ['a', '', 'bb']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '-']],
    ['[c-a]', ['a', 'b', 'c'], ['d', '-']],
    ['[-a]', ['-', 'a'], ['b']],
    ['[a\\-c]', ['a', '-', 'c'], ['b']],
    ['[\\]]', [']'], ['\\']],
    ['[\\^a]', ['^', 'a'], ['b', '\\']],
    ['[a^]', ['a', '^'], ['b']],
    ['[]', [], ['', ']', 'a']],
    ['[]a]', [], ['a', ']', 'aa]', 'a]']],
    ['[^]', ['a', ']'], ['']],
    ['[^]a', ['xa', ']a'], ['a', 'x']],
    ['[', [], ['[', '']],
    ['a[', [], ['a[', 'a']],
    ['[^', ['a', '^'], ['']],
    ['[ab', ['a', 'b'], ['[', 'ab']],
    ['[^ab', ['c'], ['a', 'b']],
    ['[a-', ['a', '-'], ['b']],
    ['[a-]', ['a', ']', '^'], ['-', 'b']],
    ['[a-]x]', ['a', ']', 'x'], ['-x]', 'y']],
    ['[a\\', ['a', '\\'], ['b']],
    ['[a-\\]', ['a', '\\', ']'], ['-', 'b']],
    ['[---]', ['-'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['\\a\\b', ['ab'], ['\\a\\b']],
    ['a\\', ['a\\'], ['a']],
    ['\\[a]', ['[a]'], ['a']],
    ['a]', ['a]'], ['a']],
    ['[a-\xff]', ['a', 'A', '\x00', '\xff'], ['b', '\x80']],
    ['[\x80-\xff]', ['\x80', '\xc3', '\xff'], ['a', '\x7f']],
    ['*[ab]*[^b]', ['aa', 'xbxa'], ['bb', 'x']],
  ])('%j', (pattern, matched, others) => {
    for (const key of matched) expect(matches(pattern, key), JSON.stringify(key)).toBe(true);
    for (const key of others) expect(matches(pattern, key), JSON.stringify(key)).toBe(false);
  });

  it('takes text as its UTF-8', () => {
    expect(compileGlob('gr\u00f6*')(Buffer.from('gr\u00f6\u00dfe'))).toBe(true);
    expect(compileGlob('?')(Buffer.from('\u00f6'))).toBe(false);
  });

  it('looks at a span of the bytes', () => {
    const all = bytes('xxuser:1yy');
    expect(compileGlob('user:*')(all, 2, 8)).toBe(true);
    expect(compileGlob('*:1')(all, 2, 8)).toBe(true);
    expect(compileGlob('*r:*')(all, 2, 8)).toBe(true);
    expect(compileGlob('user:1')(all, 2, 8)).toBe(true);
    expect(compileGlob('user:1*y')(all, 2, 8)).toBe(false);
    expect(compileGlob('*x*')(all, 2, 8)).toBe(false);
  });

  it('keeps nothing of the pattern', () => {
    const pattern = bytes('a*[b]');
    const matcher = compileGlob(pattern);
    pattern.fill(0);
    expect(matcher(bytes('axb'))).toBe(true);
  });

  /** How many bytes of a key a pattern looks at. */
  function looks(pattern: string, key: string): number {
    let count = 0;
    const watched = new Proxy(bytes(key), {
      get(target, name) {
        if (name !== 'length') count++;
        return target[name as unknown as number];
      },
    });
    compileGlob(bytes(pattern))(watched, 0, key.length);
    return count;
  }

  it.each(['a*a*a*a*b', 'a*a*a*a*a*a*a*a*a*a*a*a*b', '*a*a*a*a*[b]*c', '*?*?*?*?*?*?*b*', '*aaaaaaaab*aaaaab*'])(
    'has no pattern that blows up: %s',
    (pattern) => {
      for (const length of [1000, 2000, 4000]) {
        expect(looks(pattern, 'a'.repeat(length))).toBeLessThanOrEqual(length * pattern.length);
      }
    },
  );

  it('is at most quadratic where pattern and key grow together', () => {
    const steps = (n: number): number => looks(`*${'a'.repeat(n)}b*c`, 'a'.repeat(4 * n));
    expect(steps(400) / steps(100)).toBeLessThan(17);
    const stars = (n: number): number => looks(`${'a*'.repeat(n)}b`, 'a'.repeat(4 * n));
    expect(stars(400) / stars(100)).toBeLessThan(17);
  });

  it('agrees with a plain reading of stars and question marks', () => {
    const plain = (pattern: string): RegExp =>
      new RegExp(`^${pattern.replace(/\*+/g, '*').replace(/\*/g, '[^]*').replace(/\?/g, '[^]')}$`);
    const pattern = fc.array(fc.constantFrom('*', '?', 'a', 'b'), { maxLength: 12 }).map((list) => list.join(''));
    const key = fc.array(fc.constantFrom('a', 'b', '\n'), { minLength: 1, maxLength: 20 }).map((list) => list.join(''));
    fc.assert(
      fc.property(pattern, key, (p, k) => matches(p, k) === plain(p).test(k)),
      { numRuns: 3000 },
    );
  });
});

describeLive('compileGlob against KEYS', () => {
  let server: LiveServer;
  beforeAll(async () => {
    server = (await liveServer())!;
  });
  afterAll(() => server?.stop());

  /** Bytes that mean something in a pattern or are edges of some range, and others. */
  const edgy = fc.constantFrom(...Buffer.from('**??[[]]^^--\\\\aabbcz{}|\x00\x01\x7f\x80\xfe\xff\n"', 'latin1'));
  const byte = fc.oneof({ weight: 9, arbitrary: edgy }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) });
  const string = (maxLength: number): fc.Arbitrary<Uint8Array> =>
    fc.array(byte, { maxLength }).map((list) => Uint8Array.from(list));
  /** Classes in all forms, so that they are met more often than by chance. */
  const part = fc.oneof(
    { weight: 3, arbitrary: string(3) },
    { weight: 2, arbitrary: fc.tuple(string(4), fc.boolean(), fc.boolean()).map(makeClass) },
    { weight: 2, arbitrary: fc.constant(bytes('*')) },
  );
  function makeClass([inner, negated, closed]: [Uint8Array, boolean, boolean]): Uint8Array {
    return Buffer.concat([bytes(negated ? '[^' : '['), inner, bytes(closed ? ']' : '')]);
  }
  const pattern = fc.array(part, { maxLength: 6 }).map((parts) => Uint8Array.from(Buffer.concat(parts)));

  it('finds the same keys', async () => {
    const keys = [...fc.sample(string(6), { numRuns: 3000, seed: 7 }), bytes('')];
    for (let one = 0; one < 256; one++) keys.push(Uint8Array.of(one));
    await server.client.pipeline(keys.map((key) => ['SET', key, '1']));
    const distinct = [...new Set(keys.map((key) => Buffer.from(key).toString('latin1')))].sort();
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(pattern, { minLength: 50, maxLength: 50 }), async (patterns) => {
        const replies = (await server.client.pipeline(patterns.map((one) => ['KEYS', one]))) as Buffer[][];
        patterns.forEach((one, i) => {
          const matcher = compileGlob(one);
          const ours = distinct.filter((key) => matcher(bytes(key)));
          const theirs = replies[i]!.map((key) => key.toString('latin1')).sort();
          found += theirs.length;
          expect(ours, JSON.stringify(Buffer.from(one).toString('latin1'))).toEqual(theirs);
        });
      }),
      { numRuns: 40 },
    );
    // A test of patterns that match nothing would prove nothing.
    expect(found).toBeGreaterThan(1000);
  });
});
