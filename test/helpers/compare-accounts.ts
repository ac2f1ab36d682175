/** Tells how two accounts differ. */
import type { Account } from './account.ts';

export interface AccountComparison {
  /** How far two times may be from each other, in ms; 0 by default. Only for logs with times that count from the load. */
  slack?: number;
  /** What the expected account may not know; else it must be complete. */
  unknown?: readonly ('expiresAt' | 'maxDeletedId' | 'entriesAdded' | 'groups' | 'entriesRead' | 'idmp')[];
  /** How far scores may be from each other, as a part of them; 0 by default. Only for distances. */
  scoreSlack?: number;
}

/** Differences that are told; one is enough to be wrong. */
const MOST = 12;

function show(value: unknown): string {
  const out = value === undefined ? 'nothing' : JSON.stringify(value);
  return out.length > 300 ? `${out.slice(0, 280)}... (${out.length} characters)` : out;
}

/** What an item of an array is called: of the pairs of a sorted set the second is a score. */
function itemName(array: string, index: number): string {
  if (array === 'zset') return 'pair';
  return array === 'pair' && index === 1 ? 'score' : array;
}

/** Sentences; none where both are equal. */
export function compareAccounts(actual: Account, expected: Account, options: AccountComparison = {}): string[] {
  const out: string[] = [];
  const slack = BigInt(options.slack ?? 0);
  const unknown = new Set<string>(options.unknown);
  const near = (a: unknown, e: unknown): boolean => {
    if (slack === 0n || typeof a !== 'string' || typeof e !== 'string') return false;
    const distance = BigInt(a) - BigInt(e);
    return distance <= slack && distance >= -slack;
  };
  const nearScore = (a: unknown, e: unknown): boolean =>
    options.scoreSlack !== undefined && Math.abs(Number(a) - Number(e)) <= options.scoreSlack * Math.abs(Number(e));
  const walk = (where: string, name: string, a: unknown, e: unknown): void => {
    if (a === e || out.length >= MOST) return;
    if (e === undefined && unknown.has(name)) return;
    if (Array.isArray(a) && Array.isArray(e)) {
      if (a.length !== e.length)
        out.push(`${where}: ${a.length} items instead of ${e.length}: ${show(a)} instead of ${show(e)}`);
      else for (let i = 0; i < e.length; i++) walk(`${where}[${i}]`, itemName(name, i), a[i], e[i]);
    } else if (typeof a === 'object' && typeof e === 'object' && a !== null && e !== null) {
      const left = a as Record<string, unknown>;
      const right = e as Record<string, unknown>;
      for (const one of new Set([...Object.keys(left), ...Object.keys(right)])) {
        walk(`${where}.${one}`, one === 'value' && right['type'] === 'zset' ? 'zset' : one, left[one], right[one]);
      }
    } else if ((name === 'expiresAt' || name === 'time') && near(a, e)) {
      // They count from two loads.
    } else if (name === 'score' && nearScore(a, e)) {
      // A distance.
    } else out.push(`${where}: ${show(a)} instead of ${show(e)}`);
  };
  walk('functions', 'functions', actual.functions, expected.functions);
  const ids = new Set([...expected.keys.keys(), ...actual.keys.keys()]);
  for (const id of ids) {
    const space = id.indexOf(' ');
    const where = `db ${id.slice(0, space)} key ${JSON.stringify(id.slice(space + 1))}`;
    const a = actual.keys.get(id);
    const e = expected.keys.get(id);
    if (a === undefined || e === undefined) out.push(`${where}: ${show(a)} instead of ${show(e)}`);
    else walk(where, 'key', a, e);
    if (out.length >= MOST) break;
  }
  return out;
}
