import { concat, latin1, putDecimal, signed64 } from '../../bytes/index.ts';
import {
  type BytesRecord,
  DATA,
  encodeDump,
  type LevelNumber,
  type ModulePart,
  parseLibraryHead,
  type RdbHandler,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  type StreamIdmp,
} from '../../rdb/index.ts';
import type { Expiry } from '../database.ts';
import type { Keyspace } from '../keyspace.ts';
import { Refusal } from '../outcome.ts';
import type { Value } from '../types.ts';
import { OpaqueValue } from '../values/opaque.ts';
import { newLoader } from './loaders.ts';
import type { ValueLoader } from './value-loader.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** RDB version of Redis 7.0; those of Valkey are above, too. */
const PACKS_ZSETS = 10;

/** What an RDB says besides its keys. */
export interface Facts {
  family: 'redis' | 'valkey';
  rdbVersion: number;
  /** `redis-ver` and the like. */
  aux: Map<string, string>;
}

/** Takes the one string of a key of type string. */
class TextLoader implements ValueLoader {
  text: Uint8Array = new Uint8Array(0);

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.text = bytes.slice(start, end);
  }

  end(): undefined {
    return undefined;
  }

  abandon(): void {}
}

/** Gathers what a module stored, as a payload that RESTORE takes. */
class ModuleLoader implements ValueLoader {
  module = '';
  version = 0;
  readonly parts: ModulePart<Bytes>[] = [];
  readonly #keyspace: Keyspace;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.parts.push({ type: 'string', value: bytes.slice(start, end) as Bytes });
  }

  end(): Value {
    const { module, version, parts } = this;
    // The newest that knows all modules; who writes it says for whom.
    const payload = encodeDump({ type: 'module', value: { module, version, parts } }, { target: 'redis:8.8' });
    return OpaqueValue.ofPayload(this.#keyspace.heap, payload);
  }

  abandon(): void {}
}

/**
 * Loads the keys of an RDB file, or of one payload, into a dataset, told as to any `RdbHandler`. Nothing is said of what the
 * dataset cannot hold because no log can: when keys were used last.
 */
export class KeyspaceLoader implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber = DATA;
  readonly facts: Facts = { family: 'redis', rdbVersion: 0, aux: new Map() };
  /** What small sorted sets become in the server that loads them: without -0, from 7.0 on. */
  packsZsets = false;
  readonly #keyspace: Keyspace;
  /** Where keys go in place of the database that they say: see `RESTORE`. */
  readonly #instead: ((value: Value | undefined, text: Uint8Array | undefined) => void) | undefined;
  #loader: ValueLoader | undefined;
  readonly #text = new TextLoader();
  #db = 0;
  #key: Bytes = new Uint8Array(0);
  #expiry: Expiry;
  #pieces: Bytes[] = [];
  #failed = false;
  readonly #digits = new Uint8Array(24);

  constructor(keyspace: Keyspace, instead?: (value: Value | undefined, text: Uint8Array | undefined) => void) {
    this.#keyspace = keyspace;
    this.#instead = instead;
  }

  key(frame: ScanFrame): LevelNumber {
    this.#failed = false;
    this.#db = frame.db;
    this.#key = frame.bytes.slice(frame.start, frame.end) as Bytes;
    this.#expiry = frame.expiresAt;
    if (frame.type === 'string') {
      this.#loader = this.#text;
      return DATA;
    }
    const packs = this.packsZsets && frame.encoding === 'skiplist';
    this.#loader =
      frame.type === 'module' ? new ModuleLoader(this.#keyspace) : newLoader(this.#keyspace.heap, frame.type, packs);
    if (this.#loader === undefined) throw new Refusal(`holds a key of type ${frame.type}`);
    return DATA;
  }

  keyEnd(): void {
    const loader = this.#loader!;
    this.#loader = undefined;
    if (this.#failed) return;
    const key = this.#key;
    if (loader === this.#text) {
      const { text } = this.#text;
      if (this.#instead !== undefined) this.#instead(undefined, text);
      else {
        this.#keyspace.database(this.#db).setText(key, 0, key.length, text, 0, text.length, this.#expiry);
      }
      return;
    }
    const value = loader.end();
    if (this.#instead !== undefined) this.#instead(value, undefined);
    else if (value !== undefined) {
      this.#keyspace.database(this.#db).setValue(key, 0, key.length, value, this.#expiry);
      this.#keyspace.settle();
    }
  }

  keyFailed(): void {
    this.#failed = true;
    this.#loader?.abandon();
  }

  /** The value at hand is not complete. */
  abandon(): void {
    this.#loader?.abandon();
    this.#loader = undefined;
  }

  // Strings

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#loader!.bytes(bytes, start, end);
  }

  integer(value: number): void {
    const digits = this.#digits;
    this.#loader!.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): void {
    const text = new TextEncoder().encode(String(signed64(hi, lo)));
    this.#loader!.bytes(text, 0, text.length);
  }

  bigBegin(): void {
    this.#pieces = [];
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#pieces.push(bytes.slice(start, end) as Bytes);
  }

  bigEnd(): void {
    const whole = concat(this.#pieces);
    this.#pieces = [];
    this.#loader!.bytes(whole, 0, whole.length);
  }

  // What else values have

  score(value: number): void {
    this.#loader!.score!(value);
  }

  expiry(ms: number | bigint): void {
    this.#loader!.expiry?.(ms);
  }

  index(value: number | bigint): void {
    this.#loader!.index!(value);
  }

  insertIndex(value: number | bigint): void {
    this.#loader!.insertIndex!(value);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#loader!.entry!(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.#loader!.entryEnd!();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#loader!.streamInfo!(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#loader!.streamGroup!(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#loader!.streamIdmp!(idmp);
  }

  gcra(tat: number | bigint): void {
    this.#loader!.index!(tat);
  }

  moduleBegin(module: string, version: number): void {
    const loader = this.#loader as ModuleLoader;
    loader.module = module;
    loader.version = version;
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    const part: Record<string, unknown> = { type, value: Number(value) };
    if (typeof value === 'bigint') part['exact'] = { value };
    if (bits !== undefined) part['bits'] = bits;
    (this.#loader as ModuleLoader).parts.push(part as unknown as ModulePart<Bytes>);
  }

  record(record: BytesRecord): void {
    const { facts } = this;
    switch (record.kind) {
      case 'header':
        facts.family = record.family === 'valkey' ? 'valkey' : 'redis';
        facts.rdbVersion = record.version;
        // Who has written it loads it.
        this.packsZsets = record.version >= PACKS_ZSETS;
        break;
      case 'aux':
        facts.aux.set(record.name, latin1(record.value));
        break;
      case 'function': {
        const name = record.name ?? parseLibraryHead(record.code)?.name;
        if (name !== undefined) this.#keyspace.functions.set(name, record.code);
        break;
      }
      case 'moduleAux':
        this.#keyspace.modules.store(record);
    }
  }

  // What has no counterpart in a dataset

  count(): void {}
  rawPiece(): void {}
  raw(): void {}
  path(): void {}
  cron(): void {}
  sbf(): void {}
  blob(): void {}
  streamNode(): void {}
  memberExpiry(): void {}
  warning(): void {}
}
