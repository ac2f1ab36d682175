/** Stands for vitest where helpers of the tests are used without it. */
export const describe = undefined;
export const it = undefined;
