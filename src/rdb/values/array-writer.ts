import { ascii, decimalBytes, latin1, signed64 } from '../../bytes/index.ts';
import { integerText, NO_INTEGER, SAFE_INTEGER } from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { CountedItems } from '../gathered.ts';
import { writeFloat64, writeInt64, writeLength, writeLength64 } from '../primitives.ts';
import { arrayDoubleText } from './array.ts';
import type { ValueWriter } from './writer.ts';

const ARRAY = 28;

/** How an element is stored. */
const TAG_STRING = 0;
const TAG_INTEGER = 1;
const TAG_DOUBLE = 2;
const TAG_SHORT = 3;
const SHORT_MAX = 7;

/** Integers that a server keeps as such: 62 bits. */
const MOST_INTEGER = 2n ** 61n;
/** Longest text of a double. */
const LONGEST_DOUBLE = 32;

const view: DataView = /* @__PURE__ */ new DataView(new ArrayBuffer(8));

/**
 * Arrays (type 28), their elements in the form that a server keeps them in: integers and doubles where their text is what
 * they print as (redis 8.8: measured on a server).
 */
export class ArrayWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #items: CountedItems;
  #insertIndex: number | bigint | undefined;
  #headed = false;

  constructor(c: EncodeContext) {
    this.#c = c;
    this.#items = new CountedItems(c);
  }

  begin(): void {
    this.#items.begin(ARRAY, undefined);
    this.#insertIndex = undefined;
    this.#headed = false;
  }

  count(items: number): void {
    this.#items.begin(ARRAY, items);
  }

  insertIndex(value: number | bigint): void {
    this.#insertIndex = value;
  }

  index(value: number | bigint): void {
    const { out } = this.#items;
    if (!this.#headed) {
      // Behind the number of elements.
      this.#headed = true;
      writeLength(out, this.#insertIndex === undefined ? 0 : 1);
      if (this.#insertIndex !== undefined) writeLength64(out, this.#insertIndex);
    }
    writeLength64(this.#items.out, value);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this.#items;
    const size = end - start;
    const kind = integerText.parse(bytes, start, end);
    if (kind !== NO_INTEGER) {
      const value = kind === SAFE_INTEGER ? integerText.value : signed64(integerText.hi, integerText.lo);
      if (value >= -MOST_INTEGER && value < MOST_INTEGER) {
        this.#integer(value);
        return;
      }
    }
    const double = size <= LONGEST_DOUBLE ? doubleOf(bytes, start, end) : undefined;
    if (double !== undefined) {
      writeLength(out, TAG_DOUBLE);
      writeFloat64(out, double);
    } else {
      writeLength(out, size <= SHORT_MAX ? TAG_SHORT : TAG_STRING);
      this.#c.strings.write(out, bytes, start, end);
    }
    this.#items.endItem();
  }

  #integer(value: number | bigint): void {
    writeLength(this.#items.out, TAG_INTEGER);
    writeInt64(this.#items.out, value);
    this.#items.endItem();
  }

  integer(value: number): void {
    const text = decimalBytes(value);
    this.bytes(text, 0, text.length);
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  bigBegin(length: number): void {
    writeLength(this.#items.out, TAG_STRING);
    this.#c.strings.head(this.#items.out, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#items.out.span(bytes, start, end);
    this.#items.settle();
  }

  bigEnd(): void {
    this.#items.endItem();
  }

  end(): void {
    this.#items.end();
  }

  abandon(): void {
    this.#items.abandon();
  }
}

/** The double that prints as this text; a server has room for it only where its two lowest bits are 0. */
function doubleOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = latin1(bytes, start, end);
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  view.setFloat64(0, value);
  if ((view.getUint8(7) & 3) !== 0 || !Number.isFinite(value)) return undefined;
  return arrayDoubleText(value) === text ? value : undefined;
}
