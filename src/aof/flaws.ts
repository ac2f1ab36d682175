import { commandInfo } from '../commands/index.ts';
import type { Stretch } from './resync.ts';

/** Names that are told from each other; a log of more unknown ones is none in which a few bytes are damaged. */
const MOST_NAMES = 1000;

/** So often damage leaves the same name at most: what comes more often is a command that is only not known here. */
const MOST_ALIKE = 2;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_';

/** A command that parses and is damaged, or a transaction that holds one. */
export interface Flaw extends Stretch {
  /** Its name, where that is what is damaged; undefined where it is the count of its arguments. */
  name: string | undefined;
}

/**
 * Tells names that damage has left from those of commands that are only not known: modules and settings of servers give
 * commands any name, and servers of later releases have more.
 */
export class DamagedNames {
  readonly #seen: Map<string, number> = new Map();

  /** Whether that is so of a name by all that was seen of it. */
  isDamaged(name: string): boolean {
    return this.#seen.get(name)! <= MOST_ALIKE;
  }

  /**
   * Notes that a name was met, and tells whether it may be a damaged one, which more of its kind refute.
   *
   * It is one where one byte makes another command of it that is known, or where it has bytes that no name has. That of a module has
   * a dot, and is what it is.
   *
   * @param name as messages show it: with `\xHH` for bytes that are not printable
   */
  mayBeDamaged(name: string): boolean {
    const seen = this.#seen.get(name);
    if (seen !== undefined) {
      if (seen <= MOST_ALIKE) this.#seen.set(name, seen + 1);
      return seen < MOST_ALIKE;
    }
    if (this.#seen.size >= MOST_NAMES) return false;
    const damaged = name.includes('\\x') || (!name.includes('.') && isNear(name));
    this.#seen.set(name, damaged ? 1 : MOST_ALIKE + 1);
    return damaged;
  }
}

/** Whether a known command has the same name but for a byte. */
function isNear(name: string): boolean {
  // Of a container that is known only its subcommand can be the damaged one.
  for (let i = name.indexOf(' ') + 1; i < name.length; i++) {
    for (const letter of LETTERS) {
      if (commandInfo(name.slice(0, i) + letter + name.slice(i + 1)) !== undefined) return true;
    }
  }
  return false;
}

/** Whether a name is another one but for a byte, which messages may show as four characters. */
export function resembles(name: string, other: string): boolean {
  const bytes = name.replace(/\\x[0-9a-f]{2}/g, '?').toUpperCase();
  if (bytes.length !== other.length) return false;
  let different = 0;
  for (let i = 0; i < other.length; i++) if (bytes[i] !== other[i]) different++;
  return different <= 1;
}
