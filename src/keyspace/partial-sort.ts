/** Ranges of up to this many items are sorted by insertion. */
const FEW = 7;
/** Above this the pivot is chosen from nine items. */
const MANY = 40;

/**
 * Puts the first `kept` items where a full sort would have them; the others may stand in any order.
 *
 * Of items that compare equal it matters which ones are kept, so this is the very quicksort of the servers (redis:
 * src/pqsort.c), which is that of Bentley and McIlroy, "Engineering a sort function" (1993): median of three, or of
 * three medians of three, and a partition into less, equal and greater.
 */
export function partialSort<T>(items: T[], compare: (a: T, b: T) => number, kept: number): void {
  const last = kept - 1;
  const swap = (i: number, j: number): void => {
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  };
  const median = (i: number, j: number, k: number): number => {
    const second = compare(items[j], items[k]);
    if (compare(items[i], items[j]) < 0) {
      if (second < 0) return j;
      return compare(items[i], items[k]) < 0 ? k : i;
    }
    if (second > 0) return j;
    return compare(items[i], items[k]) < 0 ? i : k;
  };
  const pivot = (from: number, count: number): number => {
    let low = from;
    let middle = from + Math.floor(count / 2);
    let high = from + count - 1;
    if (count > MANY) {
      const step = Math.floor(count / 8);
      low = median(low, low + step, low + 2 * step);
      middle = median(middle - step, middle, middle + step);
      high = median(high - 2 * step, high - step, high);
    }
    return count > FEW ? median(low, middle, high) : middle;
  };
  const sort = (start: number, end: number): void => {
    let from = start;
    while (end - from >= FEW) {
      swap(from, pivot(from, end - from));
      // Equal items are collected at both ends, those less and greater grow towards the middle.
      let equalLow = from + 1;
      let low = from + 1;
      let high = end - 1;
      let equalHigh = end - 1;
      for (;;) {
        for (; low <= high; low++) {
          const order = compare(items[low], items[from]);
          if (order > 0) break;
          if (order === 0) swap(equalLow++, low);
        }
        for (; low <= high; high--) {
          const order = compare(items[high], items[from]);
          if (order < 0) break;
          if (order === 0) swap(high, equalHigh--);
        }
        if (low > high) break;
        swap(low++, high--);
      }
      // The equal ones go to the middle.
      const less = low - equalLow;
      const greater = equalHigh - high;
      const front = Math.min(equalLow - from, less);
      for (let i = 0; i < front; i++) swap(from + i, low - front + i);
      const back = Math.min(greater, end - 1 - equalHigh);
      for (let i = 0; i < back; i++) swap(low + i, end - back + i);
      if (less > 1) sort(from, from + less);
      // Nothing behind the last that is wanted is sorted.
      if (greater <= 1 || last < end - greater) return;
      from = end - greater;
    }
    for (let i = from + 1; i < end; i++) {
      for (let j = i; j > from && compare(items[j - 1], items[j]) > 0; j--) swap(j, j - 1);
    }
  };
  sort(0, items.length);
}
