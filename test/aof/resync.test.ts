/** What steps over damage keeps: whole commands of the log, and nothing that stands in their arguments. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOf, checkLog, type LogReport, type Stretch, without } from '../../src/aof/index.ts';
import { CheckHandler } from '../../src/inspect/index.ts';
import { log, raw, shown } from '../helpers/aof.ts';

/** The source in chunks of a few bytes, so that everything lies across their borders somewhere. */
async function* chunks(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = from; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

function check(text: string, size: number): Promise<LogReport> {
  const bytes = raw(text);
  return checkLog((offset) => chunks(bytes, offset, size), { handler: new CheckHandler(() => undefined) });
}

/** What `aof fix --resync` writes. */
async function sound(text: string, size: number): Promise<string> {
  const report = await check(text, size);
  const kept: Stretch[] = report.kept ?? [{ offset: 0, length: report.validUpTo }];
  let out = '';
  for await (const bytes of bytesOf([raw(text)], without(kept, report.flaws))) out += shown(bytes);
  return out;
}

/** Whether a text is some of the records, in their order. */
function isMadeOf(text: string, records: readonly string[]): boolean {
  const [first, ...more] = records;
  if (first === undefined) return text === '';
  return (text.startsWith(first) && isMadeOf(text.slice(first.length), more)) || isMadeOf(text, more);
}

const POISON = log(['FLUSHALL'], ['FLUSHALL']);

const value = fc.constantFrom(
  '',
  'v',
  POISON,
  `${POISON}x`,
  `x${POISON}x`,
  `\r\n${POISON}\r\n`,
  `$9\r\n${POISON}`,
  '*1\r\n$',
  '#TS:1\r\n',
);
const argv = fc.oneof(
  fc.tuple(fc.constant('SET'), fc.constant('k'), value),
  fc.tuple(fc.constant('RPUSH'), fc.constant('k'), value, value, value),
  fc.tuple(fc.constant('HSET'), value, value, value),
);

it('keeps whole commands alone where one byte of a count is damaged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(argv, { minLength: 1, maxLength: 6 }),
      fc.nat(5),
      fc.nat(3),
      fc.constantFrom(...'\0*$12349x\r\n'),
      fc.integer({ min: 1, max: 40 }),
      async (commands, which, at, byte, size) => {
        const records = commands.map((one) => log(one));
        const damaged = which % records.length;
        const record = records[damaged]!;
        const bad = record.slice(0, at) + byte + record.slice(at + 1);
        const text = records.map((one, i) => (i === damaged ? bad : one)).join('');
        const out = await sound(text, size);
        const report = await check(text, size);
        if (report.state === 'complete') return;
        const others = records.filter((_, i) => i !== damaged);
        expect(isMadeOf(out, others), JSON.stringify({ text, out })).toBe(true);
        expect(out.startsWith(records.slice(0, damaged).join(''))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

it('leaves what is left of stretches without others', () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }));
  const stretches = fc.array(stretch).map((parts) => {
    let at = 0;
    return parts.map(([gap, length]) => {
      const one = { offset: at + gap, length };
      at = one.offset + length;
      return one;
    });
  });
  const places = (all: readonly Stretch[]): number[] =>
    all.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i));
  fc.assert(
    fc.property(stretches, stretches, (some, others) => {
      const taken = new Set(places(others));
      expect(places(without(some, others))).toEqual(places(some).filter((at) => !taken.has(at)));
    }),
  );
});
