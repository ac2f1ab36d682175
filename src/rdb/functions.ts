import { latin1 } from '../bytes/index.ts';
import type { ValueContext } from './context.ts';
import type { FunctionRecord } from './records.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Opcode 245: `STR source` (redis: src/rdb.c, rdbFunctionLoad). */
export function readFunction(c: ValueContext, offset: number): FunctionRecord<Bytes> {
  const code = c.ownedCode();
  return { kind: 'function', offset, ...libraryHead(code), code };
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

/** Name and engine of a library, from its first line `#!engine name=library`. */
export function libraryHead(code: Uint8Array): { name: string | undefined; engine: string | undefined } {
  const end = code.indexOf(10);
  const line = latin1(code, 0, end < 0 ? code.length : end);
  const engine = /^#!(\S+)/.exec(line)?.[1];
  const name = /\sname=(?:"([^"]*)"|'([^']*)'|(\S+))/.exec(line);
  return { name: name?.[1] ?? name?.[2] ?? name?.[3], engine };
}
