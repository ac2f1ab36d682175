import type { RedisFileError } from '../errors.ts';
import { type BytesRecord, type LevelNumber, RAW, type ScanFrame, SKIP, type WarningCode } from '../rdb/index.ts';
import type { RetractingHandler } from './filtering.ts';
import { IdleHandler } from './idle.ts';
import { PassingHandler } from './passing.ts';

/** Takes the keys of no part. */
const NOBODY: RetractingHandler = /* @__PURE__ */ Object.assign(new IdleHandler(), { abandon: () => undefined });

/** One of the datasets that come of one. */
export interface SplitPart {
  encoder: RetractingHandler;
  /** That it got. */
  keys: number;
}

export interface SplitOptions<P extends SplitPart> {
  /** The part of a key; undefined for none. */
  partOf: (frame: ScanFrame) => P | undefined;
  /** Is told of keys that are in no part; owned by the receiver. */
  onUnassigned: (db: number, key: Uint8Array<ArrayBuffer>) => void;
  /** Parts may be added while keys come. */
  growing: boolean;
  onWarning: (code: WarningCode, message: string, offset: number, frame: ScanFrame | undefined) => void;
}

/** Shows each key to one of several handlers, and what is no key to all of them. */
export class SplittingHandler<P extends SplitPart> extends PassingHandler implements RetractingHandler {
  readonly #options: SplitOptions<P>;
  readonly #parts: P[] = [];
  /** What parts that are added later have missed. */
  readonly #missed: BytesRecord[] = [];
  #frame: ScanFrame | undefined;
  /** That of the key at hand. */
  #part: P | undefined;
  #unassigned: { db: number; key: Uint8Array<ArrayBuffer> } | undefined;

  constructor(options: SplitOptions<P>) {
    super(NOBODY, RAW);
    this.#options = options;
  }

  add(part: P): void {
    this.#parts.push(part);
    for (const record of this.#missed) part.encoder.record(record);
  }

  override key(frame: ScanFrame): LevelNumber {
    this.#frame = frame;
    this.#part = this.#options.partOf(frame);
    this.sink = this.#part?.encoder ?? NOBODY;
    if (this.#part !== undefined) return this.sink.key(frame);
    const { db, bytes, start, end } = frame;
    this.#unassigned = { db, key: bytes.slice(start, end) };
    return SKIP;
  }

  override keyEnd(stored: number): void {
    super.keyEnd(stored);
    if (this.#part !== undefined) this.#part.keys++;
    else if (this.#unassigned !== undefined) {
      this.#options.onUnassigned(this.#unassigned.db, this.#unassigned.key);
      this.#unassigned = undefined;
    }
    this.#frame = undefined;
  }

  override keyFailed(error: RedisFileError): void {
    super.keyFailed(error);
    this.#part = undefined;
  }

  abandon(): void {
    (this.sink as RetractingHandler).abandon();
    this.sink = NOBODY;
    this.#part = this.#unassigned = undefined;
  }

  override record(record: BytesRecord): void {
    if (isAboutKeys(record)) return;
    if (this.#options.growing) this.#missed.push(record);
    for (const { encoder } of this.#parts) encoder.record(record);
  }

  override warning(code: WarningCode, message: string, offset: number, _error?: RedisFileError): void {
    this.#options.onWarning(code, message, offset, this.#frame);
  }
}

/** Where keys stand and how many follow, which is different in every part. */
function isAboutKeys(record: BytesRecord): boolean {
  const { kind } = record;
  if (kind === 'aux') return record.name.toLowerCase() === 'slot-info';
  return kind === 'selectDb' || kind === 'resizeDb' || kind === 'slotInfo';
}
