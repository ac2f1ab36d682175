import type { KeyJournalRecord } from '../rdb/index.ts';
import type { Word } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { writeExpiry } from './expiry.ts';
import type { RestoreWriter } from './restore.ts';
import { REPLACE, RESTORE, ZERO } from './words.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What stands behind the value of a payload: a version and a checksum. */
const FOOTER = 10;
/** Value type of modules, which every version stores alike. */
const MODULE_2 = 7;

const NO_WORD: Word = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };

/**
 * Whether the key at hand, which came as commands, can be written for the target: it is one of a module, and what it goes
 * on from is a payload that the target takes.
 *
 * @param named somebody said what the target is
 */
export function takesJournal({ target }: LogContext, { base }: KeyJournalRecord<Bytes>, named: boolean): boolean {
  return target.modules && (base === undefined || !named || versionOf(base) <= target.rdb || base[0] === MODULE_2);
}

/** Writes it: its commands as they stand, behind what they go on from; then its time. */
export function writeJournal(
  c: LogContext,
  { expiresAt, exact, base, commands }: KeyJournalRecord<Bytes>,
  restorer: RestoreWriter,
  replace: boolean,
): void {
  const { out, target } = c;
  if (base !== undefined && base[0] === MODULE_2 && versionOf(base) > target.rdb) {
    restorer.writeBody([base.subarray(0, base.length - FOOTER)], false);
  } else if (base !== undefined) {
    c.command(RESTORE);
    out.word(ZERO);
    out.argument(base, 0, base.length);
    if (replace && target.restoreReplace) out.word(REPLACE);
    out.end();
  }
  writeVerbatim(c, commands);
  const at = exact?.['expiresAt'] ?? expiresAt;
  if (at !== undefined) writeExpiry(c, at);
}

/** Writes commands as they stand. */
export function writeVerbatim({ out }: LogContext, commands: readonly Bytes[][]): void {
  for (const argv of commands) {
    out.beginCounted(NO_WORD, argv.length);
    for (const argument of argv) out.argument(argument, 0, argument.length);
    out.end();
  }
}

/** The RDB version that a payload names; 0 for what is too short to be one. */
function versionOf(payload: Uint8Array): number {
  return payload.length > FOOTER ? payload[payload.length - FOOTER]! | (payload[payload.length - FOOTER + 1]! << 8) : 0;
}
