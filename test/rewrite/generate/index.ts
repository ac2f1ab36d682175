/**
 * Random commands of every family that a server of 7.0 has. Each seed has families that it prefers, as commands of one
 * family meet more often where there are few others.
 */
import { arityFits, findCommand } from '../../../src/index.ts';
import type { Command } from '../servers.ts';
import { type ArgumentOptions, Arguments, choose, type Entry } from './arguments.ts';
import { HASHES, LISTS, SETS } from './collections.ts';
import { GENERIC, SERVER } from './generic.ts';
import { STREAMS } from './streams.ts';
import { BITS, HLLS, STRINGS } from './strings.ts';
import { GEO, ZSETS } from './zsets.ts';

export type { ArgumentOptions } from './arguments.ts';

const TYPES: Readonly<Record<string, readonly Entry[]>> = {
  strings: STRINGS,
  bits: BITS,
  hlls: HLLS,
  lists: LISTS,
  sets: SETS,
  hashes: HASHES,
  zsets: ZSETS,
  geo: GEO,
  streams: STREAMS,
};

/** Wait for a key, on a connection that may. */
const BLOCKING = /^(?:BLPOP|BRPOP|BLMOVE|BRPOPLPUSH|BLMPOP|BZPOPMIN|BZPOPMAX|BZMPOP|XREADGROUP)$/;

export interface Generated {
  commands: Command[];
  /** Scores that are distances are among it. */
  distances: boolean;
}

/** Commands of a seed: the same ones each time, as long as the payloads are the same. */
export function generate(seed: number, count: number, options: ArgumentOptions): Generated {
  const g = new Arguments(seed, options);
  // A few families have most of it.
  const families = [
    ...Object.entries(TYPES).map(([name, entries]) => ({ name, entries, weight: g.pick([1, 1, 2, 8, 30]) })),
    { name: 'generic', entries: GENERIC, weight: g.pick([4, 8, 25]) },
    { name: 'server', entries: SERVER, weight: g.pick([1, 2, 6]) },
  ].filter(({ name }) => options.families?.includes(name) ?? true);
  const total = families.reduce((sum, { weight }) => sum + weight, 0);
  const one = (): Command => {
    for (;;) {
      let left = g.random.below(total);
      const family = families.find(({ weight }) => {
        left -= weight;
        return left < 0;
      })!;
      const [name, ...rest] = choose(g, family.entries);
      const command = [g.word(name!), ...rest];
      // Too few arguments end a server that finds them in a log. Those that are too many it does not see.
      if (options.direct && !arityFits(command)) continue;
      return g.chance(1) && findCommand(command)!.arity > 0 ? [...command, g.value()] : command;
    }
  };
  const commands: Command[] = [];
  while (commands.length < count) {
    if (g.chance(6)) commands.push(...transaction(g, one));
    else {
      const command = one();
      if (!options.direct && BLOCKING.test(command[0]!.toUpperCase())) commands.push(['MULTI'], command, ['EXEC']);
      else commands.push(command);
    }
  }
  return { commands, distances: g.distances };
}

function transaction(g: Arguments, one: () => Command): Command[] {
  const inside = Array.from({ length: g.between(0, 5) }, one);
  // Errors that servers ignore in a log.
  if (g.direct && g.chance(10)) inside.push(g.pick([['MULTI'], ['WATCH', 'k'], ['EXEC'], ['UNWATCH']]));
  if (!g.direct && g.chance(5)) return [['MULTI'], ...inside, ['DISCARD']];
  return [[g.word('MULTI')], ...inside, [g.word('EXEC')]];
}
