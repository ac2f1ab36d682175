import { setExact } from '../../bytes/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { SbfValue } from '../records.ts';

/**
 * Types 33 and 34 of Dragonfly (dragonfly: src/server/rdb_load.cc): `LEN options, f64 growth, f64 error, LEN previous,
 * LEN current, LEN max, LEN n`, then per filter `LEN hashes, STR blob`.
 */
export class SbfReader implements ValueReader {
  #value: SbfValue<Uint8Array<ArrayBuffer>> | undefined;
  #left = 0;

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
      const hashes = c.length();
      if (c.shown) this.#value.filters.push({ hashes, blob: c.owned() });
      else c.string();
      this.#left--;
      r.commit();
    }
    if (c.shown) c.handler.sbf(this.#value);
  }
}
