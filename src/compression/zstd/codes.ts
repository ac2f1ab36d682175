import { buildFseTable, type FseTable } from './fse.ts';

/** One of the three kinds of codes that a sequence is made of (RFC 8878, 3.1.1.3.2). */
export interface CodeKind {
  readonly name: string;
  /** Largest accuracy of a table of its own. */
  readonly maxLog: number;
  readonly maxSymbol: number;
  /** The table for blocks that bring none. */
  readonly standard: FseTable;
}

/** Extra bits of each code (RFC 8878, 3.1.1.3.2.1.1). */
const LITERAL_LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
];
const MATCH_LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
];

/** Literal lengths by their code: base << 8 | extra bits. */
export const LITERAL_LENGTHS: Int32Array<ArrayBuffer> = /* @__PURE__ */ withBases(LITERAL_LENGTH_BITS, 0);
/** Match lengths by their code: base << 8 | extra bits; the shortest match is 3. */
export const MATCH_LENGTHS: Int32Array<ArrayBuffer> = /* @__PURE__ */ withBases(MATCH_LENGTH_BITS, 3);

/** The tables of RFC 8878, 3.1.1.3.2.2: how often each code occurs among 64, 64 and 32; -1 is "less than once". */
export const LITERAL_LENGTH: CodeKind = /* @__PURE__ */ kind(
  'literal length',
  9,
  35,
  6,
  [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
);
export const MATCH_LENGTH: CodeKind = /* @__PURE__ */ kind(
  'match length',
  9,
  52,
  6,
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ],
);
export const OFFSET: CodeKind = /* @__PURE__ */ kind(
  'offset',
  8,
  31,
  5,
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
);

function kind(name: string, maxLog: number, maxSymbol: number, log: number, counts: number[]): CodeKind {
  return { name, maxLog, maxSymbol, standard: buildFseTable(counts, log) };
}

/** Each base follows from the one before it. */
function withBases(bits: readonly number[], first: number): Int32Array<ArrayBuffer> {
  let base = first;
  return Int32Array.from(bits, (extra) => {
    const word = (base << 8) | extra;
    base += 1 << extra;
    return word;
  });
}
