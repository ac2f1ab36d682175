/** Values that are few and far between: of modules, of other servers, and what keys carry besides their value. */
import type { CronValue, KeyMeta, ModulePart, SbfValue } from '../rdb/index.ts';
import type { JsonText } from './json-text.ts';
import { writeDouble, writeInteger } from './text.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/** A number of a module's value. */
export function writeModuleNumber(
  { out }: JsonText,
  type: string,
  value: number | bigint,
  bits: bigint | undefined,
): void {
  out.text(`{"type":"${type}","value":`);
  if (typeof value === 'bigint') writeInteger(out, value);
  else writeDouble(out, value);
  if (bits !== undefined) out.text(`,"bits":${bits}`);
  out.byte(CLOSE_OBJECT);
}

/** What modules attached to a key. */
export function writeMeta(text: JsonText, meta: readonly KeyMeta<Bytes>[]): void {
  const { out } = text;
  out.text(',"meta":[');
  meta.forEach((one, i) => {
    if (i > 0) out.byte(COMMA);
    out.text(`{"class":${JSON.stringify(one.class)},"version":${one.version},"flags":${one.flags},"data":[`);
    one.parts.forEach((part, n) => {
      if (n > 0) out.byte(COMMA);
      writePart(text, part);
    });
    out.text(']}');
  });
  out.byte(CLOSE_ARRAY);
}

function writePart(text: JsonText, part: ModulePart<Bytes>): void {
  if (part.type === 'string') {
    text.out.text('{"type":"string","value":');
    text.string(part.value);
    text.out.byte(CLOSE_OBJECT);
  } else if ('exact' in part) writeModuleNumber(text, part.type, part.exact?.['value'] ?? part.value, undefined);
  else writeModuleNumber(text, part.type, part.value, 'bits' in part ? part.bits : undefined);
}

export function writeCron(text: JsonText, value: CronValue<Bytes>): void {
  const { out } = text;
  out.text('{"script":');
  text.string(value.script);
  text.integer('start', value.exact?.['start'] ?? value.start);
  text.integer('interval', value.exact?.['interval'] ?? value.interval);
  out.text(',"keys":');
  text.list(value.keys);
  out.text(',"args":');
  text.list(value.args);
  out.byte(CLOSE_OBJECT);
}

export function writeSbf(text: JsonText, value: SbfValue<Bytes>): void {
  const { out } = text;
  out.byte(OPEN_OBJECT);
  (['options', 'growth', 'error', 'previous', 'current', 'max'] as const).forEach((name, i) => {
    out.text(`${i > 0 ? ',' : ''}"${name}":`);
    const exact = value.exact?.[name];
    if (exact === undefined) writeDouble(out, value[name]);
    else writeInteger(out, exact);
  });
  out.text(',"filters":[');
  value.filters.forEach(({ hashes, blob }, i) => {
    out.text(`${i > 0 ? ',' : ''}{"hashes":${hashes},"blob":`);
    text.string(blob);
    out.byte(CLOSE_OBJECT);
  });
  out.text(']}');
}
