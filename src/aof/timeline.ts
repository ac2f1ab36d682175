/** Spans of a timeline in seconds, each a multiple of the one before. */
const SPANS: readonly number[] = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 21_600, 86_400];

/** Spans that are held at once. */
const MOST = 60;

/** What was written in one span of time. */
export interface TimeSpan {
  /** Unix time in ms at which it begins. */
  time: number;
  commands: number;
  bytes: number;
}

/** Counts what was written over time, in a bounded number of spans that grow as the time does. */
export class Timeline {
  /** How long a span is, in seconds. */
  span: number = SPANS[0]!;
  #spans: Map<number, TimeSpan> = new Map();

  add(time: number, commands: number, bytes: number): void {
    const begin = Math.floor(time / 1000 / this.span) * this.span * 1000;
    const found = this.#spans.get(begin);
    if (found !== undefined) {
      found.commands += commands;
      found.bytes += bytes;
      return;
    }
    this.#spans.set(begin, { time: begin, commands, bytes });
    if (this.#spans.size > MOST) this.#coarsen();
  }

  /** In the order of time; spans in which nothing was written are left out. */
  get spans(): TimeSpan[] {
    return [...this.#spans.values()].sort((a, b) => a.time - b.time);
  }

  #coarsen(): void {
    const spans = this.#spans;
    this.span = SPANS[SPANS.indexOf(this.span) + 1] ?? this.span * 2;
    this.#spans = new Map();
    for (const { time, commands, bytes } of spans.values()) this.add(time, commands, bytes);
  }
}
