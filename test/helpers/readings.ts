/** Readings of a file in one of the many ways that must not make a difference, in a form that is compared cheaply. */
import { type Level, type RdbOptions, RdbParser, type RdbRecord, RedisFileError } from '../../src/index.ts';
import { corpusNames, handNames, readCorpus, readHand } from './fixtures.ts';

export type AnyRecord = RdbRecord<Uint8Array<ArrayBuffer>, 'data'>;

export const LEVELS: readonly Level[] = ['skip', 'raw', 'structure', 'data'];

export interface Fixture {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A file that is packed as a whole, which `RdbParser` does not unpack. */
const isPacked = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'VCS';

function loaded(names: readonly string[], read: (name: string) => Uint8Array): Fixture[] {
  return names.map((name) => ({ name, bytes: new Uint8Array(read(name)) })).filter(({ bytes }) => !isPacked(bytes));
}

/** The files made by hand that `RdbParser` can read. */
export function handFixtures(): Fixture[] {
  return loaded(handNames(), (name) => readHand(name).bytes);
}

/** Those of them that are small enough for everything at every byte. */
export function smallFixtures(): Fixture[] {
  return handFixtures().filter(({ bytes }) => bytes.length < 1000);
}

/** All others: large ones made by hand, and dumps of servers. */
export function largeFixtures(): Fixture[] {
  return [...handFixtures().filter(({ bytes }) => bytes.length >= 1000), ...loaded(corpusNames(), readCorpus)];
}

/**
 * A value as text, different for all that is different: `-0`, a NaN, bytes and their text, a number and its bigint, a
 * member that is absent or undefined.
 */
export function snapshot(value: unknown): string {
  // Parts that are joined once: most of the time of many tests is spent here.
  const parts: string[] = [];
  show(value, parts);
  return parts.join('');
}

function show(value: unknown, parts: string[]): void {
  switch (typeof value) {
    case 'string':
      parts.push(JSON.stringify(value));
      return;
    case 'bigint':
      parts.push(`${value}n`);
      return;
    case 'number':
      parts.push(Object.is(value, -0) ? '-0' : String(value));
      return;
    case 'object':
      break;
    default:
      parts.push(String(value));
      return;
  }
  if (value === null) parts.push('null');
  else if (value instanceof Uint8Array) parts.push('<', latin1Of(value), '>');
  else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      parts.push(i === 0 ? '[' : ',');
      show(value[i], parts);
    }
    parts.push(value.length === 0 ? '[]' : ']');
  } else if (RedisFileError.is(value)) show(errorFacts(value), parts);
  else if (value instanceof Error) parts.push(`${value.name}(${value.message})`);
  else {
    let before = '{';
    for (const name of Object.keys(value)) {
      parts.push(before, name, ':');
      show((value as Record<string, unknown>)[name], parts);
      before = ',';
    }
    parts.push(before === '{' ? '{}' : '}');
  }
}

/** Bytes as text. Short ones, which most are, cost less without a Buffer. */
function latin1Of(bytes: Uint8Array): string {
  if (bytes.length > 16) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** What tells one error from another. */
export function errorFacts(error: RedisFileError): object {
  return { code: error.code, message: error.message, offset: error.offset, context: error.context };
}

/** What a reading gives: the records, each as it was when it was handed out, and the error that ended it. */
export interface Reading<R = AnyRecord> {
  records: R[];
  /** One per record. */
  shown: string[];
  error: unknown;
}

/** Reads chunks one after the other, to the end or to an error. */
export function readAll<R = AnyRecord>(
  chunks: Iterable<Uint8Array>,
  options: RdbOptions = {},
  after?: (chunk: Uint8Array, before: Uint8Array | undefined) => void,
): Reading<R> {
  const reading: Reading<R> = { records: [], shown: [], error: undefined };
  const parser = new RdbParser(options);
  const take = (records: unknown[]): void => {
    for (const record of records) {
      reading.records.push(record as R);
      reading.shown.push(snapshot(record));
    }
  };
  let before: Uint8Array | undefined;
  try {
    for (const chunk of chunks) {
      take(parser.push(chunk));
      after?.(chunk, before);
      before = chunk;
    }
    take(parser.end());
  } catch (error) {
    reading.error = error;
    // A key may wait for what follows it; where that does not come it goes out.
    if (RedisFileError.is(error) && error.code === 'UNEXPECTED_EOF') take(parser.flush());
  }
  return reading;
}

/**
 * A reading without the pieces of a key that an error cut off. At the level `raw` pieces go out as bytes come, so that
 * how many there are before an error depends on the chunks.
 */
export function withoutOpenKey<R>(reading: Reading<R>): Reading<R> {
  const kinds = reading.records.map((record) => (record as { kind: string }).kind);
  const open = kinds.lastIndexOf('keyBegin');
  if (open <= kinds.lastIndexOf('keyEnd')) return reading;
  const kept = (_: unknown, i: number): boolean => i < open || !/^(?:keyBegin|itemBytes)$/.test(kinds[i]!);
  return { ...reading, records: reading.records.filter(kept), shown: reading.shown.filter(kept) };
}

/** Whether lists of texts are equal; the matchers of vitest need a hundred times as long for them. */
export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

/** Where two readings differ first, or undefined. Long records are cut, as nobody reads them. */
export function difference(found: Reading<unknown>, expected: Reading<unknown>): string | undefined {
  const cut = (text: string | undefined): string | undefined =>
    text !== undefined && text.length > 400 ? `${text.slice(0, 400)}... (${text.length})` : text;
  const most = Math.max(found.shown.length, expected.shown.length);
  for (let i = 0; i < most; i++) {
    const [a, b] = [found.shown[i], expected.shown[i]];
    if (a === b) continue;
    let at = 0;
    while (a !== undefined && b !== undefined && a[at] === b[at]) at++;
    const from = Math.max(0, at - 200);
    return `record ${i}, from character ${from}:\n  found    ${cut(a?.slice(from))}\n  expected ${cut(b?.slice(from))}`;
  }
  const [a, b] = [snapshot(found.error), snapshot(expected.error)];
  return a === b ? undefined : `error:\n  found    ${cut(a)}\n  expected ${cut(b)}`;
}

/** Pieces of one byte. */
export function* byteByByte(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

/** Numbers that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Pieces of random sizes, small ones and empty ones among them, on average about `size` bytes. */
export function* randomCuts(bytes: Uint8Array, size: number, seed: number): Generator<Uint8Array> {
  const random = randomNumbers(seed);
  for (let at = 0; at < bytes.length; ) {
    const kind = random();
    const length = kind < 0.05 ? 0 : kind < 0.5 ? 1 + Math.floor(random() * 8) : 1 + Math.floor(random() * size * 4);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
