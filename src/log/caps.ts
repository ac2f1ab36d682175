import { checkObject, invalidArgument } from '../bytes/index.ts';

/** How large a command may become before what is left goes into another one. */
export interface Caps {
  /** Most items (elements, members, fields with their values, ids, keys) of one command: 65,536 by default. */
  items: number;
  /** Most bytes of one command in RESP, if it has more than one item: 1 MiB by default. */
  bytes: number;
}

/**
 * A command costs its name and its key again, so that with these caps less than a thousandth is lost, while a server
 * that is fed through a pipe holds little at a time and answers others in between. Servers up to 6.2 take at most
 * 1,048,576 arguments from a client; an item is at most two.
 */
const DEFAULT: Caps = { items: 1 << 16, bytes: 1 << 20 };

/** Most items that every server takes in one command, with the arguments that stand around them. */
const MOST_ITEMS = 500_000;

/** Bytes of stored values that are held for RESTORE; what is larger leaves as commands. */
export const RESTORE_LIMIT: number = 16 << 20;

/** Bytes of commands of one stream that are held until its pending entries are known, which may need entries of their own. */
export const HELD_STREAM: number = 8 << 20;

/** Most bytes of an argument (redis: `proto-max-bulk-len`). */
export const LARGEST_ARGUMENT: number = 512 << 20;

/** @throws RedisFileError `INVALID_ARGUMENT` for caps that no command could keep */
export function checkCaps(given: Partial<Caps> = {}): Caps {
  checkObject(given, 'caps');
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(DEFAULT, name)) throw invalidArgument(`caps has no ${JSON.stringify(name)}, only items, bytes`);
  }
  const caps = { ...DEFAULT, ...given };
  for (const [name, most] of [
    ['items', MOST_ITEMS],
    ['bytes', LARGEST_ARGUMENT],
  ] as const) {
    const value = caps[name];
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= most)) {
      throw invalidArgument(`caps.${name} must be an integer from 1 to ${most}, found ${String(value)}`);
    }
  }
  return caps;
}
