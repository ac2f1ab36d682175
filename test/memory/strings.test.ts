/** Strings, fields and elements that no memory should hold. */
import { describe } from 'vitest';
import { checksLarge, describesLarge, printsLarge, readsLarge, skipsLarge } from './expect.ts';
import { FILES } from './files.ts';

const names = Object.keys(FILES).filter((name) => !name.startsWith('hash of') && !name.includes('node of'));

describe('large strings in bounded memory', () => {
  skipsLarge(names);
  readsLarge(names);
  printsLarge(names.filter((_, i) => i % 2 === 0));
  printsLarge(['string of 1 GB, LZF of long references', 'hash with a field of 512 MB, LZF'], 3000);
  checksLarge(names);
  describesLarge(['string of 512 MB, raw', 'hash with a field of 512 MB, LZF']);
});
