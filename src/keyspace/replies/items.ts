import type { RdbHandler } from '../../rdb/index.ts';
import type { Value } from '../types.ts';
import { type Bytes, copied } from './reply.ts';

/** Thrown by a handler that has seen enough: a value that is shown cannot be told otherwise within a node. */
const ENOUGH: unknown = /* @__PURE__ */ Symbol('enough');

export function enough(): never {
  throw ENOUGH;
}

/** Shows a value to a handler that need not have more than the calls that come before it has `enough`. */
export function showUntilEnough(value: Value, handler: Partial<RdbHandler>): void {
  try {
    for (const _ of value.show(handler as RdbHandler));
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
}

/** Copies of the strings that a value shows, from one up to, and without, another: elements, members, or fields and values. */
export function itemsOf(value: Value, from: number = 0, to: number = Number.POSITIVE_INFINITY): Bytes[] {
  const items: Bytes[] = [];
  let at = 0;
  showUntilEnough(value, {
    count: ignore,
    expiry: ignore,
    bytes: (bytes, start, end) => {
      if (at >= to) enough();
      if (at++ >= from) items.push(copied(bytes, start, end));
    },
  });
  return items;
}

export function ignore(): void {}
