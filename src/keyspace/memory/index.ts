export { ByteMap } from './byte-map.ts';
export { compareBytes, copyBytes, sameBytes } from './bytes.ts';
export { Spot } from './entry.ts';
export { Heap } from './heap.ts';
