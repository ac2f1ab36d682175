/** Very many small keys: what finds duplicates among them must not grow without end. */
import { describe, expect, it } from 'vitest';
import { MOST, readLarge, runLarge } from './run.ts';

/** What finds duplicates, if it kept 16 bytes for each of these, would be noticed. */
const COUNT = 10_000_000;
/** As many for what hands out or prints every key, which is slow. */
const FEWER = 4_000_000;
const TIMEOUT = 240_000;

describe('millions of keys in bounded memory', () => {
  it.each([
    ['skip', COUNT],
    ['data', FEWER],
  ] as const)(
    'readRdb: %s',
    async (level, count) => {
      const { result } = await readLarge(String(count), level);
      expect(result.kinds).toEqual({ header: 1, selectDb: 1, key: count, eof: 1 });
      expect(result.keys[1]).toBe(level === 'skip' ? 'k00000001=' : 'k00000001=1');
      expect(result.peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );

  it(
    'check',
    async () => {
      const { code, peak, stdout } = await runLarge(String(COUNT), 'check --json', 'cat');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, keys: COUNT, checksum: 'verified' });
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );

  it(
    'ndjson',
    async () => {
      const { code, peak, stdout } = await runLarge(String(FEWER), 'ndjson', 'wc -l');
      expect(code).toBe(0);
      expect(Number(stdout)).toBe(FEWER);
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );

  it(
    'info',
    async () => {
      const { code, peak, stdout } = await runLarge(String(COUNT), 'info --json', 'cat');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ keys: COUNT });
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
});
