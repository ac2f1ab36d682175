import { ArgumentList, type RespOutput } from '../resp/index.ts';

/**
 * Items that wait for others with the same time, as one command can set it for all of them. They are kept in RESP, in
 * the order in which they came.
 */
export class TimedItems {
  readonly #list = new ArgumentList();
  readonly #times: (number | bigint)[] = [];
  /** Where the bytes of each item end. */
  readonly #ends: number[] = [];

  /** Bytes of all items. */
  get size(): number {
    return this.#list.size;
  }

  /** Number of items. */
  get length(): number {
    return this.#times.length;
  }

  /** Where the arguments of the next item are to be added; `endItem` completes it. */
  get arguments(): ArgumentList {
    return this.#list;
  }

  endItem(time: number | bigint): void {
    this.#times.push(time);
    this.#ends.push(this.#list.size);
  }

  /**
   * Hands the items out, those of one time together, and forgets them.
   *
   * @param each `add` writes the arguments of the group's items into a command, each item as so many arguments
   */
  flush(
    argumentsEach: number,
    out: RespOutput,
    each: (time: number | bigint, items: number, add: () => void) => void,
  ): void {
    if (this.#times.length === 0) return;
    const groups = new Map<number | bigint, number[]>();
    this.#times.forEach((time, item) => {
      const group = groups.get(time);
      if (group === undefined) groups.set(time, [item]);
      else group.push(item);
    });
    const bytes = this.#list.out.bytes;
    for (const [time, items] of groups) {
      each(time, items.length, () => {
        for (const item of items) out.encoded(bytes, this.#ends[item - 1] ?? 0, this.#ends[item]!, argumentsEach);
      });
    }
    this.clear();
  }

  /** Bytes of the last item. */
  get marked(): number {
    return this.#list.size - (this.#ends.at(-2) ?? 0);
  }

  /** Takes back the last item. */
  dropLast(): void {
    this.#times.pop();
    this.#ends.pop();
    this.#list.out.length = this.#ends.at(-1) ?? 0;
  }

  clear(): void {
    if (this.#times.length === 0) return;
    this.#list.clear();
    this.#times.length = this.#ends.length = 0;
  }
}
