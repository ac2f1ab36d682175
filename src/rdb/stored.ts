import type { RdbHandler, ScanFrame } from './handler.ts';
import type { Family } from './records.ts';
import { RdbScanner } from './scanner.ts';

/** Largest string of a stored value that is held. */
const HELD = 1 << 20;

/** What is known of the file that values come from. */
export class FileFacts {
  family: Family = 'redis';
  /** Without a header: the last one in which Redis and Valkey mean the same. */
  version = 11;
  /** Field names of hash templates, by id in decimal. */
  readonly templates: Map<string, Uint8Array<ArrayBuffer>[]> = new Map();
}

/** A scanner that reads one stored value and shows it to a handler; its bytes are to be pushed. */
export function scanStored(handler: RdbHandler, file: FileFacts, frame: Pick<ScanFrame, 'typeId'>): RdbScanner {
  const scanner = new RdbScanner(handler, {
    checksum: false,
    maxValueBytes: HELD,
    pieces: true,
    strictVersion: false,
    family: file.family,
    skipDamaged: false,
    capture: false,
    reuse: true,
  });
  scanner.beginInside(file.version, file.family, 'type');
  scanner.c.plain = file.version === 0;
  for (const [id, fields] of file.templates) scanner.c.templates.set(id, fields);
  scanner.push(Uint8Array.of(frame.typeId));
  return scanner;
}
