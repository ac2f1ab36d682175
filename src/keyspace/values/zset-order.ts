/** Most members of a run. */
const MOST = 512;

/** Orders two members with the same score, by number: negative, 0 or positive. */
export type Compare = (a: number, b: number) => number;

/** Whether a member is behind what is looked for, as then all behind it are. */
export type Reached = (score: number, member: number) => boolean;

/** Members in their order, with their scores: most comparisons end there, and do not look at members all over the heap. */
class Run {
  readonly scores: Float64Array<ArrayBuffer>;
  readonly members: Uint32Array<ArrayBuffer>;

  constructor() {
    const memory = new ArrayBuffer(MOST * 12);
    this.scores = new Float64Array(memory, 0, MOST);
    this.members = new Uint32Array(memory, MOST * 8, MOST);
  }

  /** Moves the members from one place on, of `count`, to another place. */
  move(from: number, to: number, count: number): void {
    this.scores.copyWithin(to, from, count);
    this.members.copyWithin(to, from, count);
  }

  /** Copies members of another run, from one place up to another, to a place. */
  copy(place: number, other: Run, from: number, to: number): void {
    this.scores.set(other.scores.subarray(from, to), place);
    this.members.set(other.members.subarray(from, to), place);
  }
}

/**
 * The members of a large sorted set in their order, as runs of up to 512 numbers: a member is found, added or removed by two
 * binary searches and a move of a few hundred numbers, and whole ranges are at hand.
 */
export class ZsetOrder {
  readonly #compare: Compare;
  readonly #runs: Run[] = [];
  /** How many members each run has; none is empty. */
  readonly #counts: number[] = [];
  #size: number;
  // What `#seek` found
  #run = 0;
  #place = 0;

  /** @param sorted all members in their order, with their scores */
  constructor(sorted: Uint32Array, scores: Float64Array, compare: Compare) {
    this.#compare = compare;
    this.#size = sorted.length;
    // Three quarters full, so that the next members split few of them.
    const step = (MOST * 3) / 4;
    for (let at = 0; at < sorted.length; at += step) {
      const run = new Run();
      run.members.set(sorted.subarray(at, at + step));
      run.scores.set(scores.subarray(at, at + step));
      this.#runs.push(run);
      this.#counts.push(Math.min(step, sorted.length - at));
    }
  }

  /** Whether the member at a place of a run is before one that has a score. */
  #isBefore({ scores, members }: Run, place: number, member: number, score: number): boolean {
    const other = scores[place]!;
    return other === score ? this.#compare(members[place]!, member) < 0 : other < score;
  }

  /** The run in which a member is, or belongs. */
  #runOf(member: number, score: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(this.#runs[middle]!, this.#counts[middle]! - 1, member, score)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place in a run whose member is not before this one. */
  #placeIn(index: number, member: number, score: number): number {
    const run = this.#runs[index]!;
    let low = 0;
    let high = this.#counts[index]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(run, middle, member, score)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(member: number, score: number): void {
    if (this.#runs.length === 0) {
      this.#runs.push(new Run());
      this.#counts.push(0);
    }
    let index = this.#runOf(member, score);
    if (this.#counts[index] === MOST) {
      this.#split(index);
      index = this.#runOf(member, score);
    }
    const place = this.#placeIn(index, member, score);
    const run = this.#runs[index]!;
    run.move(place, place + 1, this.#counts[index]!);
    run.members[place] = member;
    run.scores[place] = score;
    this.#counts[index]!++;
    this.#size++;
  }

  #split(index: number): void {
    const half = MOST / 2;
    const upper = new Run();
    upper.copy(0, this.#runs[index]!, half, MOST);
    this.#runs.splice(index + 1, 0, upper);
    this.#counts[index] = half;
    this.#counts.splice(index + 1, 0, MOST - half);
  }

  /** Removes a member, which must be there with this score. */
  remove(member: number, score: number): void {
    const index = this.#runOf(member, score);
    this.#cutRun(index, this.#placeIn(index, member, score), 1);
    this.#tidy(index, index + 1);
  }

  #cutRun(index: number, place: number, count: number): void {
    this.#runs[index]!.move(place + count, place, this.#counts[index]!);
    this.#counts[index]! -= count;
    this.#size -= count;
  }

  /** Of the runs from one up to, and without, another those that are empty go; a small one joins the one before it. */
  #tidy(from: number, to: number): void {
    const runs = this.#runs;
    const counts = this.#counts;
    let kept = from;
    for (let i = from; i < to; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      if (count <= MOST / 8 && kept > 0 && count + counts[kept - 1]! <= MOST / 2) {
        runs[kept - 1]!.copy(counts[kept - 1]!, runs[i]!, 0, count);
        counts[kept - 1]! += count;
        continue;
      }
      runs[kept] = runs[i]!;
      counts[kept++] = count;
    }
    if (kept === to) return;
    runs.splice(kept, to - kept);
    counts.splice(kept, to - kept);
  }

  /** How many members are before the first for which `reached` holds. */
  countBefore(reached: Reached): number {
    const runs = this.#runs;
    const counts = this.#counts;
    const reachedAt = ({ scores, members }: Run, place: number): boolean => reached(scores[place]!, members[place]!);
    let first = 0;
    for (let high = runs.length; first < high; ) {
      const middle = (first + high) >>> 1;
      if (reachedAt(runs[middle]!, counts[middle]! - 1)) high = middle;
      else first = middle + 1;
    }
    if (first === runs.length) return this.#size;
    let low = 0;
    for (let high = counts[first]!; low < high; ) {
      const middle = (low + high) >>> 1;
      if (reachedAt(runs[first]!, middle)) high = middle;
      else low = middle + 1;
    }
    return this.#rankOf(first) + low;
  }

  /** Rank of the first member of a run, summed up from the nearer end. */
  #rankOf(run: number): number {
    const counts = this.#counts;
    let rank = 0;
    if (run < counts.length / 2) {
      for (let i = 0; i < run; i++) rank += counts[i]!;
      return rank;
    }
    rank = this.#size;
    for (let i = counts.length - 1; i >= run; i--) rank -= counts[i]!;
    return rank;
  }

  /** Finds the run and the place in it of the member with a rank. */
  #seek(rank: number): void {
    const counts = this.#counts;
    if (rank < this.#size / 2) {
      let left = rank;
      let run = 0;
      while (left >= counts[run]!) left -= counts[run++]!;
      this.#run = run;
      this.#place = left;
      return;
    }
    let left = this.#size - rank;
    let run = counts.length - 1;
    while (left > counts[run]!) left -= counts[run--]!;
    this.#run = run;
    this.#place = counts[run]! - left;
  }

  /** The members from one rank up to, and without, another. */
  slice(from: number, to: number): Uint32Array {
    return this.#range(from, to, false);
  }

  /** Removes the members from one rank up to, and without, another. @returns them */
  cut(from: number, to: number): Uint32Array {
    return this.#range(from, to, true);
  }

  #range(from: number, to: number, cut: boolean): Uint32Array {
    const found = new Uint32Array(Math.max(0, to - from));
    if (found.length === 0) return found;
    this.#seek(from);
    const first = this.#run;
    let run = first;
    let place = this.#place;
    for (let filled = 0; filled < found.length; run++) {
      const count = Math.min(this.#counts[run]! - place, found.length - filled);
      found.set(this.#runs[run]!.members.subarray(place, place + count), filled);
      filled += count;
      if (cut) this.#cutRun(run, place, count);
      place = 0;
    }
    if (cut) this.#tidy(first, run);
    return found;
  }
}
