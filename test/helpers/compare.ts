/**
 * Compares what `ndjson` says with what it must say. Every function returns the differences as sentences; an empty
 * list means equal.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { formatJson, isObject, type Json, type JsonObject, members } from './json.ts';

/** A text, or what stands for a long one. */
export type ExpectedText = string | { length: number; sha256: string };

export interface ExpectedGroup {
  name: string;
  lastDeliveredId: string;
  entriesRead?: number | null;
  pending: { id: string; consumer?: string; deliveryTime: number; deliveryCount: number }[];
  nacked?: string[];
  consumers: { name: string; seenTime: number; activeTime?: number }[];
}

/** A stream as a server reports it; what the version does not store is absent. */
export interface ExpectedStream {
  entries: { id: string; fields: [string, string][] }[];
  length: number;
  lastId: string;
  firstId?: string;
  maxDeletedId?: string;
  entriesAdded?: number;
  groups: ExpectedGroup[];
  idmp?: {
    duration: number;
    maxEntries: number;
    producerCount: number;
    entryCount: number;
    added: number;
    duplicates: number;
  };
}

/** One key as a server holds it. Strings have one character per byte. */
export interface ExpectedKey {
  db: number;
  key: string;
  type: string;
  /** What the file may store this value as. */
  encodings?: string[];
  expiresAt?: number | bigint;
  /**
   * string: text; list: texts in order; set: members sorted; zset: [member, score as the server prints it] sorted by
   * member; hash: [field, text] sorted by field.
   */
  value?: ExpectedText | ExpectedText[] | string[] | [string, string][] | [string, ExpectedText][] | ExpectedStream;
  /** Sorted by field. */
  fieldExpiresAt?: [string, number][];
  /** DUMP payload in base64, of types that no command shows whole. */
  dump?: string;
}

export interface ExpectedDataset {
  source: string;
  family: string;
  version: number;
  functions: string[];
  /** Sorted by db and key. */
  keys: ExpectedKey[];
}

export interface CompareOptions {
  /** Saved under an LFU policy: every key has a counter. */
  freq?: boolean;
  /** Saved with `rdbcompression no`: no string is stored as LZF. */
  compressed?: boolean;
  /** DUMP payload to the JSON of a key (`type`, `encoding`, `value`...). Needed where the dataset holds payloads. */
  decodeDump?: (payload: Uint8Array) => JsonObject;
}

const corpusFolder = new URL('../../fixtures/corpus/', import.meta.url);

/** Options that follow from the name of a dump in `fixtures/corpus`. */
export function optionsOf(name: string): CompareOptions {
  return { freq: name.endsWith('.lfu'), compressed: !name.endsWith('.nocompress') };
}

/** What is expected of `fixtures/corpus/NAME.rdb`. */
export function readExpected(name: string): ExpectedDataset {
  const file = new URL(`${name.replace(/\.(lfu|nocompress)$/, '')}.expected.json.gz`, corpusFolder);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as ExpectedDataset;
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = formatJson(value);
  return text.length > 120 ? `${text.slice(0, 100)}... (${text.length} characters)` : text;
}

function id(db: Json | undefined, key: Json | undefined): string {
  return `db ${show(db)} key ${show(key)}`;
}

class Differences {
  readonly list: string[] = [];

  add(where: string, actual: Json | undefined, expected: Json | undefined): void {
    this.list.push(`${where}: ${show(actual)} instead of ${show(expected)}`);
  }

  /** Equal numbers, texts, booleans; a number equals the bigint of the same value. */
  same(where: string, actual: Json | undefined, expected: Json | undefined): void {
    const equal =
      typeof actual === 'bigint' || typeof expected === 'bigint'
        ? isNumber(actual) && isNumber(expected) && BigInt(actual) === BigInt(expected)
        : Object.is(actual, expected);
    if (!equal) this.add(where, actual, expected);
  }

  /** An object with these members, no other, none twice. */
  names(where: string, actual: Json | undefined, expected: readonly string[]): actual is JsonObject {
    if (!isObject(actual)) {
      this.list.push(`${where}: ${show(actual)} instead of an object`);
      return false;
    }
    const seen = new Set<string>();
    for (const [name] of members(actual)) {
      if (seen.has(name)) this.list.push(`${where}: "${name}" stands twice`);
      else if (!expected.includes(name)) this.list.push(`${where}: has "${name}", which it must not have`);
      seen.add(name);
    }
    for (const name of expected) if (!seen.has(name)) this.list.push(`${where}: has no "${name}"`);
    return true;
  }

  array(where: string, actual: Json | undefined, length: number): actual is Json[] {
    if (!Array.isArray(actual)) {
      this.list.push(`${where}: ${show(actual)} instead of an array`);
      return false;
    }
    if (actual.length !== length) this.list.push(`${where}: ${actual.length} items instead of ${length}`);
    return true;
  }

  /** A text of bytes, equal to what is expected. */
  text(where: string, actual: Json | undefined, expected: ExpectedText): void {
    if (typeof actual !== 'string') {
      this.list.push(`${where}: ${show(actual)} instead of a string`);
      return;
    }
    if (!isLatin1(actual)) this.list.push(`${where}: has characters that are not bytes`);
    if (typeof expected === 'string') this.same(where, actual, expected);
    else {
      const sha256 = createHash('sha256').update(Buffer.from(actual, 'latin1')).digest('hex');
      this.same(`${where} (length)`, actual.length, expected.length);
      this.same(`${where} (SHA-256)`, sha256, expected.sha256);
    }
  }
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0));
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false;
  return true;
}

/** A score of JSON as a double; undefined when it is none. */
function score(value: Json | undefined): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const double = Number(value);
    return Number.isFinite(double) ? double : undefined;
  }
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  if (value === '-inf') return Number.NEGATIVE_INFINITY;
  return value === 'nan' ? Number.NaN : undefined;
}

/** A score as a server prints it. */
function printedScore(text: string): number {
  if (/^-?inf$/.test(text)) return text === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (/^-?nan$/.test(text)) return Number.NaN;
  if (!/^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$/.test(text)) throw new Error(`not a score: ${text}`);
  return Number(text);
}

function byName(a: [string, unknown], b: [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** Objects of an array by the text of one member; the array must hold each once. */
function byMember(out: Differences, where: string, list: Json, name: string): Map<string, JsonObject> {
  const map = new Map<string, JsonObject>();
  if (!Array.isArray(list)) out.list.push(`${where}: ${show(list)} instead of an array`);
  else {
    for (const item of list) {
      const text = isObject(item) ? item[name] : undefined;
      if (!isObject(item) || typeof text !== 'string') out.list.push(`${where}: ${show(item)} has no text "${name}"`);
      else if (map.has(text)) out.list.push(`${where}: ${show(text)} stands twice`);
      else map.set(text, item);
    }
  }
  return map;
}

/** Both ways: calls `compare` for what both have, reports what only one has. */
function matched<T>(
  out: Differences,
  where: string,
  actual: Map<string, T>,
  expected: string[],
  compare: (name: string, item: T, index: number) => void,
): void {
  const wanted = new Set(expected);
  if (wanted.size !== expected.length) throw new Error(`${where}: the expectation repeats itself`);
  for (const name of actual.keys()) if (!wanted.has(name)) out.list.push(`${where}: ${show(name)} is too much`);
  expected.forEach((name, index) => {
    const item = actual.get(name);
    if (item === undefined) out.list.push(`${where}: ${show(name)} is missing`);
    else compare(name, item, index);
  });
}

function compareHash(out: Differences, where: string, actual: Json, expected: [string, ExpectedText][]): void {
  if (!isObject(actual)) {
    out.list.push(`${where}: ${show(actual)} instead of an object`);
    return;
  }
  const map = new Map<string, Json>();
  for (const [field, value] of members(actual)) {
    if (map.has(field)) out.list.push(`${where}: ${show(field)} stands twice`);
    map.set(field, value);
  }
  const fields = expected.map(([field]) => field);
  matched(out, where, map, fields, (field, value, i) => out.text(`${where} ${show(field)}`, value, expected[i]![1]));
}

function compareZset(out: Differences, where: string, actual: Json, expected: [string, string][]): void {
  const map = byMember(out, where, actual, 'member');
  const names = expected.map(([member]) => member);
  matched(out, where, map, names, (member, item, i) => {
    const at = `${where} ${show(member)}`;
    out.names(at, item, ['member', 'score']);
    const text = expected[i]![1];
    // also tells -0 from 0
    if (!Object.is(score(item['score']), printedScore(text))) out.add(`${at} score`, item['score'], text);
  });
}

function comparePlain(out: Differences, where: string, actual: Json | undefined, expected: object): void {
  if (!out.names(where, actual, Object.keys(expected))) return;
  for (const [name, value] of Object.entries(expected)) out.same(`${where} ${name}`, actual[name], value as Json);
}

function compareGroup(out: Differences, where: string, actual: JsonObject, expected: ExpectedGroup): void {
  out.names(where, actual, Object.keys(expected));
  out.same(`${where} lastDeliveredId`, actual['lastDeliveredId'], expected.lastDeliveredId);
  out.same(`${where} entriesRead`, actual['entriesRead'], expected.entriesRead);
  const pending = actual['pending'];
  if (out.array(`${where} pending`, pending, expected.pending.length)) {
    expected.pending.forEach((entry, i) => {
      comparePlain(out, `${where} pending ${i}`, pending[i], entry);
    });
  }
  const { nacked } = expected;
  if (nacked !== undefined && out.array(`${where} nacked`, actual['nacked'], nacked.length)) {
    // a server does not tell their order
    const ids = [...(actual['nacked'] as Json[])].map((item) => show(item)).sort();
    const wanted = nacked.map((item) => show(item)).sort();
    out.same(`${where} nacked`, ids.join(' '), wanted.join(' '));
  }
  const consumers = byMember(out, `${where} consumers`, actual['consumers'] ?? null, 'name');
  const names = expected.consumers.map((consumer) => consumer.name);
  matched(out, `${where} consumers`, consumers, names, (name, item, i) => {
    comparePlain(out, `${where} consumer ${show(name)}`, item, expected.consumers[i]!);
  });
}

function compareIdmp(
  out: Differences,
  where: string,
  actual: Json | undefined,
  expected: NonNullable<ExpectedStream['idmp']>,
  entries: ExpectedStream['entries'],
): void {
  if (!out.names(where, actual, ['duration', 'maxEntries', 'producers', 'added', 'duplicates'])) return;
  for (const name of ['duration', 'maxEntries', 'added', 'duplicates'] as const) {
    out.same(`${where} ${name}`, actual[name], expected[name]);
  }
  const producers = actual['producers'];
  if (!out.array(`${where} producers`, producers, expected.producerCount)) return;
  const ids = new Set(entries.map((entry) => entry.id));
  let count = 0;
  for (const producer of producers) {
    if (!out.names(`${where} producer`, producer, ['id', 'entries'])) continue;
    if (typeof producer['id'] !== 'string') out.list.push(`${where} producer: no id`);
    const list = producer['entries'];
    if (!Array.isArray(list)) {
      out.list.push(`${where} producer: ${show(list)} instead of an array`);
      continue;
    }
    for (const entry of list) {
      count++;
      if (!out.names(`${where} producer entry`, entry, ['iid', 'id'])) continue;
      if (typeof entry['iid'] !== 'string') out.list.push(`${where} producer entry: no iid`);
      if (!ids.has(String(entry['id']))) out.list.push(`${where} producer entry: no entry ${show(entry['id'])}`);
    }
  }
  out.same(`${where} entries of all producers`, count, expected.entryCount);
}

function compareStream(out: Differences, where: string, actual: Json, expected: ExpectedStream): void {
  if (!out.names(where, actual, Object.keys(expected))) return;
  for (const name of ['length', 'lastId', 'firstId', 'maxDeletedId', 'entriesAdded'] as const) {
    if (name in expected) out.same(`${where} ${name}`, actual[name], expected[name]);
  }
  const entries = actual['entries'];
  if (out.array(`${where} entries`, entries, expected.entries.length)) {
    expected.entries.forEach((entry, i) => {
      const at = `${where} entry ${entry.id}`;
      const item = entries[i];
      if (!out.names(at, item, ['id', 'fields'])) return;
      out.same(`${at} id`, item['id'], entry.id);
      const fields = item['fields'];
      if (!out.array(`${at} fields`, fields, entry.fields.length)) return;
      entry.fields.forEach(([field, value], j) => {
        const pair = fields[j];
        if (!out.array(`${at} field ${j}`, pair, 2)) return;
        out.text(`${at} field ${j} name`, pair[0], field);
        out.text(`${at} field ${j} value`, pair[1], value);
      });
    });
  }
  const groups = byMember(out, `${where} groups`, actual['groups'] ?? null, 'name');
  const names = expected.groups.map((group) => group.name);
  matched(out, `${where} groups`, groups, names, (name, group, i) => {
    compareGroup(out, `${where} group ${show(name)}`, group, expected.groups[i]!);
  });
  if (expected.idmp) compareIdmp(out, `${where} idmp`, actual['idmp'], expected.idmp, expected.entries);
}

/** One key: an object of `ndjson --escape latin1` and what the server said. */
export function compareKey(actual: JsonObject, expected: ExpectedKey, options: CompareOptions = {}): string[] {
  const out = new Differences();
  const where = id(expected.db, expected.key);
  out.same(`${where} db`, actual['db'], expected.db);
  out.text(`${where} key`, actual['key'], expected.key);
  out.same(`${where} type`, actual['type'], expected.type);

  let payload: JsonObject | undefined;
  if (expected.dump !== undefined) {
    if (options.decodeDump === undefined) out.list.push(`${where}: cannot be compared without decodeDump`);
    else payload = options.decodeDump(new Uint8Array(Buffer.from(expected.dump, 'base64')));
  }

  const names = ['db', 'key', 'type', 'encoding', 'value'];
  if (expected.expiresAt !== undefined) names.push('expiresAt');
  if (expected.fieldExpiresAt !== undefined) names.push('fieldExpiresAt');
  if (options.freq) names.push('freq');
  if (payload && 'insertIndex' in payload) names.push('insertIndex');
  out.names(where, actual, names);

  if (expected.expiresAt !== undefined) out.same(`${where} expiresAt`, actual['expiresAt'], expected.expiresAt);
  if (options.freq) {
    const freq = actual['freq'];
    if (!isNumber(freq) || freq < 0 || freq > 255) out.list.push(`${where} freq: ${show(freq)}`);
  }
  if (expected.encodings !== undefined) {
    const allowed = expected.encodings.filter((name) => options.compressed !== false || name !== 'lzf');
    const encoding = actual['encoding'];
    if (typeof encoding !== 'string' || !allowed.includes(encoding)) {
      out.list.push(`${where} encoding: ${show(encoding)} instead of ${allowed.join(' or ')}`);
    }
  }
  const value = actual['value'] ?? null;
  const at = `${where} value`;
  if (expected.dump !== undefined) {
    if (payload) {
      for (const name of ['type', 'encoding', 'value', 'insertIndex']) {
        const difference = compareJson(actual[name] ?? null, payload[name] ?? null, `${where} ${name}`);
        out.list.push(...difference);
      }
    }
    return out.list;
  }
  switch (expected.type) {
    case 'string':
      out.text(at, value, expected.value as ExpectedText);
      break;
    case 'list': {
      const list = expected.value as ExpectedText[];
      if (out.array(at, value, list.length)) {
        list.forEach((item, i) => {
          out.text(`${at} ${i}`, value[i], item);
        });
      }
      break;
    }
    case 'set': {
      const set = expected.value as string[];
      if (out.array(at, value, set.length)) {
        const map = new Map<string, Json>();
        for (const item of value) {
          if (typeof item !== 'string') out.list.push(`${at}: ${show(item)} instead of a string`);
          else if (map.has(item)) out.list.push(`${at}: ${show(item)} stands twice`);
          else map.set(item, item);
        }
        matched(out, at, map, set, () => {});
      }
      break;
    }
    case 'zset':
      compareZset(out, at, value, expected.value as [string, string][]);
      break;
    case 'hash':
      compareHash(out, at, value, expected.value as [string, ExpectedText][]);
      break;
    case 'stream':
      compareStream(out, at, value, expected.value as ExpectedStream);
      break;
    default:
      throw new Error(`${where}: no comparison for type ${expected.type}`);
  }
  const { fieldExpiresAt } = expected;
  if (fieldExpiresAt !== undefined) {
    const fields = Object.fromEntries(fieldExpiresAt);
    comparePlain(out, `${where} fieldExpiresAt`, actual['fieldExpiresAt'], fields);
  }
  return out.list;
}

/** All keys, in any order: each expected one exactly once, and no other. */
export function compareDataset(
  actual: JsonObject[],
  expected: ExpectedDataset,
  options: CompareOptions = {},
): string[] {
  const out = new Differences();
  const map = new Map<string, JsonObject>();
  for (const record of actual) {
    const name = id(record['db'], record['key']);
    if (map.has(name)) out.list.push(`${name}: stands twice`);
    map.set(name, record);
  }
  if (actual.length !== expected.keys.length) {
    out.list.push(`${actual.length} keys instead of ${expected.keys.length}`);
  }
  const names = expected.keys.map(({ db, key }) => id(db, key));
  matched(out, 'keys', map, names, (_, record, i) => {
    out.list.push(...compareKey(record, expected.keys[i]!, options));
  });
  return out.list;
}

/** The sources of all function libraries, in any order. */
export function compareFunctions(actual: readonly string[], expected: readonly string[]): string[] {
  const out = new Differences();
  out.array('functions', [...actual], expected.length);
  const rest = [...actual];
  for (const source of expected) {
    const i = rest.indexOf(source);
    if (i < 0) out.list.push(`function library ${show(source)} is missing`);
    else rest.splice(i, 1);
  }
  for (const source of rest) out.list.push(`function library ${show(source)} is too much`);
  return out.list;
}

/** Members whose numbers are doubles, not integers. */
const DOUBLES = new Set(['score', 'growth', 'error']);

/**
 * Any JSON, exactly: order of arrays, repeated names, -0, every digit of an integer. Order of the members of an object
 * is free, except among equal names. Doubles are equal when they are the same bits, however they are written.
 */
export function compareJson(actual: Json, expected: Json, where = ''): string[] {
  const out = new Differences();
  const walk = (at: string, a: Json, e: Json, double: boolean): void => {
    if (Array.isArray(e)) {
      if (!out.array(at, a, e.length)) return;
      e.forEach((item, i) => {
        if (i < a.length) walk(`${at}[${i}]`, a[i]!, item, double);
      });
    } else if (isObject(e)) {
      if (!isObject(a)) {
        out.add(at, a, e);
        return;
      }
      const isDouble = e['type'] === 'float' || e['type'] === 'double';
      const left = [...members(a)].sort(byName);
      const right = [...members(e)].sort(byName);
      let i = 0;
      let j = 0;
      while (i < left.length || j < right.length) {
        const l = left[i];
        const r = right[j];
        if (r === undefined || (l !== undefined && l[0] < r[0])) {
          out.list.push(`${at}: ${show(l![0])} is too much`);
          i++;
        } else if (l === undefined || r[0] < l[0]) {
          out.list.push(`${at}: ${show(r[0])} is missing`);
          j++;
        } else {
          walk(`${at}.${r[0]}`, l[1], r[1], DOUBLES.has(r[0]) || (isDouble && r[0] === 'value'));
          i++;
          j++;
        }
      }
    } else if (double) {
      if (typeof a === 'string' || typeof e === 'string') out.same(at, a, e);
      else if (score(a) === undefined || !Object.is(score(a), score(e))) out.add(at, a, e);
    } else out.same(at, a, e);
  };
  walk(where, actual, expected, false);
  return out.list;
}

/**
 * The records of a hand-built file, in file order. An `encoding` that is not expected is not compared; everything else
 * is.
 */
export function compareRecords(actual: JsonObject[], expected: JsonObject[]): string[] {
  const out: string[] = [];
  if (actual.length !== expected.length) out.push(`${actual.length} keys instead of ${expected.length}`);
  expected.forEach((record, i) => {
    const where = id(record['db'], record['key']);
    let other = actual[i];
    if (other === undefined) out.push(`${where}: is missing`);
    else {
      if (!('encoding' in record) && 'encoding' in other) {
        const { encoding: _, ...rest } = other;
        other = rest;
      }
      out.push(...compareJson(other, record, where));
    }
  });
  for (const record of actual.slice(expected.length)) out.push(`${id(record['db'], record['key'])}: is too much`);
  return out;
}
