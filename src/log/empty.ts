/** Types of a count of items, or of nodes, that comes first. */
const COUNTED: ReadonlySet<number> = /* @__PURE__ */ new Set([1, 2, 3, 4, 5, 14, 18]);
/** Types that are one ziplist, or one listpack, and the length that an empty one has. */
const PACKED: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [10, 11],
  [12, 11],
  [13, 11],
  [16, 7],
  [17, 7],
  [20, 7],
]);

/** Whether a value as it is stored is a collection without items. */
export function isEmptyValue(typeId: number, pieces: readonly Uint8Array[]): boolean {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const first = pieces.find((piece) => piece.length > 0)?.[0];
  if (COUNTED.has(typeId)) return size === 1 && first === 0;
  const empty = PACKED.get(typeId);
  // Behind its length, which is one byte here.
  return empty !== undefined && size === empty + 1 && first === empty;
}
