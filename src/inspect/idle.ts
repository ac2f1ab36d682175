import type { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  type LevelNumber,
  type RdbHandler,
  type ScanFrame,
  type ScanGroup,
  SKIP,
  type WarningCode,
} from '../rdb/index.ts';

/** Does nothing with anything, and passes over values: the base of handlers that do something with some of it. */
export class IdleHandler implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;

  constructor(moduleAuxLevel: LevelNumber = SKIP) {
    this.moduleAuxLevel = moduleAuxLevel;
  }

  key(_frame: ScanFrame): LevelNumber {
    return SKIP;
  }

  record(_record: BytesRecord): void {}
  warning(_code: WarningCode, _message: string, _offset: number, _error?: RedisFileError): void {}
  count(_items: number): void {}
  keyEnd(_stored: number): void {}
  keyFailed(): void {}
  raw(): void {}
  rawPiece(): void {}
  bytes(_bytes: Uint8Array, _start: number, _end: number): void {}
  integer(_value: number): void {}
  int64(_hi: number, _lo: number): void {}
  bigBegin(): void {}
  bigBytes(): void {}
  bigEnd(): void {}
  score(): void {}
  expiry(): void {}
  path(): void {}
  index(): void {}
  insertIndex(): void {}
  entry(): void {}
  entryEnd(): void {}
  streamInfo(): void {}
  streamGroup(_group: ScanGroup): void {}
  streamIdmp(): void {}
  moduleBegin(): void {}
  modulePart(): void {}
  gcra(): void {}
  cron(): void {}
  sbf(): void {}
  blob(): void {}
  streamNode(): void {}
  memberExpiry(): void {}
}
