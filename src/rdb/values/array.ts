import { ascii } from '../../bytes/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';

/** How an element is stored. */
const TAG_STRING = 0;
const TAG_INTEGER = 1;
const TAG_DOUBLE = 2;
const TAG_SHORT = 3;
const SHORT_MAX = 7;

/**
 * Type 28 (redis 8.8: src/rdb.c): `LEN count, LEN has_insert_index, [LEN insert_index]`, then ascending elements
 * `LEN index, LEN tag, data`.
 */
export class ArrayReader implements ValueReader {
  #left = -1;
  #tag = -1;
  #previous: number | bigint = -1;

  begin(): void {
    this.#left = -1;
    this.#tag = -1;
    this.#previous = -1;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#left < 0) {
      const count = c.length();
      const insertIndex = this.#readInsertIndex(c);
      if (count === 0 && c.shown) throw c.fail('BAD_LENGTH', 'an array without elements');
      if (c.shown) {
        c.handler.count(count);
        if (insertIndex !== undefined) c.handler.insertIndex(insertIndex);
      }
      this.#left = count;
      r.commit();
    }
    while (this.#left > 0) {
      if (this.#tag < 0) this.#readHead(c);
      this.#readElement(c);
      this.#tag = -1;
      this.#left--;
      r.commit();
    }
  }

  #readInsertIndex(c: ValueContext): number | bigint | undefined {
    const has = c.length();
    if (has > 1) throw c.fail('BAD_LENGTH', `${has} where an array says whether it has an insert index`);
    return has === 1 ? c.length64() : undefined;
  }

  #readHead(c: ValueContext): void {
    const index = c.length64();
    const tag = c.length();
    if (tag > TAG_SHORT) throw c.fail('BAD_LENGTH', `an array element with tag ${tag}, expected 0 to 3`);
    if (c.shown) {
      if (index <= this.#previous) {
        c.warn(
          index === this.#previous ? 'DUPLICATE_ITEM' : 'DISORDER',
          `array index ${index} after ${this.#previous}`,
        );
      }
      c.handler.index(index);
    }
    this.#previous = index;
    this.#tag = tag;
    c.r.commit();
  }

  #readElement(c: ValueContext): void {
    switch (this.#tag) {
      case TAG_INTEGER: {
        const value = c.r.i64le();
        if (c.shown) showText(c, ascii(String(value)));
        break;
      }
      case TAG_DOUBLE: {
        const value = c.r.f64le();
        if (c.shown) showText(c, ascii(arrayDoubleText(value)));
        break;
      }
      case TAG_SHORT: {
        if (!c.shown) {
          c.string();
          break;
        }
        c.contiguous();
        if (c.end - c.start > SHORT_MAX) {
          throw c.fail('BAD_VALUE', `an inline array element of ${c.end - c.start} bytes, at most ${SHORT_MAX} fit`);
        }
        c.handler.bytes(c.bytes, c.start, c.end);
        break;
      }
      case TAG_STRING:
        c.string();
    }
  }
}

function showText(c: ValueContext, text: Uint8Array): void {
  c.handler.bytes(text, 0, text.length);
}

/** Largest magnitude whose digits are all written out. */
const ALL_DIGITS = 2 ** 62;

/**
 * The text that a server gives for an element stored as a double, which is not what JavaScript would print (redis 8.8:
 * measured on a server): integers up to 2^62 with all digits and `.0`; else the shortest digits that read back, plain
 * for exponents near zero, and `d.ddde±x` otherwise.
 */
export function arrayDoubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) <= ALL_DIGITS) {
    return `${Object.is(value, -0) ? '-0' : BigInt(value)}.0`;
  }
  const [mantissa, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  const sign = value < 0 ? '-' : '';
  const x = Number(power);
  const k = x - (digits.length - 1);
  if (k >= 0 && k <= 7) return `${sign}${digits}${'0'.repeat(k)}.0`;
  if (k < 0 && (k > -7 || Math.abs(x) < 4)) {
    if (x < 0) return `${sign}0.${'0'.repeat(-x - 1)}${digits}`;
    return `${sign}${digits.slice(0, x + 1)}.${digits.slice(x + 1)}`;
  }
  const rest = digits.slice(1);
  return `${sign}${digits[0]}${rest === '' ? '' : `.${rest}`}e${x < 0 ? '-' : '+'}${Math.abs(x)}`;
}
