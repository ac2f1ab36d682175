import { setExact } from '../bytes/index.ts';
import type { BytesRecord } from './handler.ts';
import type { CronValue, GcraValue, ModulePart, RdbRecord, SbfValue } from './records.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Makes a string of what the caller asked for out of bytes. */
export type ToString = (bytes: Bytes) => Bytes | string;

/** A record that is not about a key, with its strings in the form that the caller wants. */
export function convertRecord(record: BytesRecord, make: ToString): RdbRecord<Bytes | string> {
  switch (record.kind) {
    case 'aux':
      return { ...record, value: make(record.value) };
    case 'function': {
      const { description, ...rest } = record;
      const made = { ...rest, code: make(record.code) };
      return description === undefined ? made : { ...made, description: make(description) };
    }
    case 'moduleAux':
      return { ...record, parts: record.parts === undefined ? undefined : convertParts(record.parts, make) };
    case 'hashTemplate':
      return { ...record, fields: record.fields.map(make) };
    case 'slotImport':
      return { ...record, job: make(record.job) };
    default:
      return record;
  }
}

/** Module values with their strings in the form that the caller wants. */
export function convertParts(parts: ModulePart<Bytes>[], make: ToString): ModulePart<Bytes | string>[] {
  return parts.map((part) => (part.type === 'string' ? { type: 'string', value: make(part.value) } : part));
}

export function convertCron(value: CronValue<Bytes>, make: ToString): CronValue<Bytes | string> {
  return { ...value, script: make(value.script), keys: value.keys.map(make), args: value.args.map(make) };
}

export function convertSbf(value: SbfValue<Bytes>, make: ToString): SbfValue<Bytes | string> {
  return { ...value, filters: value.filters.map(({ hashes, blob }) => ({ hashes, blob: make(blob) })) };
}

export function convertGcra(tat: number | bigint): GcraValue {
  const value: GcraValue = { tat: 0 };
  setExact(value, 'tat', tat);
  return value;
}
