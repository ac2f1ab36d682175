import type { Args } from '../args.ts';
import type { Handler } from '../dispatch.ts';
import type { Failure, Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { waiting } from '../timeout.ts';

/** How commands take items from the ends of a value: the same for lists and for sorted sets. */
export interface Pops<T> {
  /** The value at the key that argument i is. */
  find(s: Session, a: Args, i: number): T | Failure | undefined;
  /** Takes up to `count` items from one end of it, and the key with the last one. */
  drop(s: Session, a: Args, i: number, value: T, first: boolean, count: number): void;
  /** What the ends are called: that of the first item, and that of the last. */
  ends: readonly [first: string, last: string];
}

/** `key [count]` */
export function pop<T>(pops: Pops<T>, first: boolean): Handler {
  return (s, a) => {
    if (a.count !== 2 && a.count !== 3) return 'SYNTAX';
    const count = a.count === 3 ? a.int(2) : 1;
    if (count === undefined || count < 0) return 'RANGE';
    return popFrom(pops, s, a, 1, 2, first, Number(count));
  };
}

/** `key.. timeout` */
export function blockingPop<T>(pops: Pops<T>, first: boolean): Handler {
  return waiting(-1, (s, a) => (a.count < 3 ? 'SYNTAX' : popFrom(pops, s, a, 1, a.count - 1, first, 1)));
}

/** `numkeys key.. end [COUNT n]`, from argument `at` on. */
export function popMany<T>(pops: Pops<T>, at: number): Handler {
  return (s, a) => {
    const keys = at < a.count ? a.int(at) : undefined;
    if (typeof keys !== 'number' || keys < 1) return 'RANGE';
    const where = at + 1 + keys;
    if (where >= a.count) return 'SYNTAX';
    const first = a.is(where, pops.ends[0]);
    if (!first && !a.is(where, pops.ends[1])) return 'SYNTAX';
    let count: number | bigint | undefined = 1;
    if (a.count > where + 1) {
      if (a.count !== where + 3 || !a.is(where + 1, 'COUNT')) return 'SYNTAX';
      count = a.int(where + 2);
      if (count === undefined || count < 1) return 'RANGE';
    }
    return popFrom(pops, s, a, at + 1, where, first, Number(count));
  };
}

/** From the first of the keys that is there; one of another type before it is an error. */
function popFrom<T>(pops: Pops<T>, s: Session, a: Args, from: number, to: number, first: boolean, n: number): Outcome {
  for (let i = from; i < to; i++) {
    const value = pops.find(s, a, i);
    if (typeof value === 'string') return value as Failure;
    if (value === undefined) continue;
    pops.drop(s, a, i, value as T, first, n);
    return undefined;
  }
  return undefined;
}
