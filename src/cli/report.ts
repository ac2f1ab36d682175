import { styleText } from 'node:util';
import { RedisFileError } from '../index.ts';
import type { Finding, SalvageGap, SalvageKey, SalvageReport } from '../inspect/index.ts';
import { BUG, exitCodeOf, NotWritten, Refusal, Reported } from './exit.ts';
import type { LossCount } from './losses.ts';
import { status } from './status.ts';

/** Part of a key by which it is seen that a message has it already. */
const MOST_TOLD = 40;
/** Longest part of a key that a message shows. */
const MOST_SHOWN = 200;

/**
 * A key as messages show it: quoted, with `\xHH` for what is no printable ASCII, so that any key can be told and typed.
 */
export function quoteKey(key: Uint8Array): string {
  let text = '"';
  for (const byte of key.subarray(0, MOST_SHOWN)) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return key.length > MOST_SHOWN ? `${text}..." (${key.length} bytes)` : `${text}"`;
}

/** Where something was found: offset, what was read (unless the message says so), db and key. */
function place(
  message: string,
  at: {
    offset?: number | undefined;
    phase?: string | undefined;
    db?: number | undefined;
    key?: Uint8Array | undefined;
  },
): string {
  const parts: string[] = [];
  if (at.offset !== undefined && !new RegExp(`\\bat byte ${at.offset}\\b`).test(message))
    parts.push(`at byte ${at.offset}`);
  // That commands are replayed goes without saying.
  if (at.phase !== undefined && at.phase !== 'replay' && !message.includes(at.phase)) parts.push(`reading ${at.phase}`);
  if (at.key !== undefined) {
    const key = quoteKey(at.key);
    const said = message.includes(`first argument ${key.slice(0, MOST_TOLD)}`);
    parts.push(`db ${at.db ?? 0}`, ...(said ? [] : [`key ${key}`]));
  }
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** Says on stderr why a command ends, and returns its exit code. */
export function reportError(error: unknown, json: boolean): number {
  const code = exitCodeOf(error);
  if (error instanceof Reported) return code;
  const reason = error instanceof NotWritten ? error.cause : error;
  const notWritten = error instanceof NotWritten ? error.path : undefined;
  if (json) {
    status.message(`${JSON.stringify({ error: { ...errorObject(reason), notWritten } })}\n`);
  } else if (code === BUG) {
    write('red', 'bug', `${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
  } else {
    write(
      'red',
      'error',
      `${sentence(reason as Error)}${notWritten === undefined ? '' : `; ${(error as Error).message}`}`,
    );
  }
  return code;
}

function sentence(error: Error): string {
  if (error instanceof Refusal) {
    const { code, file, message } = error;
    const named = file === undefined || code === 'MISSING_FILE' || message.startsWith(`${file}: `);
    return named ? message : `${file}: ${message}`;
  }
  if (!RedisFileError.is(error)) return error.message;
  const { file, phase, db, key } = error.context;
  const name = file === undefined || error.message.startsWith(file) ? '' : `${file}: `;
  return `${name}${error.message}${place(error.message, { offset: error.offset, phase, db, key })}`;
}

function errorObject(error: unknown): Record<string, unknown> {
  if (error instanceof Refusal) return { code: error.code, message: error.message, file: error.file };
  if (!RedisFileError.is(error))
    return { code: 'BUG', message: error instanceof Error ? error.message : String(error) };
  const { file, phase, db, key, type, records } = error.context;
  return {
    code: error.code,
    message: error.message,
    offset: error.offset,
    file,
    phase,
    db,
    key: key === undefined ? undefined : quoteKey(key),
    type,
    records,
  };
}

/** What a result says of the error that a file ends with, which names the file itself. */
export function resultError(error: unknown): Record<string, unknown> {
  return { ...errorObject(error), file: undefined };
}

/** Says on stderr what somebody who looks at the output alone would not know. @param file empty for all of them */
export function reportWarning(
  file: string,
  code: string,
  message: string,
  offset: number | undefined,
  json: boolean,
): void {
  const name = file === '' ? undefined : file;
  if (json) status.message(`${JSON.stringify({ warning: { code, message, offset, file: name } })}\n`);
  else write('yellow', 'warning', `${name === undefined ? '' : `${name}: `}${message}${place(message, { offset })}`);
}

/** Says on stderr what of one kind a target cannot hold. */
export function reportLosses(file: string, losses: LossCount, json: boolean): void {
  const { kind, sentence, count, message, offset, examples } = losses;
  if (json) {
    const warning = { code: 'LOSSY', message: sentence, kind, count, file, offset, first: message, examples };
    status.message(`${JSON.stringify({ warning })}\n`);
    return;
  }
  const more = count > Math.max(1, examples.length) ? '; ...' : '';
  const names = examples.map(({ db, key, type }) => `db ${db}, ${type} ${key}`).join('; ');
  const which = names === '' ? `${count} (${message}${more})` : `${countOf(count, 'key')} (${names}${more})`;
  write('yellow', 'warning', `${file}: ${sentence}: ${which}`);
}

/** Says on stderr what could not be kept of a damaged file. */
export function reportGap(file: string, gap: SalvageGap, json: boolean): void {
  const { offset, length, reason, known, lost, keyBefore, keyAfter, dbUnknown } = gap;
  if (json) {
    const { code, message } = reason;
    const at = { offset, length, known, dbUnknown };
    const keys = { lost: lost.map(keyObject), keyBefore: keyObject(keyBefore), keyAfter: keyObject(keyAfter) };
    status.message(`${JSON.stringify({ gap: { file, ...at, code, message, ...keys } })}\n`);
    return;
  }
  const size = length === undefined ? 'everything from here on' : countOf(length, 'byte');
  const parts = [
    ...lost.map((key) => `lost ${keyText(key)}`),
    keyBefore === undefined ? 'before all keys' : `after ${keyText(keyBefore)}`,
    keyAfter === undefined ? 'no key behind it' : `before ${keyText(keyAfter, dbUnknown)}`,
  ];
  const why = `${reason.message}${reason.offset === offset ? '' : place(reason.message, { offset: reason.offset })}`;
  write('yellow', 'warning', `${file}: gap at byte ${offset}, ${size}: ${why}; ${parts.join(', ')}`);
}

function keyText({ db, key, type }: SalvageKey, dbUnknown = false): string {
  return `${type} ${quoteKey(key)} of db ${dbUnknown ? 'unknown' : db}`;
}

function keyObject(found: SalvageKey | undefined): Record<string, unknown> | undefined {
  return found && { db: found.db, key: quoteKey(found.key), type: found.type };
}

/** Says on stderr what became of a damaged file. */
export function reportSalvage(file: string, report: SalvageReport, json: boolean): void {
  const { keys, keysLost, keysDbUnknown, gapCount: gaps, gapBytes, size: bytes, headerDamaged, checksum } = report;
  if (json) {
    const salvage = { file, keys, keysLost, keysDbUnknown, gaps, gapBytes, bytes, headerDamaged, checksum };
    status.message(`${JSON.stringify({ salvage })}\n`);
    return;
  }
  const more = keysDbUnknown > 0 ? `, ${keysDbUnknown} of them maybe of another db` : '';
  const lost = `${countOf(keysLost, 'key')} lost that could be told`;
  const where = `${countOf(gaps, 'gap')} of ${countOf(gapBytes, 'byte')} in all, of ${bytes}`;
  write('yellow', 'warning', `${file}: ${countOf(keys, 'key')} kept${more}; ${lost}; ${where}`);
}

/** `1 key`, `2 keys`. */
export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Says on stderr what is odd. */
export function reportFinding(file: string, finding: Finding, json: boolean): void {
  if (json) {
    const key = finding.key === undefined ? undefined : quoteKey(finding.key);
    status.message(`${JSON.stringify({ warning: { ...finding, file, key } })}\n`);
  } else {
    write('yellow', 'warning', `${file}: ${finding.message}${place(finding.message, finding)}`);
  }
}

function write(colour: 'red' | 'yellow', label: string, message: string): void {
  const name = process.stderr.isTTY && process.env['NO_COLOR'] === undefined ? styleText(colour, label) : label;
  status.message(`rdb-aof: ${name}: ${message}\n`);
}
