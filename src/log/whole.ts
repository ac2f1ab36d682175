import { putDecimal } from '../bytes/index.ts';
import { RespBuffer } from '../resp/index.ts';

/**
 * A string that is needed again after its call returned, or that must be whole although it comes in pieces. Members of
 * sorted sets are such, as their score stands before them in a command, and names of fields.
 */
export class WholeString {
  readonly buffer: RespBuffer = new RespBuffer(256);

  set(bytes: Uint8Array, start: number, end: number): void {
    this.buffer.length = 0;
    this.buffer.append(bytes, start, end);
  }

  setInteger(value: number): void {
    this.buffer.length = putDecimal(value, this.buffer.bytes, 0);
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    this.buffer.append(bytes, start, end);
  }

  clear(): void {
    this.buffer.length = 0;
  }
}
