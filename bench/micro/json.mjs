import { ByteOutput } from '../../src/bytes/index.ts';
import { JsonStrings } from '../../src/inspect/text.ts';
import { Random } from '../make/random.mjs';
import { Values } from '../make/values.mjs';

/** @import { Case, Prepared } from './time.mjs' */

const STRINGS = 500;

/** @param {(values: Values, length: number) => Uint8Array} make @returns {Prepared} */
function escaping(make) {
  const random = new Random(4);
  const values = new Values(random);
  const strings = Array.from({ length: STRINGS }, () => make(values, random.between(8, 300)));
  const writer = new JsonStrings('text');
  const out = new ByteOutput();
  return {
    amount: strings.reduce((sum, { length }) => sum + length, 0),
    run() {
      out.length = 0;
      for (const string of strings) writer.write(out, string, 0, string.length, true);
      return out.length + /** @type {number} */ (out.bytes[out.length - 1]);
    },
  };
}

/** @type {readonly Case[]} */
export const JSON_STRINGS = [
  {
    name: 'json-ascii',
    what: 'JSON strings, ASCII',
    unit: 'MB/s',
    prepare: () => escaping((values, length) => values.words(length)),
  },
  {
    name: 'json-quotes',
    what: 'JSON strings, JSON documents inside',
    unit: 'MB/s',
    prepare: () => escaping((values, length) => values.document(length)),
  },
  {
    name: 'json-utf8',
    what: 'JSON strings, UTF-8 of many scripts',
    unit: 'MB/s',
    prepare: () => escaping((values, length) => values.utf8(length)),
  },
  {
    name: 'json-binary',
    what: 'JSON strings, bytes that are no text',
    unit: 'MB/s',
    prepare: () => escaping((values, length) => values.binary(length)),
  },
];
