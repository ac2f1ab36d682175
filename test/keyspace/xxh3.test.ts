import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { xxh3, xxh3Wide } from '../../src/keyspace/xxh3.ts';

const data = Uint8Array.from({ length: 200_000 }, (_, i) => i * 131 + (i >> 8) * 7);

const hex64 = (start: number, end: number): string => xxh3(data, start, end).toString(16).padStart(16, '0');
function hex128(start: number, end: number): string {
  const { low, high } = xxh3Wide(data, start, end);
  return high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
}

/** Length, and the hashes of so many bytes by the xxHash library. */
const VECTORS: readonly (readonly [number, string, string])[] = [
  [0, '2d06800538d394c2', '99aa06d3014798d86001c324468d497f'],
  [1, 'c44bdff4074eecdb', 'a6cd5e9392000f6ac44bdff4074eecdb'],
  [2, '433ce72a5f67ae52', 'df65e9c86b3bd8eb433ce72a5f67ae52'],
  [3, '6811538b444fc6dc', 'c925ae1797c3998f6811538b444fc6dc'],
  [4, 'ed503340c589a28b', '6ae518c60df23fcadb9cecd5eb59a7f1'],
  [5, '2c6f87f3768f01f3', 'd10968717841edd45e04da3a68eb79fc'],
  [8, 'e5b43ab074c9c13b', '63f350efc0ba3e2e5b3f49d0f38f9d7d'],
  [9, '089b8d25b20fb877', '83c871b1014e6f76d8a20b5b7aa68a37'],
  [16, '0a0ec5ae8679cb7f', '248181305d3c1039adebb1d9d080b69c'],
  [17, '57c52d21ce492c1e', '825a0db7d0afe2c0cfea252f6b7ed7e9'],
  [32, '8e62a5f67100f10d', '49412a76e9b6a22603504df8fe9f5aee'],
  [33, 'bc16fc6b42571f75', 'd1fad6434c06e9ad17580ff25b93b223'],
  [64, '7714914b0d794113', 'ecceaabe1fb6f9ffcfa5d95a3b689b2c'],
  [65, 'dd1752f723801bbc', '188e082b3b260ab511609fe0d1f6230f'],
  [96, '7f316343f379455b', 'e88af0bba2a3824dc6be04da8ac97912'],
  [97, '0c5de55821283dde', 'f26536f5ef52d772a408415b79ba85d8'],
  [128, '696069c4f1e6a91a', '08df79f520370b525cfea347ea4bb687'],
  [129, 'b1ada52285757beb', 'fc1d02037be48a62821740ece8839b64'],
  [144, '8d313a4964e287f0', '62b9e7203dc598631e61305704492728'],
  [160, '71dd5a1a41c505ee', '33fe39a6a767b4d34656f5513beed585'],
  [161, 'b9f72f9ffb554915', '946c2e8948ea810a6882d479afdd6fca'],
  [192, 'cf9fed8941ed886c', 'df7ad97a6052b2956ecf961536c5a4de'],
  [239, '8a1931b14a1bac40', '4375b241dc9f1c27147cb6d4abefdf2f'],
  [240, 'b80284837259eee4', '8406fbd017acdf4e687f00a7f64e46db'],
  [241, '44dbd3180a664e27', 'd894c74b1b3ea28f44dbd3180a664e27'],
  [256, '266a2c816cbb31c5', 'b997d11012dfe96d266a2c816cbb31c5'],
  [257, '7e8b76f1ea8234b8', '2f1eeae52dccf1ac7e8b76f1ea8234b8'],
  [512, 'b3ce5abefeb930b1', 'a553effc4d50ab6bb3ce5abefeb930b1'],
  [1023, 'f7eb9806eb4ad2fd', 'af3e31d19ed9a0faf7eb9806eb4ad2fd'],
  [1024, 'd1abb5dbd52032f9', '54680c079a49361cd1abb5dbd52032f9'],
  [1025, 'a3908b116ddf0191', '4010f40cb0ea5efda3908b116ddf0191'],
  [1088, '73a4a4f20d1ada67', '9fd7bb6d659184e373a4a4f20d1ada67'],
  [1089, '197d897222943730', '9ce5f8183262b070197d897222943730'],
  [2048, '597cefa098478059', '7d5e551fefb47c21597cefa098478059'],
  [2049, 'e09d2fe2edf7e1d5', 'fa697cf0f7451322e09d2fe2edf7e1d5'],
  [5000, '4df419ab59e5a7ad', '4f42ac926fb7748c4df419ab59e5a7ad'],
  [200000, '8499652b2c9dfa64', 'e5ae3fa8c07421c28499652b2c9dfa64'],
];

it('hashes as the xxHash library', () => {
  for (const [length, short, wide] of VECTORS) {
    expect([length, hex64(0, length), hex128(0, length)]).toEqual([length, short, wide]);
  }
});

it('hashes every length, at every alignment', () => {
  const all = createHash('sha256');
  for (let length = 0; length < 2200; length++) {
    all.update(hex64(length, 2 * length));
    all.update(hex128(length, 2 * length));
  }
  // Of the same text by the xxHash library.
  expect(all.digest('hex')).toBe('17b85884a8a81ef62c2f3732b0bb8581dab371a1c1b7c2daf82886b74a423502');
});
