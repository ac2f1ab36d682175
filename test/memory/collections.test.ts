/** Collections of very many items, and packed list nodes that no memory should hold. */
import { describe } from 'vitest';
import { checksLarge, describesLarge, printsLarge, readsLarge, skipsLarge } from './expect.ts';
import { FILES } from './files.ts';

const nodes = Object.keys(FILES).filter((name) => name.includes('node of'));
// What hands out or prints every field takes four times as long as what passes over them, which gets more of them.
const many = 'hash of 20 million fields';
const fields = 'hash of 8 million fields';

describe('large collections in bounded memory', () => {
  skipsLarge([many, ...nodes]);
  readsLarge([fields, ...nodes]);
  printsLarge([fields, ...nodes]);
  checksLarge([many, 'listpack node of 256 MB, raw', 'ziplist node of 256 MB, LZF']);
  describesLarge([many, 'listpack node of 512 MB, LZF']);
});
