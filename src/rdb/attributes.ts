import type { ValueContext } from './context.ts';
import type { ScanFrame } from './handler.ts';
import * as op from './opcodes.ts';

/**
 * What stands before a key and says something of it: when it goes, and how it was used (redis: src/rdb.c,
 * rdbLoadRioWithLoadingCtx).
 *
 * @returns false for an opcode that is no attribute; nothing was read then
 */
export function readAttribute(c: ValueContext, opcode: number, frame: ScanFrame): boolean {
  switch (opcode) {
    case op.EXPIRETIME:
      // Writers cut the time to 32 bits; read unsigned it is what they held, until the year 2106.
      frame.expiresAt = c.r.u32le() * 1000;
      return true;
    case op.EXPIRETIME_MS: {
      const at = c.r.i64le();
      // Servers take -1 as "never"; other times before 1970 have passed.
      frame.expiresAt = at === -1 ? undefined : at;
      return true;
    }
    case op.IDLE:
      frame.idle = c.length();
      return true;
    case op.FREQ:
      frame.freq = c.r.u8();
      return true;
    default:
      return false;
  }
}

/** The next key begins with none. */
export function clearAttributes(frame: ScanFrame): void {
  frame.expiresAt = frame.idle = frame.freq = frame.meta = undefined;
}
