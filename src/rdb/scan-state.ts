import type { ScanFrame } from './handler.ts';
import { opcodeName } from './opcodes.ts';

/** What comes next in the file. */
export const FRAME = 0;
export const HEADER = 1;
export const OPCODE = 2;
export const VALUE = 3;
export const META = 4;
export const RECORD = 5;
export const TRAILER = 6;
export const MARK = 7;
export const TYPE = 8;
export const DONE = 9;

/**
 * What is being read, in words.
 *
 * @param opcode the byte that began the record, -1 for none
 * @param isType it is the type of a value
 * @param long what reads a record that may be long
 */
export function phaseOf(
  state: number,
  opcode: number,
  isType: boolean,
  frame: ScanFrame,
  long: { phase: string } | undefined,
): string {
  switch (state) {
    case FRAME:
    case HEADER:
      return 'the header';
    case OPCODE:
      if (opcode < 0) return 'the next record';
      return isType ? 'the name of a key' : opcodeName(opcode);
    case VALUE:
      return `the value of a ${frame.type} (${frame.encoding})`;
    case META:
      return 'the metadata of a key';
    case RECORD:
      return long!.phase;
    case TYPE:
      return 'a value type';
    default:
      return 'the checksum';
  }
}
