import type { RedisFileError } from '../errors.ts';
import type { ValueContext } from './context.ts';
import { readFunction, readFunctionPreGa } from './functions.ts';
import type { BytesRecord } from './handler.ts';
import * as op from './opcodes.ts';
import type { Family, SlotImportRecord } from './records.ts';

/** Slots of a cluster. */
const SLOTS = 16384;

/**
 * Records that are read in one go: everything but keys, their attributes, aux fields, and what may be long. Undefined
 * for other opcodes.
 */
export function readSimpleRecord(
  c: ValueContext,
  opcode: number,
  family: Family,
  offset: number,
  db: number,
): BytesRecord | undefined {
  switch (opcode) {
    case op.SELECTDB:
      return { kind: 'selectDb', offset, db: c.length() };
    case op.RESIZEDB:
      return { kind: 'resizeDb', offset, db, keys: c.length(), expires: c.length() };
    case op.FUNCTION2:
      return readFunction(c, offset);
    case op.FUNCTION_PRE_GA:
      return readFunctionPreGa(c, offset);
    case op.SLOT_INFO:
      return { kind: 'slotInfo', offset, slot: c.length(), keys: c.length(), expires: c.length() };
    case op.SLOT_IMPORT:
      return family === 'valkey' ? readSlotImport(c, offset) : undefined;
    default:
      return undefined;
  }
}

/** Opcode 243 of Valkey: `STR job, LEN n, n * (LEN first, LEN last)` (valkey: src/cluster_migrateslots.c). */
function readSlotImport(c: ValueContext, offset: number): SlotImportRecord<Uint8Array<ArrayBuffer>> {
  const record: SlotImportRecord<Uint8Array<ArrayBuffer>> = { kind: 'slotImport', offset, job: c.owned(), ranges: [] };
  const count = c.length();
  if (count > SLOTS) throw c.fail('BAD_LENGTH', `${count} ranges of slots in a slot import, there are ${SLOTS} slots`);
  for (let left = count; left > 0; left--) record.ranges.push([c.length(), c.length()]);
  return record;
}

/** Bytes of the numbers that Dragonfly puts between records. */
const DF_WORD = 8;

/**
 * Passes over what only vendors put between records, and says nothing that a reader needs.
 *
 * @returns false for other bytes; nothing was read then
 */
export function passHint(c: ValueContext, byte: number, family: Family): boolean {
  if (family === 'redis' && (byte === op.ENTERPRISE_LRU || byte === op.ENTERPRISE_SLOT)) {
    // About the key that follows.
    c.length();
    return true;
  }
  if (family !== 'dragonfly') return false;
  if (byte === op.DF_FULLSYNC_END) {
    passZeros(c);
    return true;
  }
  if (byte === op.DF_JOURNAL_OFFSET) {
    c.r.need(DF_WORD);
    c.r.pos += DF_WORD;
    return true;
  }
  if (byte !== op.DF_FLAGS) return false;
  if ((c.r.u32le() & 2) !== 0) c.r.u32le();
  return true;
}

/** Eight bytes of zero stand behind the end of a full sync, but in files of old builds: there a record comes next. */
function passZeros({ r }: ValueContext): void {
  r.need(DF_WORD);
  if (r.bytes.subarray(r.pos, r.pos + DF_WORD).every((byte) => byte === 0)) r.pos += DF_WORD;
}

/** A byte that begins nothing known. */
export function unknownByte(c: ValueContext, byte: number, family: Family, version: number): RedisFileError {
  const where = `${byte} (hex ${byte.toString(16).padStart(2, '0')}) in RDB version ${version} of ${family}`;
  if (byte < op.FIRST_OPCODE) return c.fail('UNKNOWN_TYPE', `unknown value type ${where}`);
  return c.fail('UNKNOWN_OPCODE', `unknown opcode ${where}`);
}
