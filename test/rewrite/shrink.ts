/** Makes a failing list of commands small: first by halves, then one by one. */
import { arityFits } from '../../src/index.ts';
import type { Command } from './servers.ts';

const is = (command: Command, name: string): boolean => command[0]!.toUpperCase() === name;

/** No transaction is left open, in which all that follows would vanish. */
function closed(commands: readonly Command[]): boolean {
  let open = false;
  for (const command of commands) {
    if (is(command, 'EXEC')) open = false;
    else if (is(command, 'MULTI')) open = true;
  }
  return !open;
}

export interface ShrinkOptions {
  /** When to stop looking, in ms from now. */
  timeout: number;
}

/**
 * A list that still fails, and of which nothing can be left out without it failing no more, as far as there was time.
 *
 * @param fails whether a list fails; it is asked for many
 */
export async function shrink(
  commands: readonly Command[],
  fails: (commands: readonly Command[]) => Promise<boolean>,
  { timeout }: ShrinkOptions,
): Promise<readonly Command[]> {
  const until = Date.now() + timeout;
  let best = commands;
  const attempt = async (candidate: readonly Command[]): Promise<boolean> => {
    if (Date.now() > until || !closed(candidate) || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.ceil(best.length / 2); size >= 1; ) {
    let shorter = false;
    // From the end: what comes later is needed by less.
    for (let at = Math.max(0, best.length - size); ; at -= size) {
      const from = Math.max(0, at);
      if (await attempt([...best.slice(0, from), ...best.slice(from + size)])) shorter = true;
      if (from === 0 || Date.now() > until) break;
    }
    if (Date.now() > until) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shorter) break;
  }
  // MULTI and EXEC stand apart, and go together.
  for (let from = best.length - 1; from >= 0 && Date.now() < until; from--) {
    if (!is(best[from]!, 'MULTI')) continue;
    const to = best.findIndex((command, at) => at > from && is(command, 'EXEC'));
    if (to > 0) await attempt(best.filter((_, at) => at !== from && at !== to));
  }
  return await shortArguments(best, attempt, () => best);
}

/** Drops arguments of commands with many of them. */
async function shortArguments(
  commands: readonly Command[],
  attempt: (candidate: readonly Command[]) => Promise<boolean>,
  best: () => readonly Command[],
): Promise<readonly Command[]> {
  for (let i = 0; i < commands.length; i++) {
    for (let size = commands[i]!.length >> 1; size >= 2; size >>= 1) {
      for (let at = best()[i]!.length - size; at > 2; at -= size) {
        const command = best()[i]!;
        const shorter = [...command.slice(0, at), ...command.slice(at + size)];
        // Too few arguments end a server that finds them in a log.
        if (!arityFits(shorter)) continue;
        await attempt(best().map((one, index) => (index === i ? shorter : one)));
      }
    }
  }
  return best();
}
