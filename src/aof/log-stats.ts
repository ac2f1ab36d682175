import { ascii } from '../bytes/index.ts';
import { findCommand, keysOf } from '../commands/index.ts';
import { keyText } from '../records/index.ts';
import { HeavyHitters, type HeavyItem } from './heavy-hitters.ts';
import { commandName } from './log-filter.ts';
import type { AofRecord } from './records.ts';
import { Timeline, type TimeSpan } from './timeline.ts';

/** Keys, and prefixes of keys, that are held at once. */
const PLACES = 1 << 12;

/** Bytes of a key that are held; longer ones that begin alike count as one. */
const LONGEST_KEY = 256;

/** Names that are held of commands that nobody knows. */
const MOST_UNKNOWN = 256;

const [COLON] = /* @__PURE__ */ ascii(':');

/** What was written with one command. */
export interface CommandCount {
  name: string;
  count: number;
  bytes: number;
}

/** The heaviest of something. */
export interface HeavyTop {
  items: HeavyItem[];
  /** Most bytes by which one may be shown too heavy; 0 where all is exact. */
  error: number;
}

/** What is in a log. */
export interface LogStats {
  commands: number;
  /** Bytes of the commands, without annotations and RDBs. */
  bytes: number;
  annotations: number;
  /** Keys of RDBs at the beginning of files. */
  preambleKeys: number;
  byCommand: CommandCount[];
  prefixes: HeavyTop;
  keys: HeavyTop;
  /** Seconds of each span of the timeline. */
  span: number;
  timeline: TimeSpan[];
  /** Commands before any annotation. */
  untimed: { commands: number; bytes: number };
}

/** Counts what is in logs, in constant memory. Bytes are those of the file: a command with several keys is shared by them. */
export class StatsCounter {
  #commands = 0;
  #bytes = 0;
  #annotations = 0;
  #preambleKeys = 0;
  readonly #firstColon: boolean;
  readonly #byCommand: Map<string, CommandCount> = new Map();
  #unknown = 0;
  readonly #prefixes: HeavyHitters = new HeavyHitters(PLACES);
  readonly #keys: HeavyHitters = new HeavyHitters(PLACES);
  readonly #timeline: Timeline = new Timeline();
  readonly #untimed = { commands: 0, bytes: 0 };

  /** @param prefix where a prefix ends: at the first or at the last colon of a key */
  constructor(prefix: 'first' | 'last') {
    this.#firstColon = prefix === 'first';
  }

  add(record: AofRecord): void {
    if (record.kind === 'command') this.#command(record.argv, record.end - record.offset, record.time);
    else if (record.kind === 'annotation') this.#annotations++;
    else if (record.kind === 'rdb' && record.record.kind === 'key') this.#preambleKeys++;
  }

  #command(argv: readonly Uint8Array[], bytes: number, time: number | undefined): void {
    this.#commands++;
    this.#bytes += bytes;
    const count = this.#countOf(argv);
    count.count++;
    count.bytes += bytes;
    if (time === undefined) {
      this.#untimed.commands++;
      this.#untimed.bytes += bytes;
    } else this.#timeline.add(time, 1, bytes);
    const keys = keysOf(argv) ?? [];
    for (const key of keys) this.#key(key, bytes / keys.length);
  }

  #countOf(argv: readonly Uint8Array[]): CommandCount {
    let name = commandName(argv);
    const found = this.#byCommand.get(name);
    if (found !== undefined) return found;
    if (findCommand(argv) === undefined && ++this.#unknown > MOST_UNKNOWN) name = '(others)';
    const count = this.#byCommand.get(name) ?? { name, count: 0, bytes: 0 };
    this.#byCommand.set(name, count);
    return count;
  }

  #key(key: Uint8Array, bytes: number): void {
    const held = Math.min(key.length, LONGEST_KEY);
    this.#keys.add(`${keyText(key, 0, held)}${held < key.length ? '...' : ''}`, bytes);
    const short = key.subarray(0, held);
    const colon = this.#firstColon ? short.indexOf(COLON!) : short.lastIndexOf(COLON!);
    this.#prefixes.add(keyText(key, 0, colon + 1), bytes);
  }

  /** @param most how many keys and prefixes are told */
  stats(most: number): LogStats {
    return {
      commands: this.#commands,
      bytes: this.#bytes,
      annotations: this.#annotations,
      preambleKeys: this.#preambleKeys,
      byCommand: [...this.#byCommand.values()].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
      prefixes: topOf(this.#prefixes, most),
      keys: topOf(this.#keys, most),
      span: this.#timeline.span,
      timeline: this.#timeline.spans,
      untimed: { ...this.#untimed },
    };
  }
}

function topOf(all: HeavyHitters, most: number): HeavyTop {
  const items = all.top(most).map(({ name, weight, error, count }) => {
    return { name, weight: Math.round(weight), error: Math.ceil(error), count };
  });
  return { items, error: Math.ceil(all.error) };
}
