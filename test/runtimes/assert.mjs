// @ts-check
/** Assertions that need nothing but the language. */

/** What checks fail with; its message says all, so that its stack need not be shown. */
export class CheckError extends Error {}

/**
 * JSON with the members of objects in order, so that equal things have equal texts; -0 is not 0.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Uint8Array)
    return `<${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
  }
  if (typeof value === 'bigint' || Object.is(value, -0)) return Object.is(value, -0) ? '-0' : `${value}n`;
  return JSON.stringify(value) ?? 'undefined';
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function same(actual, expected, what = '') {
  const [a, e] = [canonical(actual), canonical(expected)];
  if (a === e) return;
  let at = 0;
  while (a[at] === e[at]) at++;
  const from = Math.max(0, at - 40);
  throw new CheckError(`${what && `${what}: `}${a.slice(from, at + 60)} instead of ${e.slice(from, at + 60)}`);
}

/**
 * @param {unknown} condition
 * @param {string} what
 * @returns {asserts condition}
 */
export function holds(condition, what) {
  if (!condition) throw new CheckError(`not so: ${what}`);
}

/**
 * What a call throws, or what the promise that it returns is rejected with.
 *
 * @param {() => unknown} call
 * @returns {Promise<any>}
 */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new CheckError('nothing was thrown');
}
