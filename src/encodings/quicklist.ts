/** Bytes that a node of a list may have, by `list-max-listpack-size` -1 to -5 (redis: src/quicklist.c). */
const SIZES: readonly number[] = [4096, 8192, 16384, 32768, 65536];
/** The same where the setting is a number of entries. */
const SAFE_SIZE = 8192;
/** What a server reckons for an entry besides its bytes (redis 7.0: src/quicklist.c, SIZE_ESTIMATE_OVERHEAD). */
const ESTIMATE = 8;
/** From here on an element of 7.0 and 7.2 has a node of its own. */
const ALWAYS_LARGE = 2 ** 30;

/** When a node of a list is full, and which elements get a node of their own. */
export class QuicklistRule {
  readonly #size: number;
  readonly #count: number;
  readonly #ziplist: boolean;
  readonly #largest: number;

  /**
   * @param setting `list-max-listpack-size`: -1 to -5, or a number of entries
   * @param ziplist nodes are ziplists, as in servers up to 6.2
   * @param plain elements above the size of a node stand alone, as from Redis 7.4 and Valkey 8.0 on
   */
  constructor(setting: number, ziplist: boolean, plain: boolean) {
    this.#size = setting < 0 ? SIZES[Math.min(-setting, SIZES.length) - 1]! : SAFE_SIZE;
    this.#count = setting < 0 ? Number.POSITIVE_INFINITY : Math.max(setting, 1);
    this.#ziplist = ziplist;
    this.#largest = plain ? this.#size : ALWAYS_LARGE - 1;
  }

  /** Whether a node of so many bytes and entries takes one more entry of `size` bytes. */
  fits(length: number, count: number, size: number): boolean {
    let around = ESTIMATE;
    if (this.#ziplist) around = (size < 254 ? 1 : 5) + (size < 64 ? 1 : size < 16384 ? 2 : 5);
    return length + size + around <= this.#size && count < this.#count;
  }

  /** Whether an element of `size` bytes is a node by itself. */
  isPlain(size: number): boolean {
    return !this.#ziplist && size > this.#largest;
  }
}
