/** @import { Random } from './random.mjs' */

/** Bytes of each pool. Values are cut out of it, which is much faster than making each of them. */
const POOL = 1 << 21;

const SYLLABLES =
  'ba be bi bo da de di do fa fe ka ke ki ko la le li lo ma me mi mo na ne no ra re ri ro sa se so ta te to va ve'.split(
    ' ',
  );
const FOREIGN =
  'größe straße über grün άλφα βήτα γάμμα тест ключ значение 利用者 東京 値 キー 😀 🚀 naïve café señor'.split(' ');
const TOKEN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What strings of a dataset hold. All but `utf8` have exactly the length that is asked for. */
export class Values {
  #random;
  #words;
  #documents;
  #utf8;
  #tokens;
  #binary;

  /** @param {Random} random */
  constructor(random) {
    this.#random = random;
    const vocabulary = Array.from({ length: 3000 }, () =>
      Array.from({ length: random.between(1, 4) }, () => random.pick(SYLLABLES)).join(''),
    );
    const word = () => /** @type {string} */ (vocabulary[random.skewed(vocabulary.length)]);
    this.#words = pool(() => `${word()} `);
    this.#documents = pool(
      () =>
        `{"id":${random.below(1e8)},"name":"${word()} ${word()}","price":${random.below(1e5) / 100},"active":${random.chance(50)},"tags":["${word()}","${word()}"]},`,
    );
    this.#utf8 = pool(() => `${random.chance(50) ? random.pick(FOREIGN) : word()} `);
    this.#tokens = pool(() => TOKEN.charAt(random.below(64)));
    this.#binary = pool(() => String.fromCharCode(random.below(256)), 'latin1');
  }

  /** Plain text; compresses a little. @param {number} length */
  words(length) {
    return this.#cut(this.#words, length);
  }

  /** JSON, cut anywhere; compresses well from some hundred bytes on. @param {number} length */
  document(length) {
    return this.#cut(this.#documents, length);
  }

  /** Session ids and the like: ASCII that does not compress. @param {number} length */
  token(length) {
    return this.#cut(this.#tokens, length);
  }

  /** Bytes that are no text. @param {number} length */
  binary(length) {
    return this.#cut(this.#binary, length);
  }

  /** Text of many scripts, whole characters. @param {number} most bytes, of which a few may be left out */
  utf8(most) {
    const bytes = this.#cut(this.#utf8, most);
    let start = 0;
    let end = bytes.length;
    while (start < end && isContinuation(bytes[start])) start++;
    // The last character may lack bytes, so it goes.
    while (end > start && isContinuation(bytes[end - 1])) end--;
    if (end > start && /** @type {number} */ (bytes[end - 1]) >= 0xc0) end--;
    return bytes.subarray(start, end);
  }

  /** @param {Buffer} from @param {number} length */
  #cut(from, length) {
    const start = this.#random.below(from.length - length);
    return from.subarray(start, start + length);
  }
}

/** @param {number | undefined} byte */
function isContinuation(byte) {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** @param {() => string} part @param {BufferEncoding} encoding */
function pool(part, encoding = 'utf8') {
  // Spaces where the last part ends early, as a character of several bytes is not cut.
  const bytes = Buffer.alloc(POOL, ' ');
  for (let length = 0; length < POOL - 3; ) length += bytes.write(part(), length, encoding);
  return bytes;
}
