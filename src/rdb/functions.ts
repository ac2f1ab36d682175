import { ascii, concat, latin1 } from '../bytes/index.ts';
import type { ValueContext } from './context.ts';
import { parseLibraryHead } from './library-head.ts';
import type { FunctionRecord } from './records.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const HASH = 0x23;
const BANG = 0x21;

/** Opcode 245: `STR source` (redis: src/rdb.c, rdbFunctionLoad). */
export function readFunction(c: ValueContext, offset: number): FunctionRecord<Bytes> {
  const code = c.ownedCode();
  const head = parseLibraryHead(code);
  return { kind: 'function', offset, name: head?.name, engine: head?.engine, code };
}

/** Opcode 246, in release candidates of 7.0: `STR name, STR engine, LEN has, [STR description], STR code`. */
export function readFunctionPreGa(c: ValueContext, offset: number): FunctionRecord<Bytes> {
  const name = latin1(c.owned());
  const engine = latin1(c.owned());
  const description = c.length() > 0 ? c.owned() : undefined;
  const record: FunctionRecord<Bytes> = { kind: 'function', offset, name, engine, code: c.ownedCode() };
  if (description !== undefined) record.description = description;
  return record;
}

/** The source as servers have it now: release candidates of 7.0 stored apart what is its first line. */
export function wholeLibrary({ name, engine, code }: Pick<FunctionRecord<Bytes>, 'name' | 'engine' | 'code'>): Bytes {
  if (name === undefined || (code[0] === HASH && code[1] === BANG)) return code;
  return concat([ascii(`#!${(engine ?? 'lua').toLowerCase()} name=${name}\n`), code]);
}
