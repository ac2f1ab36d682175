import { readRdb } from '../../src/index.ts';

/** @import { Case, Prepared } from './time.mjs' */

const KEYS = 50_000;

/** Bytes of a file's chunk. */
const CHUNK = 1 << 16;

const OPTIONS = /** @type {const} */ ({ values: 'skip', checksum: 'ignore' });

/** A dump of small strings, of which nothing but the hand-over costs time. */
function smallKeys() {
  const parts = [Buffer.from('REDIS0010\xfe\x00', 'latin1')];
  for (let i = 0; i < KEYS; i++) {
    const key = `key:${i}`;
    parts.push(Buffer.from(`\x00${String.fromCharCode(key.length)}${key}\x05value`, 'latin1'));
  }
  // A checksum of 0 is none.
  parts.push(Buffer.from('\xff\x00\x00\x00\x00\x00\x00\x00\x00', 'latin1'));
  return Buffer.concat(parts);
}

/** @param {Uint8Array} bytes @returns {Uint8Array[]} */
function chunks(bytes) {
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.slice(i * CHUNK, (i + 1) * CHUNK));
}

/** @param {(source: Uint8Array[]) => Promise<number>} count keys seen @returns {Prepared} */
function handingOver(count) {
  const source = chunks(smallKeys());
  return {
    amount: KEYS,
    async run() {
      const keys = await count(source);
      if (keys !== KEYS) throw new Error(`${keys} keys instead of ${KEYS}`);
      return keys;
    },
  };
}

/** @param {Uint8Array[]} source */
async function oneByOne(source) {
  let keys = 0;
  for await (const record of readRdb(source, OPTIONS)) if (record.kind === 'key') keys++;
  return keys;
}

/** @param {Uint8Array[]} source */
async function inBatches(source) {
  let keys = 0;
  for await (const batch of readRdb(source, OPTIONS).batches()) {
    for (const record of batch) if (record.kind === 'key') keys++;
  }
  return keys;
}

/** @type {readonly Case[]} */
export const RECORDS = [
  {
    name: 'records-single',
    what: 'readRdb at skip, for await, a record',
    unit: 'ns',
    prepare: () => handingOver(oneByOne),
  },
  {
    name: 'records-batches',
    what: 'readRdb at skip, batches(), a record',
    unit: 'ns',
    prepare: () => handingOver(inBatches),
  },
];
