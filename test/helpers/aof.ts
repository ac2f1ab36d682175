/** Logs, commands and servers that the tests of append-only files share. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AofCommand, AofRecord } from '../../src/index.ts';
import type { Bytes } from './encode-bytes.ts';

export const AOF_FIXTURES: string = fileURLToPath(new URL('../../fixtures/aof', import.meta.url));

/** Bytes of a text with one character per byte. */
export const raw = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));

/** Text with one character per byte. */
export const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Commands as a server logs them. */
export function log(...commands: readonly (readonly string[])[]): string {
  return commands
    .map((argv) => `*${argv.length}\r\n${argv.map((one) => `$${one.length}\r\n${one}\r\n`).join('')}`)
    .join('');
}

/** The arguments of the commands among records, as text. */
export function argvs(records: readonly (AofRecord<Uint8Array<ArrayBuffer> | string> | AofCommand)[]): string[][] {
  return records.flatMap((record) =>
    record.kind === 'command' ? [record.argv.map((one) => (typeof one === 'string' ? one : shown(one)))] : [],
  );
}

/** Every file of logs below a folder, and not the manifests. */
export function logFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:aof|rdb)$/.test(name) && statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => join(folder, name));
}

/** What records are, short and comparable: bytes as text. */
export function plain(records: readonly unknown[]): unknown {
  return JSON.parse(
    JSON.stringify(records, (_name, value) =>
      value instanceof Uint8Array ? shown(value) : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );
}

export const read = (path: string): Bytes => new Uint8Array(readFileSync(path));
