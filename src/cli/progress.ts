import type { Options, Params, SingleBar } from 'cli-progress';
import { atExit } from './interrupt.ts';
import { type StatusLine, status } from './status.ts';

/** A job that is done sooner needs no progress. */
const LONG = 1000;
/** Time between two looks at how far it is. */
const TICK = 250;
/** Looks over which the time that is left is averaged. */
const LOOKS = 40;
/** Weight of the last look in the speed. */
const NEWEST = 0.2;
const SHORTEST_BAR = 10;
const LONGEST_BAR = 40;

/** Where progress is shown. */
export interface ProgressPlace {
  line: StatusLine;
  columns: () => number | undefined;
}

const STDERR: ProgressPlace = { line: status, columns: () => process.stderr.columns };

/**
 * How far the reading of inputs is, on a line of standard error, once a job turns out to be long. It counts the bytes of
 * the file, packed or not.
 *
 * Nothing is drawn while nothing moves: what waits for a pager must not write over it.
 */
export class Progress {
  readonly #place: ProgressPlace;
  #inputs: number;
  /** Number of the input at hand, from 1. */
  #input = 0;
  #size: number | undefined;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What the last look saw. */
  #seen = { bytes: 0, at: Date.now() };
  /** Bytes in a second. */
  #speed: number | undefined;
  #bar: SingleBar | undefined;
  #loading = false;
  #ended = false;
  #callOff: (() => void) | undefined;

  /** @param inputs how many there are */
  constructor(inputs: number, place: ProgressPlace = STDERR) {
    this.#inputs = inputs;
    this.#place = place;
  }

  /** Begins to look. Without it, nothing is ever shown. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#timer = setInterval(() => this.#look(), TICK).unref();
    }, LONG).unref();
    this.#callOff = atExit(() => this.end());
  }

  /** There are more inputs than was known. */
  expect(more: number): void {
    this.#inputs += more;
  }

  /** The next input. @param size its bytes, where they are known */
  begin(size: number | undefined): void {
    this.#input++;
    this.#size = size;
    this.#bytes = 0;
    this.#seen = { bytes: 0, at: Date.now() };
    this.#bar?.start(size ?? 0, 0);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Takes the line away. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#bar?.stop();
    this.#bar = undefined;
    this.#callOff?.();
  }

  #look(): void {
    const bytes = this.#bytes;
    const moved = bytes - this.#seen.bytes;
    if (moved === 0) return;
    const at = Date.now();
    const speed = (moved * 1000) / Math.max(at - this.#seen.at, 1);
    this.#speed = this.#speed === undefined ? speed : this.#speed + NEWEST * (speed - this.#speed);
    this.#seen = { bytes, at };
    if (this.#bar !== undefined) this.#bar.update(bytes);
    else if (!this.#loading) void this.#show();
  }

  /** Only a long job pays for loading what draws. */
  async #show(): Promise<void> {
    this.#loading = true;
    const { SingleBar, Format } = (await import('cli-progress')).default;
    if (this.#ended) return;
    const line = new BarTerminal(this.#place);
    const options: Options & { terminal: BarTerminal } = {
      terminal: line,
      fps: 1000 / TICK,
      etaBuffer: LOOKS,
      clearOnComplete: true,
      gracefulExit: false,
      synchronousUpdate: false,
      format: (barOptions, params) =>
        this.#text(params, (barsize) => Format.BarFormat(params.progress, { ...barOptions, barsize })),
    };
    this.#bar = new SingleBar(options);
    this.#bar.start(this.#size ?? 0, this.#bytes);
  }

  #text({ eta, progress }: Params, bar: (size: number) => string): string {
    const { bytes } = this.#seen;
    const which = this.#inputs > 1 ? `${this.#input}/${this.#inputs} ` : '';
    const speed = `${amount(this.#speed ?? 0)}/s`;
    const width = Math.max((this.#place.columns() ?? 80) - 1, 0);
    if (this.#size === undefined) return `${which}${amount(bytes)}, ${speed}`.slice(0, width);
    const left = Number.isFinite(eta) && eta > 0 ? `, ${duration(eta)} left` : '';
    const percent = String(Math.floor(progress * 100)).padStart(3);
    const facts = `${percent}%, ${amount(bytes)} of ${amount(this.#size)}, ${speed}${left}`;
    const room = Math.min(width - which.length - facts.length - '[] '.length, LONGEST_BAR);
    return `${which}${room < SHORTEST_BAR ? '' : `[${bar(room)}] `}${facts}`.slice(0, width);
  }
}

/**
 * What a bar draws on. That of the library saves the place of the cursor when it begins and goes back to it at the end,
 * by when messages may have moved everything.
 */
class BarTerminal {
  readonly #place: ProgressPlace;

  constructor(place: ProgressPlace) {
    this.#place = place;
  }

  write(text: string): void {
    this.#place.line.draw(text);
  }

  clearLine(): void {
    this.#place.line.clear();
  }

  getWidth(): number {
    return this.#place.columns() ?? 80;
  }

  isTTY(): boolean {
    return true;
  }

  // The line does the rest with what it writes, and nothing that would have to be restored is changed.
  clearRight(): void {}
  cursor(): void {}
  cursorTo(): void {}
  cursorSave(): void {}
  cursorRestore(): void {}
  lineWrapping(): void {}
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes with three digits or so: 999 B, 1.2 kB, 45 MB. */
function amount(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** 5 s, 12:05, 1:02:33. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`;
}
