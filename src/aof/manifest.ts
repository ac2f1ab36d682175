import { describe, isBytes, utf8 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { keyText } from '../records/index.ts';
import { joinArgument, splitArguments } from './split-arguments.ts';

/** Bytes of a line at most, its LF included (redis 7.0 to 8.10: src/aof.c, MANIFEST_MAX_LINE). */
const MAX_LINE = 1024;

const LF = 0x0a;
const HASH = 0x23;

/** A file that a manifest lists. */
export interface ManifestFile {
  /** Name in the directory of the manifest. A byte that is no UTF-8 is the lone surrogate U+DC00 + byte. */
  name: string;
  /** Number of the file; bases and increments are counted separately. */
  seq: number;
  type: 'base' | 'history' | 'incr';
  /** Replication offset at which the increment begins; Redis 8.0 and later. */
  startOffset?: number;
  /** Replication offset at which the increment ends, where the server was shut down cleanly. */
  endOffset?: number;
  /** Keys that this library does not know, with their values. */
  other?: [key: string, value: string][];
}

/** What a manifest lists. A set loads its base, then its increments in this order. */
export interface Manifest {
  base: ManifestFile | undefined;
  /** Files that are no longer part of the set; they need not exist. */
  history: ManifestFile[];
  incr: ManifestFile[];
}

const TYPES: ReadonlyMap<number, ManifestFile['type']> = new Map([
  [0x62, 'base'],
  [0x68, 'history'],
  [0x69, 'incr'],
]);

/**
 * Reads the manifest of a multi-part append-only file, by the rules of the servers (redis 7.0 to 8.10: src/aof.c,
 * aofLoadManifestFromFile): what they refuse is an error, what they ignore is ignored. Comments are lost, keys that are
 * not known are kept.
 *
 * @param text as it stands in the file
 * @throws RedisFileError `MANIFEST_INVALID`, its `offset` the byte at which the line begins; `INVALID_ARGUMENT` for what is no
 *   text
 *
 * @example
 * ```ts
 * import { parseManifest } from 'rdb-aof';
 *
 * const { base, incr } = parseManifest('file a.2.base.rdb seq 2 type b\nfile a.7.incr.aof seq 7 type i\n');
 * console.log(base?.name, incr.map(({ seq }) => seq)); // a.2.base.rdb 7
 * ```
 */
export function parseManifest(text: string | Uint8Array): Manifest {
  if (typeof text !== 'string' && !isBytes(text)) {
    throw new RedisFileError('INVALID_ARGUMENT', `a manifest is a string or bytes, found ${describe(text)}`);
  }
  const bytes = typeof text === 'string' ? nameBytes(text) : text;
  const manifest: Manifest = { base: undefined, history: [], incr: [] };
  if (bytes.length === 0) throw invalid('a manifest without a line', 0);
  for (let start = 0; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    // The rest of a comment that is too long is a line of its own to servers.
    if (bytes[start] !== HASH) addLine(manifest, bytes.subarray(start, end), start);
    start = end;
  }
  return manifest;
}

/** Behind the LF, or as many bytes as a server reads at once. */
function lineEnd(bytes: Uint8Array, start: number): number {
  const most = Math.min(start + MAX_LINE, bytes.length);
  for (let at = start; at < most; at++) if (bytes[at] === LF) return at + 1;
  return most;
}

function addLine(manifest: Manifest, line: Uint8Array, offset: number): void {
  if (line.at(-1) !== LF || line.includes(0)) {
    const why = line.includes(0) ? 'that holds a NUL' : `without a line end within ${MAX_LINE} bytes`;
    throw invalid(`a line ${why}`, offset);
  }
  const tokens = splitArguments(line);
  if (tokens === undefined || tokens.length < 6 || tokens.length % 2 === 1) {
    throw invalid('a line that is not made of the pairs file, seq and type', offset);
  }
  const file = readPairs(tokens, offset);
  if (file.type === 'history') {
    manifest.history.push(file);
  } else if (file.type === 'base') {
    if (manifest.base !== undefined) throw invalid('a second base', offset);
    manifest.base = file;
  } else {
    const last = manifest.incr.at(-1)?.seq ?? 0;
    if (file.seq <= last) throw invalid(`an increment with the number ${file.seq} behind ${last}`, offset);
    manifest.incr.push(file);
  }
}

function readPairs(tokens: readonly Uint8Array<ArrayBuffer>[], offset: number): ManifestFile {
  let name: Uint8Array | undefined;
  let seq = 0;
  let type: number | undefined;
  const more: Pick<ManifestFile, 'startOffset' | 'endOffset' | 'other'> = {};
  for (let i = 0; i < tokens.length; i += 2) {
    const key = utf8(untilNul(tokens[i]!));
    const value = tokens[i + 1]!;
    switch (key.toLowerCase()) {
      case 'file':
        name = untilNul(value);
        if (name.includes(0x2f) || name.includes(0x5c)) {
          throw invalid(`a path instead of a name: ${keyText(name, 0, name.length)}`, offset);
        }
        break;
      case 'seq':
        seq = number(value, offset);
        break;
      case 'type':
        type = value[0] ?? 0;
        break;
      case 'startoffset':
        more.startOffset = number(value, offset);
        break;
      case 'endoffset':
        more.endOffset = number(value, offset);
        break;
      default:
        more.other ??= [];
        more.other.push([keyText(tokens[i]!, 0, tokens[i]!.length), keyText(value, 0, value.length)]);
    }
  }
  if (name === undefined) throw invalid('a line without the key file', offset);
  if (seq === 0) throw invalid('a line without a number other than 0 as seq', offset);
  const found = TYPES.get(type ?? 0);
  if (found === undefined) throw invalid('a line whose type is neither b, h nor i', offset);
  return { name: keyText(name, 0, name.length), seq, type: found, ...more };
}

/** What C sees of a string. */
function untilNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
}

/** As C's `atoll`. */
function number(bytes: Uint8Array, offset: number): number {
  let text = '';
  for (const byte of untilNul(bytes)) text += String.fromCharCode(byte);
  const value = Number(/^[ \t-\r]*([+-]?\d+)/.exec(text)?.[1] ?? 0);
  if (!Number.isSafeInteger(value)) throw invalid(`a number beyond 2^53: ${text}`, offset);
  return value === 0 ? 0 : value;
}

function invalid(what: string, offset: number): RedisFileError {
  return new RedisFileError('MANIFEST_INVALID', `the manifest has ${what}`, { offset });
}

/**
 * Writes a manifest as servers do: the base, the history, the increments; names in quotes where that is needed.
 *
 * @throws RedisFileError `MANIFEST_INVALID` for what a server would refuse, or read otherwise; `INVALID_ARGUMENT` for what is no
 *   manifest
 *
 * @example
 * ```ts
 * import { formatManifest } from 'rdb-aof';
 *
 * const base = { name: 'my log.1.base.rdb', seq: 1, type: 'base' } as const;
 * console.log(formatManifest({ base, history: [], incr: [] }).trim()); // file "my log.1.base.rdb" seq 1 type b
 * ```
 */
export function formatManifest(manifest: Manifest): string {
  if (!Array.isArray(manifest?.history) || !Array.isArray(manifest.incr)) {
    throw new RedisFileError('INVALID_ARGUMENT', 'a manifest has a base or undefined, and lists of history and incr');
  }
  const files = [...manifest.history, ...manifest.incr];
  if (manifest.base !== undefined) files.unshift(manifest.base);
  // A server refuses a file of no bytes, and takes one of a comment for one that lists nothing.
  const text = files.length === 0 ? '# no files\n' : files.map(formatLine).join('');
  // Whatever is wrong shows here, and not when a server starts.
  const read = parseManifest(text);
  checkRead('base', [manifest.base], [read.base]);
  checkRead('history', manifest.history, read.history);
  checkRead('incr', manifest.incr, read.incr);
  return text;
}

function checkRead(
  list: string,
  given: readonly (ManifestFile | undefined)[],
  read: readonly (ManifestFile | undefined)[],
): void {
  for (const [i, file] of given.entries()) {
    for (const key of ['name', 'seq', 'type', 'startOffset', 'endOffset'] as const) {
      const [found, wanted] = [read[i]?.[key], file?.[key]];
      if (found === wanted) continue;
      const message = `${key} ${String(wanted)} of a file in ${list} would be read as ${String(found)}`;
      throw new RedisFileError('MANIFEST_INVALID', message);
    }
  }
}

function formatLine({ name, seq, type, startOffset, endOffset, other = [] }: ManifestFile): string {
  const words = ['file', joinArgument(nameBytes(name)), 'seq', String(seq), 'type', type[0]];
  if (startOffset !== undefined) words.push('startoffset', String(startOffset));
  if (endOffset !== undefined) words.push('endoffset', String(endOffset));
  for (const pair of other) for (const word of pair) words.push(joinArgument(nameBytes(word)));
  return `${words.join(' ')}\n`;
}

/** The bytes of a text in which a lone surrogate U+DC80 to U+DCFF stands for a byte that is no UTF-8. */
export function nameBytes(text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(letter));
  }
  return new Uint8Array(bytes);
}
