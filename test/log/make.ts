/** Commands of files, by both ways that lead to them: spans of the scanner, and records. */
import { type AofCommand, CommandBuilder, type CommandOptions, encodeCommand, RdbParser } from '../../src/index.ts';
import { commandWriter } from '../../src/log/index.ts';
import { RdbScanner } from '../../src/rdb/index.ts';

export interface MakeOptions extends CommandOptions {
  /** Largest string that is held. */
  maxValueBytes?: number;
  /** The file comes in chunks of so many bytes. */
  chunk?: number;
}

function* chunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** By spans, as `resp` does. */
export function respOf(bytes: Uint8Array, options: MakeOptions): { resp: Uint8Array; count: number } {
  const { maxValueBytes = 1 << 20, chunk = 1 << 16, ...given } = options;
  const writer = commandWriter(given);
  const scanner = new RdbScanner(writer, {
    checksum: true,
    maxValueBytes,
    pieces: true,
    strictVersion: false,
    family: undefined,
    skipDamaged: false,
    capture: given.mode === 'restore',
    reuse: true,
  });
  const parts: Uint8Array[] = [];
  for (const piece of chunks(bytes, chunk)) {
    scanner.push(piece);
    parts.push(writer.take().slice());
  }
  scanner.end();
  writer.finish();
  parts.push(writer.take().slice());
  const resp = new Uint8Array(Buffer.concat(parts));
  return { resp, count: parseResp(resp).length };
}

/** By records, as `toCommands` does. */
export function commandsOf(
  bytes: Uint8Array,
  options: MakeOptions & { views?: boolean; values?: 'data' | 'raw' },
): AofCommand[] {
  const { maxValueBytes = 1 << 20, chunk = 1 << 16, values = 'data', views = false, ...given } = options;
  const parser = new RdbParser({ values, large: 'pieces', maxValueBytes, views });
  const builder = new CommandBuilder({ ...given, views });
  const commands: AofCommand[] = [];
  for (const piece of chunks(bytes, chunk)) commands.push(...builder.push(parser.push(piece)));
  commands.push(...builder.push(parser.end()), ...builder.end());
  return commands;
}

/** The bytes of commands. */
export function encodeAll(commands: readonly AofCommand[]): Uint8Array {
  return new Uint8Array(Buffer.concat(commands.map(({ argv }) => encodeCommand(argv))));
}

/** A strict reader of RESP commands, for what must be canonical. Strings have one character per byte. */
export function parseResp(bytes: Uint8Array): string[][] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const commands: string[][] = [];
  let at = 0;
  const head = (mark: string): number => {
    const end = text.indexOf('\r\n', at);
    const line = text.toString('latin1', at, end);
    const match = /^(.)(0|[1-9]\d*)$/.exec(line);
    if (match?.[1] !== mark) throw new Error(`expected ${mark} at byte ${at}, found ${JSON.stringify(line)}`);
    at = end + 2;
    return Number(match[2]);
  };
  while (at < bytes.length) {
    const argv: string[] = [];
    for (let left = head('*'); left > 0; left--) {
      const length = head('$');
      argv.push(text.toString('latin1', at, at + length));
      at += length;
      if (text.toString('latin1', at, at + 2) !== '\r\n') throw new Error(`no line end at byte ${at}`);
      at += 2;
    }
    commands.push(argv);
  }
  return commands;
}
