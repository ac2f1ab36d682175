import { latin1, signed64 } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  DATA,
  Fingerprints,
  type FunctionRecord,
  ItemNames,
  type LevelNumber,
  parseLibraryHead,
  type ScanFrame,
  type WarningCode,
  wholeLibrary,
} from '../rdb/index.ts';
import { KeyCounter } from './counts.ts';
import { type Finding, findingAt } from './finding.ts';
import { KEY_SLOTS } from './json.ts';

/** Why servers refuse a file each value of which decodes. */
export interface RefusedFile {
  code: 'DUPLICATE_KEY' | 'DUPLICATE_ITEM' | 'BAD_LIBRARY';
  message: string;
}

/** Decodes everything and keeps nothing: what is wrong ends in an error, what is odd becomes a finding. */
export class CheckHandler extends KeyCounter {
  /** Keys that stand twice in their database. */
  duplicateKeys = 0;
  /** Values that have an item twice. */
  duplicateItems = 0;
  /** Function libraries that no server takes. */
  badLibraries = 0;
  readonly #onFinding: (finding: Finding) => void;
  readonly #keys = new Fingerprints(KEY_SLOTS);
  readonly #items = new ItemNames();
  readonly #libraries = new Set<string>();
  #frame: ScanFrame | undefined;
  #duplicateSeen = false;

  constructor(onFinding: (finding: Finding) => void) {
    super(DATA);
    this.#onFinding = onFinding;
  }

  /** Keys after which duplicates were not looked for any more; undefined where all were compared. */
  get comparedKeys(): number | undefined {
    return this.#keys.full ? this.#keys.count : undefined;
  }

  /** What of the file, though each value decodes, servers refuse, or end at when a value grows; undefined for nothing. */
  get refused(): RefusedFile | undefined {
    const { duplicateKeys, duplicateItems, badLibraries } = this;
    if (duplicateKeys > 0) {
      const keys = duplicateKeys === 1 ? '1 key stands' : `${duplicateKeys} keys stand`;
      return { code: 'DUPLICATE_KEY', message: `${keys} twice in their database; a server refuses to load it` };
    }
    if (duplicateItems > 0) {
      const values = duplicateItems === 1 ? '1 value has' : `${duplicateItems} values have`;
      const message = `${values} the same item twice; a server refuses to load that, or ends when the value grows`;
      return { code: 'DUPLICATE_ITEM', message };
    }
    if (badLibraries > 0) {
      const libraries = badLibraries === 1 ? '1 function library' : `${badLibraries} function libraries`;
      return { code: 'BAD_LIBRARY', message: `${libraries} that a server refuses to load` };
    }
    return undefined;
  }

  override record(record: BytesRecord): void {
    super.record(record);
    this.#frame = undefined;
    if (record.kind === 'function') this.#library(record);
  }

  #library(record: FunctionRecord<Uint8Array<ArrayBuffer>>): void {
    const head = parseLibraryHead(wholeLibrary(record));
    const again = head !== undefined && this.#libraries.has(head.name);
    if (head !== undefined) this.#libraries.add(head.name);
    if (head !== undefined && !again) return;
    this.badLibraries++;
    const message = again
      ? `the function library ${JSON.stringify(head.name)} stands twice`
      : 'the first line of a function library is not "#!engine name=library"';
    this.warning('BAD_LIBRARY', message, record.offset);
  }

  override key(frame: ScanFrame): LevelNumber {
    this.#frame = frame;
    this.#duplicateSeen = false;
    this.#items.begin(frame);
    if (this.#keys.add(frame.db, frame.bytes, frame.start, frame.end)) {
      this.duplicateKeys++;
      this.warning('DUPLICATE_KEY', 'the key stands twice in its database', frame.offset);
    }
    return super.key(frame);
  }

  override bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#items.bytes(bytes, start, end)) this.#duplicate(latin1(bytes, start, Math.min(end, start + 100)));
  }

  override integer(value: number): void {
    if (this.#items.integer(value)) this.#duplicate(String(value));
  }

  override int64(hi: number, lo: number): void {
    if (this.#items.int64(hi, lo)) this.#duplicate(String(signed64(hi, lo)));
  }

  override bigBegin(): void {
    this.#items.large();
  }

  #duplicate(name: string): void {
    if (this.#duplicateSeen) return;
    this.#duplicateSeen = true;
    this.duplicateItems++;
    const { type, offset } = this.#frame!;
    this.warning('DUPLICATE_ITEM', `${JSON.stringify(name)} stands twice in one ${type}`, offset);
  }

  override warning(code: WarningCode, message: string, offset: number, _error?: RedisFileError): void {
    this.#onFinding(findingAt(this.#frame, code, message, offset));
  }
}
