/** What a sketch knows of one item. */
export interface HeavyItem {
  name: string;
  /** At least what it weighs, and at most `error` more than that. */
  weight: number;
  error: number;
  /** How often it was added since it was last taken in. */
  count: number;
}

/**
 * The heaviest of many items, in constant memory: the space-saving sketch (Metwally et al. 2005). It holds so many items; one
 * that is not among them takes the place of the lightest, whose weight becomes what it may have too much. So no weight is
 * too low, none is too high by more than all weights divided by the places, and what weighs more than that is there.
 * As long as there are no more items than places, all is exact.
 */
export class HeavyHitters {
  /** All weights together. */
  total = 0;
  readonly #places: number;
  readonly #items: Map<string, HeavyItem & { at: number }> = new Map();
  /** A heap with the lightest on top. */
  readonly #heap: (HeavyItem & { at: number })[] = [];
  #replaced = false;

  constructor(places: number) {
    this.#places = places;
  }

  add(name: string, weight: number): void {
    this.total += weight;
    const known = this.#items.get(name);
    if (known !== undefined) {
      known.weight += weight;
      known.count++;
      this.#sink(known);
    } else if (this.#heap.length < this.#places) {
      const item = { name, weight, error: 0, count: 1, at: this.#heap.length };
      this.#heap.push(item);
      this.#items.set(name, item);
      this.#rise(item);
    } else {
      this.#replace(name, weight);
    }
  }

  /** Most that a weight may be too high; 0 while all is exact. */
  get error(): number {
    return this.#replaced ? this.#heap[0]!.weight : 0;
  }

  /** The heaviest, in order. */
  top(count: number): HeavyItem[] {
    const all = this.#heap.map(({ at: _at, ...item }) => item);
    return all.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1)).slice(0, count);
  }

  #replace(name: string, weight: number): void {
    this.#replaced = true;
    const item = this.#heap[0]!;
    this.#items.delete(item.name);
    item.name = name;
    item.error = item.weight;
    item.weight += weight;
    item.count = 1;
    this.#items.set(name, item);
    this.#sink(item);
  }

  #rise(item: { at: number; weight: number }): void {
    while (item.at > 0) {
      const above = (item.at - 1) >> 1;
      if (this.#heap[above]!.weight <= item.weight) return;
      this.#swap(item.at, above);
    }
  }

  #sink(item: { at: number; weight: number }): void {
    for (;;) {
      let below = 2 * item.at + 1;
      if (below >= this.#heap.length) return;
      if (below + 1 < this.#heap.length && this.#heap[below + 1]!.weight < this.#heap[below]!.weight) below++;
      if (this.#heap[below]!.weight >= item.weight) return;
      this.#swap(item.at, below);
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const one = heap[a]!;
    heap[a] = heap[b]!;
    heap[b] = one;
    heap[a].at = a;
    one.at = b;
  }
}
