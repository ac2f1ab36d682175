import { ascii } from '../bytes/index.ts';
import type { Args } from './args.ts';
import { FAMILIES } from './commands/index.ts';
import type { Outcome } from './outcome.ts';
import type { Session } from './session.ts';

/** Does what a command does. It looks at all of its arguments before it changes anything. */
export type Handler = (session: Session, args: Args) => Outcome;

/** Commands of a family, by name in upper case; of a container (XGROUP) the first word. */
export type Family = Readonly<Record<string, Handler>>;

interface Entry {
  name: Uint8Array;
  handler: Handler;
}

const SLOTS = 2048;
let table: (Entry[] | undefined)[] | undefined;

/** Made when the first command comes. */
function handlers(): (Entry[] | undefined)[] {
  if (table !== undefined) return table;
  table = new Array<Entry[] | undefined>(SLOTS).fill(undefined);
  for (const family of FAMILIES) {
    for (const [name, handler] of Object.entries(family)) {
      const bytes = ascii(name);
      const slot = slotOf(bytes, 0, bytes.length);
      table[slot] ??= [];
      table[slot].push({ name: bytes, handler });
    }
  }
  return table;
}

/** Letters of either case are the same here, and so are some others, which are told apart later. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 33) ^ (bytes[i]! & 0xdf)) | 0;
  return (hash ^ (hash >>> 11)) & (SLOTS - 1);
}

const LONGEST = 64;

/** Who runs a command, by its name; undefined for commands without effect, and for unknown ones. */
export function findHandler(bytes: Uint8Array, start: number, end: number): Handler | undefined {
  const length = end - start;
  if (length > LONGEST) return undefined;
  const entries = handlers()[slotOf(bytes, start, end)];
  if (entries === undefined) return undefined;
  for (const { name, handler } of entries) if (isName(name, bytes, start, length)) return handler;
  return undefined;
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    if (name[i] !== (byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte)) return false;
  }
  return true;
}
