import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { GCRA, type Value } from '../types.ts';

const GCRA_TYPE = 33;

/** A rate limiter: its theoretical arrival time, in Unix microseconds. */
export class GcraValue implements Value {
  readonly type: number = GCRA;
  readonly tat: number | bigint;

  constructor(tat: number | bigint) {
    this.tat = tat;
  }

  clone(): GcraValue {
    return new GcraValue(this.tat);
  }

  free(): void {}

  describe(frame: ScanFrame): void {
    frame.type = 'gcra';
    frame.encoding = 'int';
    frame.typeId = GCRA_TYPE;
  }

  show(handler: RdbHandler): Iterable<void> {
    handler.gcra(this.tat);
    return [];
  }
}
