/** Collections of very many items, and packed list nodes that no memory should hold. */
import { describe } from 'vitest';
import { checksLarge, describesLarge, printsLarge, readsLarge } from './expect.ts';
import { FILES } from './files.ts';

const names = Object.keys(FILES).filter((name) => name.startsWith('hash of') || name.includes('node of'));

describe('large collections in bounded memory', () => {
  readsLarge(names);
  printsLarge(names);
  checksLarge(['hash of 20 million fields', 'listpack node of 512 MB, raw', 'ziplist node of 512 MB, LZF']);
  describesLarge(['hash of 20 million fields', 'listpack node of 512 MB, LZF']);
});
