import { listpack, WalkState, walkPacked } from '../../src/encodings/index.ts';
import { encodeListpack } from '../../test/helpers/encode-packed.ts';
import { Random } from '../make/random.mjs';
import { Values } from '../make/values.mjs';

/** @import { EntryVisitor } from '../../src/encodings/index.ts' */
/** @import { Case, Prepared } from './time.mjs' */

const BLOBS = 200;
/** Entries of each. */
const ENTRIES = 64;

/** Looks at each entry as little as one can. @implements {EntryVisitor} */
class Summing {
  sum = 0;

  /** @param {Uint8Array} bytes @param {number} start @param {number} end */
  bytes(bytes, start, end) {
    this.sum = (this.sum + end - start + /** @type {number} */ (bytes[start])) | 0;
  }

  /** @param {number} value */
  integer(value) {
    this.sum = (this.sum + value) | 0;
  }

  /** @param {number} hi @param {number} lo */
  int64(hi, lo) {
    this.sum = (this.sum + hi + lo) | 0;
  }

  bigBegin() {
    throw new Error('an entry is not whole');
  }

  bigBytes() {}

  bigEnd() {}
}

/** @param {(random: Random, values: Values) => Uint8Array | bigint} entry @returns {Prepared} */
function walking(entry) {
  const random = new Random(3);
  const values = new Values(random);
  const blobs = Array.from({ length: BLOBS }, () =>
    encodeListpack(Array.from({ length: ENTRIES }, () => entry(random, values))),
  );
  const visitor = new Summing();
  const state = new WalkState();
  return {
    amount: BLOBS * ENTRIES,
    run() {
      for (const blob of blobs) walkPacked(listpack, blob, 0, blob.length, visitor, state);
      return visitor.sum;
    },
  };
}

/** @type {readonly Case[]} */
export const LISTPACK = [
  {
    name: 'listpack-strings',
    what: 'listpack, walk strings, an entry',
    unit: 'ns',
    prepare: () => walking((random, values) => values.words(random.between(1, 60))),
  },
  {
    name: 'listpack-mixed',
    what: 'listpack, walk strings and integers, an entry',
    unit: 'ns',
    prepare: () =>
      walking((random, values) =>
        random.chance(50) ? values.words(random.between(1, 80)) : BigInt(random.skewed(2 ** random.between(6, 40))),
      ),
  },
];
