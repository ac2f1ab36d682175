import { ascii, describe, invalidArgument } from '../bytes/index.ts';
import { type Argument, type KeyPlaces, keyPlaces, upper } from './keys.ts';
import { CORE, MODULES } from './table.ts';

/** What is known of a command. */
export interface CommandInfo {
  /** Uppercase; a subcommand with its container: `XGROUP CREATE`. */
  readonly name: string;
  /** Arguments, the name counted; negative: at least so many. */
  readonly arity: number;
  /** It may change the dataset. EVAL and FCALL are no writes by themselves, as to the servers. */
  readonly write: boolean;
  /** First release: `7.0.0` of Redis, `9.0` of Valkey, or `module`, or `keydb`. */
  readonly since: string;
  /** Whose release that is. */
  readonly family: 'redis' | 'valkey' | 'keydb';
  /** It comes with a module. */
  readonly module: boolean;
  /** It has subcommands, one of which must follow. */
  readonly container: boolean;
}

interface Entry extends CommandInfo {
  container: boolean;
  readonly places: readonly KeyPlaces[];
}

let table: Map<string, Entry> | undefined;

/** Made when it is first asked for, as not everyone who imports the library needs it. */
function entries(): Map<string, Entry> {
  if (table !== undefined) return table;
  table = new Map();
  for (const line of `${CORE}${MODULES}`.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [path, arity, write, since, ...keys] = line.split(' ') as [string, string, string, string, ...string[]];
    const family = since.startsWith('valkey:') ? 'valkey' : since === 'keydb' ? 'keydb' : 'redis';
    const name = path.replace('|', ' ');
    const container = path.includes('|') ? table.get(path.slice(0, path.indexOf('|'))) : undefined;
    if (container !== undefined) container.container = true;
    table.set(name, {
      name,
      arity: Number(arity),
      write: write === 'w',
      since: since.replace('valkey:', ''),
      family,
      module: since === 'module',
      container: false,
      places: keys.map(keyPlaces),
    });
  }
  return table;
}

/**
 * What is known of a command by its name, in any case; a subcommand as `XGROUP CREATE`.
 *
 * @returns undefined for what no Redis up to 8.10, no Valkey up to 9.1, none of their modules, and no KeyDB knows
 */
export function commandInfo(name: string): CommandInfo | undefined {
  return entries().get(upper(name));
}

/** Longest name of a command. Nothing longer has to be looked at. */
const LONGEST = 64;

function find(argv: readonly Argument[]): Entry | undefined {
  if (!Array.isArray(argv)) throw invalidArgument(`a command is an array of its arguments, found ${describe(argv)}`);
  const [name, sub] = argv;
  if (name === undefined) return undefined;
  const found = lookUp(name, '');
  if (found === undefined || !found.container || sub === undefined) return found;
  return lookUp(sub, `${found.name} `);
}

function lookUp(argument: Argument, before: string): Entry | undefined {
  // Whatever is no argument is refused where it becomes text.
  return argument?.length > LONGEST ? undefined : entries().get(before + upper(argument));
}

/**
 * What is known of the command that arguments are, which for a container such as XGROUP is the subcommand.
 *
 * @param argv name and arguments, bytes or text
 * @returns undefined for unknown commands and unknown subcommands, at which a server from 7.0 on refuses a log
 */
export function findCommand(argv: readonly (Uint8Array | string)[]): CommandInfo | undefined {
  return find(argv);
}

/** Names by a number made of their letters; few share one. */
let hashed: Map<number, Entry[]> | undefined;

function byHash(): Map<number, Entry[]> {
  if (hashed !== undefined) return hashed;
  hashed = new Map();
  for (const entry of entries().values()) {
    const name = ascii(entry.name);
    const hash = hashOf(HASH_START, name, 0, name.length);
    const same = hashed.get(hash);
    if (same === undefined) hashed.set(hash, [entry]);
    else same.push(entry);
  }
  return hashed;
}

const HASH_START = 5381;

function hashOf(start: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = start;
  // Letters of either case are the same here, and so are some others, which are told apart later.
  for (let i = from; i < to; i++) hash = (Math.imul(hash, 33) ^ (bytes[i]! & 0xdf)) | 0;
  return hash;
}

/** Whether bytes are a part of a name, in any case. */
function matches(name: string, at: number, bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (name.charCodeAt(at + i - from) !== (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)) return false;
  }
  return true;
}

/**
 * `findCommand` for who has only places of bytes, and looks at millions of commands: no text is made.
 *
 * @param spans where arguments begin and end: argument i at `spans[2 * i]`
 * @param count how many of them there are; two are looked at
 */
export function findCommandIn(bytes: Uint8Array, spans: Int32Array, count: number): CommandInfo | undefined {
  const from = spans[0]!;
  const to = spans[1]!;
  if (count === 0 || to - from > LONGEST) return undefined;
  const hash = hashOf(HASH_START, bytes, from, to);
  for (const entry of byHash().get(hash) ?? NONE) {
    if (entry.name.length !== to - from || !matches(entry.name, 0, bytes, from, to)) continue;
    return entry.container && count > 1 ? subcommand(entry, hash, bytes, spans[2]!, spans[3]!) : entry;
  }
  return undefined;
}

const NONE: readonly Entry[] = [];
const SPACE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x20);

function subcommand(container: Entry, hash: number, bytes: Uint8Array, from: number, to: number): Entry | undefined {
  if (to - from > LONGEST) return undefined;
  const before = container.name.length + 1;
  const whole = hashOf(hashOf(hash, SPACE, 0, 1), bytes, from, to);
  return byHash()
    .get(whole)
    ?.find(({ name }) => {
      return (
        name.length === before + to - from &&
        name.startsWith(`${container.name} `) &&
        matches(name, before, bytes, from, to)
      );
    });
}

/**
 * Which arguments of a command are keys.
 *
 * @param argv name and arguments, bytes or text
 * @returns their positions in `argv`, ascending, each once; undefined for a command that is not known
 *
 * @example
 * ```ts
 * import { keyPositions } from 'rdb-aof';
 *
 * console.log(keyPositions(['ZUNIONSTORE', 'to', '2', 'a', 'b', 'WEIGHTS', '1', '2'])); // 1,3,4
 * ```
 */
export function keyPositions(argv: readonly (Uint8Array | string)[]): number[] | undefined {
  const command = find(argv);
  if (command === undefined) return undefined;
  const places: number[] = [];
  for (const add of command.places) add(argv, places);
  return places.length > 1 ? [...new Set(places)].sort((a, b) => a - b) : places;
}

/**
 * The keys that a command names, as arguments of it: nothing is copied. Patterns and keys that a script makes up are not
 * among them.
 *
 * @param argv name and arguments, bytes or text
 * @returns undefined for a command that is not known
 *
 * @example
 * ```ts
 * import { keysOf } from 'rdb-aof';
 *
 * console.log(keysOf(['MSET', 'a', '1', 'b', '2'])); // a,b
 * console.log(keysOf(['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'])); // s
 * ```
 */
export function keysOf<A extends Uint8Array | string>(argv: readonly A[]): A[] | undefined {
  return keyPositions(argv)?.map((i) => argv[i]!);
}

/**
 * Whether a command has as many arguments as it needs. Redis does not ask when it loads a log, and may crash; Valkey 9
 * refuses the log.
 *
 * @param argv name and arguments, bytes or text
 * @returns false for commands that are not known
 *
 * @example
 * ```ts
 * import { arityFits } from 'rdb-aof';
 *
 * console.log(arityFits(['GET', 'k']), arityFits(['GET'])); // true false
 * ```
 */
export function arityFits(argv: readonly (Uint8Array | string)[]): boolean {
  const command = find(argv);
  return command !== undefined && takesCount(command, argv.length);
}

/** Whether a command may have so many arguments, its name counted. */
export function takesCount({ arity }: CommandInfo, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}

/**
 * Whether a command may change the dataset, by its name in any case; a subcommand as `XGROUP CREATE`. A container writes where
 * one of its subcommands does.
 *
 * @returns false for commands that are not known
 *
 * @example
 * ```ts
 * import { isWrite } from 'rdb-aof';
 *
 * console.log(isWrite('hset'), isWrite('hget'), isWrite('xgroup create')); // true false true
 * ```
 */
export function isWrite(name: string): boolean {
  const found = entries().get(upper(name));
  if (found === undefined) return false;
  if (found.write || !found.container) return found.write;
  for (const { name: other, write } of entries().values()) if (write && other.startsWith(`${found.name} `)) return true;
  return false;
}
