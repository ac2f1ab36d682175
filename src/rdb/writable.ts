import type { ExactNumbers } from '../bytes/index.ts';
import type {
  KeyMeta,
  KeyType,
  Level,
  ModuleValue,
  PieceValue,
  RdbRecord,
  StreamIdmp,
  StructureValue,
} from './records.ts';

/** A string that is written: bytes, or text that stands for its UTF-8. */
export type WritableString = Uint8Array | string;

/** A number of 64 bits: beyond 2^53 a bigint. */
export type WritableNumber = number | bigint;

/** A field of a hash; `expiresAt` in ms since 1970. */
export interface WritableField extends ExactNumbers {
  field: WritableString;
  value: WritableString;
  expiresAt?: WritableNumber | undefined;
}

/** A consumer group; what is left out is what a new group has. */
export interface WritableGroup extends ExactNumbers {
  name: WritableString;
  lastDeliveredId: string;
  entriesRead?: WritableNumber | null | undefined;
  pending?: readonly (ExactNumbers & {
    id: string;
    consumer?: WritableString | undefined;
    deliveryTime: WritableNumber;
    deliveryCount: WritableNumber;
  })[];
  nacked?: readonly string[] | undefined;
  consumers?: readonly (ExactNumbers & {
    name: WritableString;
    seenTime: WritableNumber;
    activeTime?: WritableNumber | undefined;
  })[];
}

/** A stream; ids are `"ms-seq"`, ascending. What is left out follows from the entries. */
export interface WritableStream extends ExactNumbers {
  entries: readonly { id: string; fields: readonly (readonly [WritableString, WritableString])[] }[];
  lastId?: string | undefined;
  firstId?: string | undefined;
  maxDeletedId?: string | undefined;
  entriesAdded?: WritableNumber | undefined;
  groups?: readonly WritableGroup[];
  idmp?: StreamIdmp<WritableString> | undefined;
}

/** Type and value of a key, as a program makes it or as a reader gave it. */
export type WritableValue =
  | { type: 'string'; value: WritableString }
  | { type: 'list' | 'set'; value: readonly WritableString[] }
  | { type: 'zset'; value: readonly { member: WritableString; score: number }[] }
  | { type: 'hash'; value: readonly WritableField[] }
  | { type: 'stream'; value: WritableStream }
  | {
      type: 'array';
      value: ExactNumbers & {
        items: readonly (ExactNumbers & { index: WritableNumber; value: WritableString })[];
        insertIndex?: WritableNumber | undefined;
      };
    }
  | { type: 'module'; value: ModuleValue<WritableString> }
  | { type: 'gcra'; value: ExactNumbers & { tat: WritableNumber } }
  | StructureValue<WritableString>;

/** A key that a program makes. */
export type WritableKey = {
  kind: 'key';
  key: WritableString;
  /** 0 by default. */
  db?: number;
  /** Unix time in ms; undefined for never. */
  expiresAt?: WritableNumber | undefined;
  /** Seconds since the last use. */
  idle?: number | undefined;
  /** Counter of uses, 0 to 255. */
  freq?: number | undefined;
  meta?: KeyMeta<WritableString>[] | undefined;
} & ExactNumbers &
  WritableValue;

/** A function library that a program gives. */
export interface WritableFunction {
  kind: 'function';
  /** Its whole source, first line `#!lua name=...`. */
  code: WritableString;
}

/** An aux field that a program gives. */
export interface WritableAux {
  kind: 'aux';
  name: string;
  value: WritableString;
}

/** What can be written: records as `readRdb` gives them at any level but `skip`, and keys that a program makes. */
export type WritableRecord =
  | RdbRecord<WritableString, Exclude<Level, 'skip'>>
  | WritableKey
  | WritableFunction
  | WritableAux;

/** A value of any form, or a piece of one. */
export type AnyValue =
  | WritableValue
  | PieceValue<WritableString, 'structure'>
  | { type: KeyType; value: Uint8Array | undefined };
