/** Very many small keys: what finds duplicates among them must not grow without end. */
import { describe, expect, it } from 'vitest';
import { MOST, readLarge, runLarge } from './run.ts';

const COUNT = 10_000_000;
const TIMEOUT = 240_000;

describe('ten million keys in bounded memory', () => {
  it.each(['skip', 'data'] as const)(
    'readRdb: %s',
    async (level) => {
      const { result } = await readLarge(String(COUNT), level);
      expect(result.kinds).toEqual({ header: 1, selectDb: 1, key: COUNT, eof: 1 });
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
      const { code, peak, stdout } = await runLarge(String(COUNT), 'ndjson', 'wc -l');
      expect(code).toBe(0);
      expect(Number(stdout)).toBe(COUNT);
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
