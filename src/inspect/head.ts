import type { BytesRecord, LevelNumber, ScanFrame } from '../rdb/index.ts';
import { IdleHandler } from './idle.ts';

/** Gathers what a file says of itself before its first key: its header and its aux fields. */
export class HeadHandler extends IdleHandler {
  readonly records: BytesRecord[] = [];
  /** The first key or the end was met. */
  done = false;

  override key(frame: ScanFrame): LevelNumber {
    this.done = true;
    return super.key(frame);
  }

  override record(record: BytesRecord): void {
    if (record.kind === 'eof') this.done = true;
    else if (!this.done && (record.kind === 'header' || record.kind === 'aux')) this.records.push(record);
  }
}
