import { setExact } from '../../bytes/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { CronValue } from '../records.ts';
import { readNames } from './template.ts';

/** Type 64 of KeyDB: `STR script, i64le start, i64le interval, LEN n, n * STR key, LEN m, m * STR argument`. */
export class CronReader implements ValueReader {
  #value: CronValue<Uint8Array<ArrayBuffer>> | undefined;
  #keys = -1;
  #args = -1;

  begin(): void {
    this.#value = undefined;
    this.#keys = this.#args = -1;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#value === undefined) {
      const script = c.owned();
      const value: CronValue<Uint8Array<ArrayBuffer>> = { script, start: 0, interval: 0, keys: [], args: [] };
      setExact(value, 'start', r.i64le());
      setExact(value, 'interval', r.i64le());
      this.#value = value;
      r.commit();
    }
    if (this.#keys < 0) {
      this.#keys = c.length();
      r.commit();
    }
    readNames(c, this.#value.keys, this.#keys);
    if (this.#args < 0) {
      this.#args = c.length();
      r.commit();
    }
    readNames(c, this.#value.args, this.#args);
    if (c.shown) c.handler.cron(this.#value);
  }
}
