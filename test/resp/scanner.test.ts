/** The reading side of RESP: what goes to the sink, and offsets beyond 32 bits. */
import { describe, expect, it } from 'vitest';
import { CommandScanner, type CommandSink } from '../../src/resp/index.ts';
import { log, raw, shown } from '../helpers/aof.ts';

/** Notes what it is told, and of pieces only how long they are. */
class Notes implements CommandSink {
  readonly events: string[] = [];
  #torn = 0;

  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number, end: number): void {
    this.command(count, offset);
    for (let i = from; i < from + 2 * count; i += 2) this.argument(bytes, spans[i]!, spans[i + 1]!);
    this.complete(end);
  }

  command(count: number, offset: number): void {
    this.events.push(`command ${count} at ${offset}`);
  }

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.events.push(`argument ${shown(bytes.subarray(start, end))}`);
  }

  piece(_bytes: Uint8Array, start: number, end: number, left: number): void {
    this.#torn += end - start;
    if (left > 0) return;
    this.events.push(`pieces ${this.#torn}`);
    this.#torn = 0;
  }

  complete(end: number): void {
    this.events.push(`complete ${end}`);
  }

  annotation(line: Uint8Array, offset: number): void {
    this.events.push(`annotation ${shown(line).trim()} at ${offset}`);
  }
}

describe('CommandScanner', () => {
  it('tells of commands, arguments and annotations', () => {
    const notes = new Notes();
    const scanner = new CommandScanner(notes, false, 1000);
    scanner.push(raw(`#TS:1\r\n${log(['SET', '', 'v'])}`));
    scanner.end();
    expect(notes.events).toEqual([
      'annotation #TS:1 at 1000',
      'command 3 at 1007',
      'argument SET',
      'argument ',
      'argument v',
      'complete 1033',
    ]);
  });

  it('passes arguments through that do not lie in one chunk', () => {
    const notes = new Notes();
    const scanner = new CommandScanner(notes, false, 0);
    for (const chunk of ['*2\r\n$3\r\nG', 'E', 'T\r', '\n$4\r\nabcd', '\r\n']) scanner.push(raw(chunk));
    expect(notes.events).toEqual(['command 2 at 0', 'pieces 3', 'argument abcd', 'complete 23']);
    expect(scanner.offset).toBe(23);
    expect(scanner.recordOffset).toBe(23);
    scanner.push(raw('*'));
    expect(scanner.recordOffset).toBe(23);
  });

  it('knows where it is behind an argument of 5 GB', () => {
    const size = 5 * 2 ** 30;
    const head = raw(`${log(['INCR', 'n'])}*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${size}\r\n`);
    const tail = raw(`\r\n${log(['INCR', 'n'])}!`);
    const notes = new Notes();
    const scanner = new CommandScanner(notes, false, 0);
    scanner.push(head);
    // The same chunk again and again: how a file of this size is read is another test.
    const zeros = new Uint8Array(1 << 22);
    for (let at = 0; at < size; at += zeros.length) scanner.push(zeros);
    expect(() => scanner.push(tail)).toThrow(
      expect.objectContaining({ code: 'AOF_BAD_FORMAT', offset: head.length + size + 23 }),
    );
    const end = head.length + size + 2;
    expect(notes.events.slice(-6)).toEqual([
      `pieces ${size}`,
      `complete ${end}`,
      `command 2 at ${end}`,
      'argument INCR',
      'argument n',
      `complete ${end + 21}`,
    ]);
  });
});
