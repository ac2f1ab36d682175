import type { Args } from '../args.ts';
import { Refusal } from '../outcome.ts';
import { type Answer, type Answers, sizeAt } from './reply.ts';

/** Commands that write only where they are told where to. */
export const sortAnswers: Answers = {
  SORT: storing(2, { LIMIT: 2, BY: 1, GET: 1 }, ['STORE']),
  GEORADIUS: storing(6, { COUNT: 1 }, ['STORE', 'STOREDIST']),
  GEORADIUSBYMEMBER: storing(5, { COUNT: 1 }, ['STORE', 'STOREDIST']),
};

/**
 * How many items the key then has that a word names.
 *
 * @param from where options begin
 * @param skipped how many arguments belong to other options
 */
function storing(from: number, skipped: Readonly<Record<string, number>>, words: readonly string[]): Answer {
  return (s, a) => {
    const to = target(a, from, skipped, words);
    if (to === undefined) {
      throw new Refusal(`has a script that calls ${a.text(0).toUpperCase()} only to read, whose reply is not known`);
    }
    return () => sizeAt(s, a, to);
  };
}

function target(
  a: Args,
  from: number,
  skipped: Readonly<Record<string, number>>,
  words: readonly string[],
): number | undefined {
  let found: number | undefined;
  for (let i = from; i < a.count; i++) {
    if (words.some((word) => a.is(i, word)) && i + 1 < a.count) found = ++i;
    else i += Object.entries(skipped).find(([word]) => a.is(i, word))?.[1] ?? 0;
  }
  return found;
}
