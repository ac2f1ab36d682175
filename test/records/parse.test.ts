import { describe, expect, it } from 'vitest';
import {
  parseDbs,
  parseRegex,
  parseSize,
  parseSlots,
  parseTtl,
  parseTtlChange,
  parseTypes,
} from '../../src/records/index.ts';

describe('options as text', () => {
  it.each([
    [
      parseSlots,
      '0-5460,7000',
      [
        [0, 5460],
        [7000, 7000],
      ],
    ],
    [parseSlots, ' 16383 ', [[16383, 16383]]],
    [parseDbs, '0,3', [0, 3]],
    [parseDbs, '15', [15]],
    [parseTypes, 'hash, ZSET', ['hash', 'zset']],
    [parseTtl, 'none', 'none'],
    [parseTtl, 'any', 'any'],
    [parseTtl, 'expired', 'expired'],
    [parseTtl, '10s..5m', { from: 10_000, to: 300_000 }],
    [parseTtl, '10..20', { from: 10_000, to: 20_000 }],
    [parseTtl, '1500ms..', { from: 1500 }],
    [parseTtl, '..7d', { to: 604_800_000 }],
    [parseTtl, '1.5h..1w', { from: 5_400_000, to: 604_800_000 }],
    [parseTtl, '0..0', { from: 0, to: 0 }],
    [parseSize, '1KB..1MB', { min: 1024, max: 1_048_576 }],
    [parseSize, '1k..', { min: 1000 }],
    [parseSize, '..0.5GiB', { max: 536_870_912 }],
    [parseSize, '7..7', { min: 7, max: 7 }],
    [parseSize, '10B..2tb', { min: 10, max: 2_199_023_255_552 }],
    [parseTtlChange, 'keep', 'keep'],
    [parseTtlChange, 'strip', 'strip'],
    [parseTtlChange, '+1h', { add: 3_600_000 }],
    [parseTtlChange, '-30', { add: -30_000 }],
    [parseTtlChange, '@1700000000000', { at: 1_700_000_000_000 }],
  ] as [(text: string) => unknown, string, unknown][])('%o %j', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    [parseSlots, ['', '16384', '5-4', '1-', 'a', '1,,2', '-1', '1..2'], /slots from 0 to 16383/],
    [parseDbs, ['', 'a', '-1', '1,', '1.5'], /numbers of databases/],
    [parseTypes, ['', 'strings', 'hash,', 'constructor'], /types of keys, of string, list/],
    [
      parseTtl,
      ['', '10s', '..', 'never', '5m..10s', '1y..', '1e3..', '-1s..', 'a..b', '..constructor'],
      /none, any, expired/,
    ],
    [parseSize, ['', '1KB', '..', '2MB..1MB', '1 XB..', '1..2..3', '99999999tb..'], /1KB\.\.1MB/],
    [parseTtlChange, ['', '1h', '+', '@', '@-1', '+1y', 'at 5'], /keep, strip/],
    [parseRegex, ['(', '[z-a]'], /Invalid regular expression/],
  ] as [(text: string) => unknown, string[], RegExp][])('%o refuses', (parse, texts, message) => {
    for (const text of texts) {
      expect(() => parse(text), text).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
      );
    }
  });

  it('reads regular expressions by characters', () => {
    expect(parseRegex('^.$').test('\u{1f600}')).toBe(true);
  });
});
