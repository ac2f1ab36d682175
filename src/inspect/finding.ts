import type { ScanFrame, WarningCode } from '../rdb/index.ts';

/** Something odd that does not end the reading, at a place in the file. */
export interface Finding {
  code: WarningCode;
  message: string;
  /** Absolute offset in bytes. */
  offset: number;
  db: number | undefined;
  /** The key it is about, owned by the receiver. */
  key: Uint8Array<ArrayBuffer> | undefined;
}

/** A finding about the key at hand, if there is one. */
export function findingAt(frame: ScanFrame | undefined, code: WarningCode, message: string, offset: number): Finding {
  return { code, message, offset, db: frame?.db, key: frame?.bytes.slice(frame.start, frame.end) };
}
