/** Commands that are found many at once, in WebAssembly, are those that the scanner reads one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandScanner, type CommandSink } from '../../src/resp/index.ts';
import { commandFinder } from '../../src/resp/wasm.ts';
import { log, raw, shown } from '../helpers/aof.ts';

/** Every record with its offsets, however its arguments came. */
class Commands implements CommandSink {
  readonly seen: string[] = [];
  /** Commands that came whole. */
  wholes = 0;
  #argv: string[] = [];
  #piece = '';
  #offset = 0;

  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number, end: number): void {
    this.wholes++;
    this.command(count, offset);
    for (let i = from; i < from + 2 * count; i += 2) this.argument(bytes, spans[i]!, spans[i + 1]!);
    this.complete(end);
  }

  command(_count: number, offset: number): void {
    this.#argv = [];
    this.#offset = offset;
  }

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.#argv.push(shown(bytes.subarray(start, end)));
  }

  piece(bytes: Uint8Array, start: number, end: number, left: number): void {
    this.#piece += shown(bytes.subarray(start, end));
    if (left > 0) return;
    this.#argv.push(this.#piece);
    this.#piece = '';
  }

  complete(end: number): void {
    this.seen.push(`${this.#offset}-${end} ${JSON.stringify(this.#argv)}`);
  }

  annotation(line: Uint8Array, offset: number): void {
    this.seen.push(`${offset} ${shown(line)}`);
  }
}

function scan(bytes: Uint8Array, sizes: readonly number[], tolerant: boolean): Commands & { error?: unknown } {
  const commands = new Commands() as Commands & { error?: unknown };
  const scanner = new CommandScanner(commands, tolerant, 7);
  try {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = at + sizes[i % sizes.length]!;
      scanner.push(bytes.slice(at, end));
      at = end;
    }
    scanner.end();
  } catch (error) {
    const { code, message, offset } = error as { code: string; message: string; offset: number };
    commands.error = { code, message, offset };
  }
  return commands;
}

const argument = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 90, max: 2000 }).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom(65_520, 65_536, 70_000).map((length) => 'y'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom('\r\n*1\r\n$4\r\nPING\r\n', '\r\n', '$1\r\na') },
);
const ordinary = fc.array(argument, { minLength: 1, maxLength: 6 }).map((argv) => log(argv));
const odd = fc.oneof(
  fc.constantFrom('#TS:1700000000\r\n', `#${'n'.repeat(1021)}\r\n`, log(Array.from({ length: 300 }, String))),
  fc.constantFrom(
    '*01\r\n$4\r\nPING\r\n',
    '*1\r\n$04\r\nPING\r\n',
    '*1\n$4\nPING\n\n',
    '*1\r\n$4\r\nPINGxx',
    '* 1\r\n$4\r\nPING\r\n',
  ),
);
const logs = fc.array(fc.oneof({ weight: 12, arbitrary: ordinary }, { weight: 1, arbitrary: odd }), {
  minLength: 60,
  maxLength: 400,
});

describe('many commands at once', () => {
  it('are there to be found', () => {
    expect(commandFinder()).not.toBeNull();
  });

  it.each([false, true])('are those that come one by one, tolerant: %s', (tolerant) => {
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.integer({ min: 1100, max: 200_000 }), { minLength: 1, maxLength: 4 }),
        (parts, sizes) => {
          const bytes = raw(parts.join(''));
          const atOnce = scan(bytes, sizes, tolerant);
          const oneByOne = scan(bytes, [700], tolerant);
          expect([atOnce.seen, atOnce.error]).toEqual([oneByOne.seen, oneByOne.error]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('end where a byte is wrong', () => {
    const whole = log(...Array.from({ length: 80 }, (_, i) => ['SET', `key:${i}`, 'v'.repeat(i)]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, tolerant) => {
        const bytes = raw(whole);
        bytes[at] = byte;
        const atOnce = scan(bytes, [bytes.length], tolerant);
        const oneByOne = scan(bytes, [1000], tolerant);
        expect([atOnce.seen, atOnce.error]).toEqual([oneByOne.seen, oneByOne.error]);
      }),
      { numRuns: 500 },
    );
  });

  it('are left to the chunk behind where they are cut', () => {
    const parts = Array.from({ length: 60 }, (_, i) => log(['SET', `key:${i}`, 'v'.repeat(i)]));
    const bytes = raw(parts.join(''));
    for (let at = 1100; at < bytes.length; at++) {
      const commands = scan(bytes, [at, bytes.length], false);
      expect(commands.seen.length, `cut at ${at}`).toBe(60);
      expect(commands.wholes).toBeGreaterThanOrEqual(59);
    }
  });

  it('do not come from another scanner that is used meanwhile', () => {
    const log1 = Array.from({ length: 80 }, (_, i) => `#TS:1\r\n${log(['SET', `key:${i}`, 'v'.repeat(30)])}`).join('');
    const log2 = log(...Array.from({ length: 80 }, (_, i) => ['DEL', `other:${i}`, 'w'.repeat(50)]));
    class Leading extends Commands {
      override complete(end: number): void {
        super.complete(end);
        expect(scan(raw(log2), [log2.length], false).seen).toHaveLength(80);
      }
    }
    const leading = new Leading();
    const scanner = new CommandScanner(leading, false, 7);
    scanner.push(raw(log1));
    expect(leading.seen).toEqual(scan(raw(log1), [700], false).seen);
  });
});
