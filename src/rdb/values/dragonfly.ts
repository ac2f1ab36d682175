import { concat, setExact } from '../../bytes/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { SbfValue } from '../records.ts';

/**
 * Types 33 and 34 of Dragonfly (dragonfly: src/server/rdb_load.cc): `LEN options, f64 growth, f64 error, LEN previous,
 * LEN current, LEN max, LEN n`, then per filter `LEN hashes, STR blob`; in type 34 the blob is cut: `LEN size`, then
 * as many STR as it takes.
 */
export class SbfReader implements ValueReader {
  #value: SbfValue<Uint8Array<ArrayBuffer>> | undefined;
  #left = 0;
  readonly #cut: boolean;
  #hashes = -1;
  /** Bytes of a cut blob that are still to come. */
  #rest = 0;
  #pieces: Uint8Array<ArrayBuffer>[] = [];

  constructor(layout: 1 | 2) {
    this.#cut = layout === 2;
  }

  begin(): void {
    this.#value = undefined;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#value === undefined) {
      const value: SbfValue<Uint8Array<ArrayBuffer>> = {
        options: c.length(),
        growth: r.f64le(),
        error: r.f64le(),
        previous: 0,
        current: 0,
        max: 0,
        filters: [],
      };
      setExact(value, 'previous', c.length64());
      setExact(value, 'current', c.length64());
      setExact(value, 'max', c.length64());
      this.#left = c.length();
      this.#value = value;
      r.commit();
    }
    while (this.#left > 0) {
      if (this.#hashes < 0) this.#beginFilter(c);
      this.#readBlob(c);
      if (c.shown) this.#value.filters.push({ hashes: this.#hashes, blob: concat(this.#pieces) });
      this.#hashes = -1;
      this.#left--;
    }
    if (c.shown) c.handler.sbf(this.#value);
  }

  #beginFilter(c: ValueContext): void {
    const hashes = c.length();
    this.#rest = this.#cut ? c.length() : 0;
    if (this.#rest > c.limit) throw c.tooLarge(this.#rest);
    this.#hashes = hashes;
    this.#pieces = [];
    c.r.commit();
  }

  #readBlob(c: ValueContext): void {
    do {
      const piece = c.owned();
      if (this.#cut && (piece.length === 0 || piece.length > this.#rest)) {
        throw c.fail('BAD_LENGTH', `${piece.length} bytes of a filter that has ${this.#rest} left`);
      }
      this.#pieces.push(piece);
      this.#rest -= piece.length;
      c.r.commit();
    } while (this.#rest > 0);
  }
}
