import { ByteOutput } from '../../bytes/index.ts';
import { writeLength, writeLength64, writeNumber } from '../primitives.ts';
import type { KeyMeta, ModulePart } from '../records.ts';
import { CHARSET } from './id.ts';

/** Opcodes between module values (redis: src/rdb.h, RDB_MODULE_OPCODE_*). */
const OPCODES = { sint: 1, uint: 2, float: 3, double: 4, string: 5 } as const;

const KEY_META = 0xf3;

/** The number that stands for a module and the version of its encoding (redis: src/module.c, moduleTypeEncodeId). */
export function moduleId(module: string, version: number): bigint {
  let id = 0n;
  for (const character of module) id = (id << 6n) | BigInt(CHARSET.indexOf(character));
  return (id << 10n) | BigInt(version);
}

/** One value of a module with its opcode, strings excepted. */
export function writePart(
  out: ByteOutput,
  type: 'sint' | 'uint' | 'float' | 'double',
  value: number | bigint,
  bits: bigint | undefined,
): void {
  out.byte(OPCODES[type]);
  if (type === 'sint' || type === 'uint') {
    writeLength64(out, value);
  } else if (type === 'float') {
    writeNumber(out, 4, (view) => {
      if (bits === undefined) view.setFloat32(0, Number(value), true);
      else view.setUint32(0, Number(bits), true);
    });
  } else {
    writeNumber(out, 8, (view) => {
      if (bits === undefined) view.setFloat64(0, Number(value), true);
      else view.setBigUint64(0, bits, true);
    });
  }
}

/** What stands before a string of a module. */
export function writeStringOpcode(out: ByteOutput): void {
  out.byte(OPCODES.string);
}

/** What stands before the bytes of a string of a module. */
export function writeStringHead(out: ByteOutput, length: number): void {
  out.byte(OPCODES.string);
  writeLength(out, length);
}

/** Ends the values of a module. */
export function writePartsEnd(out: ByteOutput): void {
  out.byte(0);
}

/** Metadata of a key, as it stands before the type (redis: src/keymeta.c). */
export function encodeMeta(meta: readonly KeyMeta<Uint8Array<ArrayBuffer>>[]): Uint8Array<ArrayBuffer> {
  const out = new ByteOutput(256);
  out.byte(KEY_META);
  writeLength(out, meta.length);
  for (const one of meta) {
    let spec = 0;
    for (const character of one.class) spec = spec * 64 + CHARSET.indexOf(character);
    spec = spec * 256 + one.version * 8 + one.flags;
    writeNumber(out, 4, (view) => view.setUint32(0, spec, true));
    for (const part of one.parts) writeAnyPart(out, part);
    writePartsEnd(out);
  }
  return out.take();
}

/** One value of a module. */
export function writeAnyPart(out: ByteOutput, part: ModulePart<Uint8Array>): void {
  if (part.type === 'string') {
    writeStringHead(out, part.value.length);
    out.raw(part.value);
  } else {
    const exact = 'exact' in part ? part.exact?.['value'] : undefined;
    writePart(out, part.type, exact ?? part.value, 'bits' in part ? part.bits : undefined);
  }
}
