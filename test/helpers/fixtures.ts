/** The files in `fixtures`, see its README. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';

const hand = new URL('../../fixtures/hand/', import.meta.url);
const corpus = new URL('../../fixtures/corpus/', import.meta.url);

/** What there is to know about a hand-built file besides its keys. What a file does not have is absent. */
export interface HandInfo {
  family?: 'redis' | 'valkey' | 'dragonfly';
  version: number;
  /** `none`: the version has none; `zero`: not computed. */
  checksum?: 'none' | 'zero' | 'ok' | 'wrong';
  aux?: [string, string][];
  selectDb?: number[];
  resizeDb?: [number, number][];
  /** Sources of FUNCTION2 records. */
  functions?: string[];
  functionsPreGa?: { name: string; engine: string; description?: string; code: string }[];
  moduleAux?: JsonObject[];
  slotInfo?: { slot: number; keys: number; expires: number }[];
  slotImport?: { job: string; ranges: [number, number][] }[];
  hashTemplates?: { id: number; fields: string[] }[];
  /** What must be said about keys, or values of keys, that hold something twice. */
  duplicates?: { keys: string[]; values: string[] };
  warnings?: string[];
  /** What is around the RDB. */
  container?: 'lz4' | 'disk' | 'diskless';
  /** Bytes after the end of the RDB. */
  trailing?: number;
  /** Code of the error that reading ends with, and the key where it arises. */
  error?: string;
  errorKey?: string;
  /** Where a file ends with an error in the middle: the keys before it. */
  keysBefore?: string[];
  /** Whether redis-server 7.0 loads it, and which keys it drops then. */
  server: { loads: boolean; drops?: string[]; why?: string };
}

export interface HandFixture {
  name: string;
  path: string;
  bytes: Uint8Array;
  /** Its source, see `hex.mjs`. */
  hex: string;
  /** What `ndjson` prints; undefined where reading fails in the middle. */
  records: JsonObject[] | undefined;
  info: HandInfo;
}

/** Names of all files in `fixtures/hand`. */
export function handNames(): string[] {
  return readdirSync(hand)
    .filter((name) => name.endsWith('.hex'))
    .map((name) => name.slice(0, -4))
    .sort();
}

export function readHand(name: string): HandFixture {
  const file = (extension: string): URL => new URL(`${name}.${extension}`, hand);
  let records: JsonObject[] | undefined;
  if (existsSync(file('json'))) {
    const json: Json = parseJson(readFileSync(file('json'), 'utf8'));
    if (!Array.isArray(json) || !json.every(isObject)) throw new Error(`${name}.json is not an array of objects`);
    records = json;
  }
  return {
    name,
    path: file('rdb').pathname,
    bytes: new Uint8Array(readFileSync(file('rdb'))),
    hex: readFileSync(file('hex'), 'utf8'),
    records,
    info: parseJson(readFileSync(file('info.json'), 'utf8')) as unknown as HandInfo,
  };
}

/** Names of all dumps in `fixtures/corpus`; `readExpected` tells what they hold. */
export function corpusNames(): string[] {
  return readdirSync(corpus)
    .filter((name) => name.endsWith('.rdb'))
    .map((name) => name.slice(0, -4))
    .sort();
}

export function readCorpus(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.rdb`, corpus)));
}
