/**
 * A larger array that begins with what is in `array`, for one that has become too small: twice as long, so that the cost
 * of many steps stays linear, or longer where more is needed.
 *
 * @param atLeast length that is needed
 */
export function grown<T extends Uint8Array | Int32Array | Uint32Array>(array: T, atLeast: number = 0): T {
  const Same = array.constructor as new (length: number) => T;
  const larger = new Same(Math.max(2 * array.length, atLeast));
  larger.set(array);
  return larger;
}
