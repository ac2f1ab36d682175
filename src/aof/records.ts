import type { RedisFileError } from '../errors.ts';
import type { Level, LevelFor, RdbRecord, StringFor } from '../rdb/index.ts';

/** Where a record stands in its file. */
interface Place {
  /** Absolute offset of its first byte, in the unpacked bytes where the file is compressed. */
  offset: number;
}

/** A file begins: database 0 is selected and no MULTI is open, whatever the file before it left. Its time goes on. */
export interface FileStartRecord extends Place {
  kind: 'fileStart';
  /** Its name, where one is known. */
  file: string | undefined;
  /** What it is in its multi-part set; undefined for a file of its own. */
  type: 'base' | 'incr' | undefined;
  /** Its number in the set. */
  seq: number | undefined;
}

/** A record of the RDB that the file begins with. */
export interface PreambleRecord<S, L extends Level> {
  kind: 'rdb';
  record: RdbRecord<S, L>;
}

/** A command of the log. SELECT, MULTI and EXEC are commands too. */
export interface CommandRecord<S = Uint8Array<ArrayBuffer>> extends Place {
  kind: 'command';
  /** Absolute offset behind its last byte. */
  end: number;
  /** The database that is selected when it runs; for SELECT that is the one before. */
  db: number;
  /**
   * Its name and its arguments. Bytes of commands that were read together share one buffer, and commands of the same name may
   * share the array of the name.
   */
  argv: S[];
  /**
   * Unix time in ms of the last annotation before it, which has whole seconds, be it in a file before this one of its set;
   * undefined without one.
   */
  time: number | undefined;
  /** It stands between MULTI and EXEC, and runs only when that comes. */
  inMulti: boolean;
}

/** A line that begins with `#`. */
export interface AnnotationRecord extends Place {
  kind: 'annotation';
  /** Absolute offset behind its last byte. */
  end: number;
  /** The whole line, its end included. */
  line: Uint8Array<ArrayBuffer>;
  /** Unix time in ms, where it is a `#TS:`. */
  time: number | undefined;
}

/** Why a warning of the log was given. */
export type AofWarningCode =
  /** The file ends inside a transaction: servers cut it off, or refuse the file. */
  | 'OPEN_MULTI'
  /** MULTI inside MULTI: servers ignore it, `redis-check-aof` refuses the file. */
  | 'NESTED_MULTI'
  /** EXEC without MULTI: likewise. */
  | 'EXEC_WITHOUT_MULTI'
  /** DISCARD inside MULTI, at which servers from 4.0 on crash. */
  | 'DISCARD'
  /** The error that `onError` asked to stop at, in `error`. */
  | 'DAMAGED';

export interface AofWarningRecord extends Place {
  kind: 'warning';
  code: AofWarningCode;
  message: string;
  error: RedisFileError | undefined;
}

/** The file is complete. Each file of a set has one. */
export interface AofEofRecord extends Place {
  kind: 'eof';
  /** Offset of the MULTI that nothing closes, if there is one. */
  openMulti: number | undefined;
}

/** What `readAof` yields, told apart by `kind`. */
export type AofRecord<S = Uint8Array<ArrayBuffer>, L extends Level = 'data'> =
  | FileStartRecord
  | PreambleRecord<S, L>
  | CommandRecord<S>
  | AnnotationRecord
  | AofWarningRecord
  | AofEofRecord;

/** The record type that belongs to options. */
export type AofRecordFor<O> = AofRecord<StringFor<O>, LevelFor<O>>;
