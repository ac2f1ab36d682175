import { describe, expect, it } from 'vitest';
import { Fingerprints } from '../../src/rdb/index.ts';

const name = (i: number): Uint8Array => Buffer.from(`key:${i}`);

describe('fingerprints', () => {
  it('tell what was there, and where it came from, while they grow', () => {
    const set = new Fingerprints(1 << 20, true);
    for (let i = 0; i < 20_000; i++) {
      const bytes = name(i);
      expect(set.has(0, bytes, 0, bytes.length)).toBe(false);
      set.keep(i % 7);
    }
    expect(set.count).toBe(20_000);
    for (let i = 0; i < 20_000; i++) {
      const bytes = name(i);
      expect(set.has(0, bytes, 0, bytes.length)).toBe(true);
      expect(set.origin).toBe(i % 7);
      expect(set.has(1, bytes, 0, bytes.length)).toBe(false);
    }
  });

  it('tell short names of different databases apart, whatever their first letter', () => {
    const set = new Fingerprints(1 << 20);
    for (let db = 0; db < 16; db++) {
      for (let letter = 97; letter < 123; letter++) {
        for (const rest of ['', ':1', 'abc']) {
          const bytes = Buffer.from(String.fromCharCode(letter) + rest);
          expect(set.add(db, bytes, 0, bytes.length)).toBe(false);
        }
      }
    }
  });

  it('keep nothing that was only looked for', () => {
    const set = new Fingerprints(1 << 10);
    for (let i = 0; i < 3; i++) expect(set.has(0, name(1), 0, 5)).toBe(false);
    expect(set.count).toBe(0);
    expect(set.add(0, name(1), 0, 5)).toBe(false);
    expect(set.add(0, name(1), 0, 5)).toBe(true);
  });

  it('stop at a limit', () => {
    const set = new Fingerprints(256);
    for (let i = 0; i < 300; i++) set.add(0, name(i), 0, name(i).length);
    expect(set.full).toBe(true);
    expect(set.count).toBe(193);
    expect(set.add(0, name(0), 0, name(0).length)).toBe(true);
    expect(set.add(0, name(299), 0, name(299).length)).toBe(false);
  });
});
