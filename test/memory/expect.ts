import { expect, it } from 'vitest';
import { FILES } from './files.ts';
import { MOST, readLarge, runLarge } from './run.ts';

const TIMEOUT = 240_000;

/** The library passes over the value in bounded memory. */
export function skipsLarge(names: readonly string[]): void {
  it.each(names)(
    '%s: skip',
    async (name) => {
      const { result } = await readLarge(name, 'skip');
      expect(result.keys).toEqual(['before=', 'large=', 'after=']);
      expect(result.kinds).toEqual({ header: 1, selectDb: 1, key: 3, eof: 1 });
      expect(result.checksum).toBe(FILES[name]!.checksum === false ? 'absent' : 'verified');
      expect(result.peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
}

/** The library hands the value out in bounded memory, and right. */
export function readsLarge(names: readonly string[]): void {
  it.each(names)(
    '%s: data, in pieces',
    async (name) => {
      const { result, written } = await readLarge(name, 'data');
      const { type, encoding, checksum } = FILES[name]!;
      expect(result.keys).toEqual(['before=1', `large ${type} ${encoding}`, 'after=2']);
      expect(result.kinds).toMatchObject({ key: 2, keyBegin: 1, keyEnd: 1, eof: 1 });
      expect(result.kinds['warning']).toBeUndefined();
      expect({ items: result.items, text: result.text }).toEqual(written);
      expect(result.checksum).toBe(checksum === false ? 'absent' : 'verified');
      expect(result.largestPiece).toBeLessThanOrEqual(1 << 20);
      expect(result.largestBatch).toBeLessThanOrEqual(1 << 20);
      expect(result.peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
}

/** `ndjson` writes the value, whole and right, in bounded memory; `delay` is how long its reader sleeps first, in ms. */
export function printsLarge(names: readonly string[], delay = 0): void {
  const title = delay > 0 ? '%s: ndjson, to a reader that comes late' : '%s: ndjson';
  it.each(names)(
    title,
    async (name) => {
      const { code, peak, stdout, written } = await runLarge(name, 'ndjson', `"$NODE" "$CHILD" consume ${delay}`);
      const { lines, text } = JSON.parse(stdout) as { lines: string[]; text: unknown };
      const { type, encoding } = FILES[name]!;
      expect(code).toBe(0);
      expect(lines.length).toBe(4);
      expect(lines[3]).toBe('');
      expect(JSON.parse(lines[0]!)).toEqual({ db: 0, key: 'before', type: 'string', encoding: 'raw', value: '1' });
      expect(JSON.parse(`${lines[1]}0}`)).toEqual({ db: 0, key: 'large', type, encoding, value: 0 });
      expect(JSON.parse(lines[2]!)).toEqual({ db: 0, key: 'after', type: 'string', encoding: 'raw', value: '2' });
      expect(text).toEqual(written.text);
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
}

/** `check` and `info` in bounded memory. */
export function checksLarge(names: readonly string[]): void {
  it.each(names)(
    '%s: check',
    async (name) => {
      const { code, peak, stdout } = await runLarge(name, 'check --json', 'cat');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        keys: 3,
        checksum: FILES[name]!.checksum === false ? 'absent' : 'verified',
      });
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
}

export function describesLarge(names: readonly string[]): void {
  it.each(names)(
    '%s: info',
    async (name) => {
      const { code, peak, stdout } = await runLarge(name, 'info --json', 'cat');
      const { type } = FILES[name]!;
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        keys: 3,
        dbs: [{ db: 0, keys: 3, byType: type === 'string' ? { string: 3 } : { string: 2, [type]: 1 } }],
      });
      expect(peak).toBeLessThan(MOST);
    },
    TIMEOUT,
  );
}
