/** Most members of a run. */
const MOST = 512;

/** Orders two members, by number: negative, 0 or positive. */
export type Compare = (a: number, b: number) => number;

/**
 * The members of a large sorted set in their order, as runs of up to 512 numbers: a member is found, added or removed by two
 * binary searches and a move of a few hundred numbers, and whole ranges are at hand.
 */
export class ZsetOrder {
  readonly #compare: Compare;
  #runs: Uint32Array[] = [];
  #counts: number[] = [];

  /** @param sorted all members in their order */
  constructor(sorted: Uint32Array, compare: Compare) {
    this.#compare = compare;
    // Three quarters full, so that the next members split few of them.
    const step = (MOST * 3) / 4;
    for (let at = 0; at < sorted.length; at += step) {
      const run = new Uint32Array(MOST);
      const part = sorted.subarray(at, at + step);
      run.set(part);
      this.#runs.push(run);
      this.#counts.push(part.length);
    }
  }

  /** The run in which a member is, or belongs. */
  #runOf(member: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#runs[middle]![this.#counts[middle]! - 1]!;
      if (this.#compare(last, member) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place in a run whose member is not before this one. */
  #placeIn(run: number, member: number): number {
    const members = this.#runs[run]!;
    let low = 0;
    let high = this.#counts[run]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(members[middle]!, member) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(member: number): void {
    if (this.#runs.length === 0) {
      this.#runs.push(new Uint32Array(MOST));
      this.#counts.push(0);
    }
    let run = this.#runOf(member);
    if (this.#counts[run] === MOST) {
      this.#split(run);
      run = this.#runOf(member);
    }
    const place = this.#placeIn(run, member);
    const members = this.#runs[run]!;
    members.copyWithin(place + 1, place, this.#counts[run]!);
    members[place] = member;
    this.#counts[run]!++;
  }

  #split(run: number): void {
    const half = MOST / 2;
    const upper = new Uint32Array(MOST);
    upper.set(this.#runs[run]!.subarray(half));
    this.#runs.splice(run + 1, 0, upper);
    this.#counts[run] = half;
    this.#counts.splice(run + 1, 0, MOST - half);
  }

  /** Removes a member, which must be there and have the score that it was added with. */
  remove(member: number): void {
    const run = this.#runOf(member);
    const place = this.#placeIn(run, member);
    const members = this.#runs[run]!;
    members.copyWithin(place, place + 1, this.#counts[run]!);
    if (--this.#counts[run]! > 0) return;
    this.#runs.splice(run, 1);
    this.#counts.splice(run, 1);
  }

  /** How many members are before the first for which `reached` holds, as it then does for all behind it. */
  countBefore(reached: (member: number) => boolean): number {
    let before = 0;
    for (let run = 0; run < this.#runs.length; run++) {
      const members = this.#runs[run]!;
      const count = this.#counts[run]!;
      if (!reached(members[count - 1]!)) {
        before += count;
        continue;
      }
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (reached(members[middle]!)) high = middle;
        else low = middle + 1;
      }
      return before + low;
    }
    return before;
  }

  /** The members from one rank up to, and without, another. */
  slice(from: number, to: number): Uint32Array {
    const found = new Uint32Array(Math.max(0, to - from));
    let rank = 0;
    let filled = 0;
    for (let run = 0; run < this.#runs.length && rank < to; run++) {
      const count = this.#counts[run]!;
      const first = Math.max(0, from - rank);
      const last = Math.min(count, to - rank);
      if (first < last) {
        found.set(this.#runs[run]!.subarray(first, last), filled);
        filled += last - first;
      }
      rank += count;
    }
    return found;
  }
}
