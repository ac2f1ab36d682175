import { lzfDecompress } from '../../src/lzf/index.ts';
import { lzfCompress } from '../../test/helpers/encode-lzf.ts';
import { Random } from '../make/random.mjs';
import { Values } from '../make/values.mjs';

/** @import { Case, Prepared } from './time.mjs' */

/** Enough values that the instructions of one are not learnt by heart. */
const COUNT = 200;
const LONGEST = 4000;

/** @param {(values: Values, length: number) => Uint8Array} make @returns {Prepared} */
function unpacking(make) {
  const random = new Random(2);
  const values = new Values(random);
  const plain = Array.from({ length: COUNT }, () => make(values, random.between(100, LONGEST)));
  const packed = plain.map((bytes) => ({ block: lzfCompress(bytes), length: bytes.length }));
  const target = new Uint8Array(LONGEST);
  return {
    amount: plain.reduce((sum, { length }) => sum + length, 0),
    run() {
      let sum = 0;
      for (const { block, length } of packed) {
        lzfDecompress(block, 0, block.length, target, length);
        sum += /** @type {number} */ (target[length - 1]);
      }
      return sum;
    },
  };
}

/** @type {readonly Case[]} */
export const LZF = [
  {
    name: 'lzf-document',
    what: 'LZF, unpack JSON documents, output',
    unit: 'MB/s',
    prepare: () => unpacking((values, length) => values.document(length)),
  },
  {
    name: 'lzf-words',
    what: 'LZF, unpack text that hardly compresses, output',
    unit: 'MB/s',
    prepare: () => unpacking((values, length) => values.words(length)),
  },
];
