import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentList, encodeCommand, RespOutput, splitCommands, word } from '../../src/resp/index.ts';
import { parseResp } from '../log/make.ts';

const SET = word('SET');
const text = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(value, 'latin1'));
const all = (out: RespOutput): string => Buffer.from(out.take(false)).toString('latin1');

function add(out: RespOutput, value: string): void {
  const bytes = text(value);
  out.argument(bytes, 0, bytes.length);
}

describe('encodeCommand', () => {
  it('writes canonical RESP for any arguments, which splitCommands takes apart', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 120 }), (argv) => {
        const bytes = encodeCommand(argv);
        const wanted = argv.map((argument) => Buffer.from(argument).toString('latin1'));
        expect(parseResp(bytes)).toEqual([wanted]);
        for (const views of [false, true]) {
          const found: string[][] = [];
          splitCommands(bytes, views, (split) => found.push(split.map((one) => Buffer.from(one).toString('latin1'))));
          expect(found).toEqual([wanted]);
        }
      }),
    );
  });
});

describe('RespOutput', () => {
  it.each([1, 8, 9, 98, 99, 998, 999, 1_048_575])('counts %i arguments behind the name', (count) => {
    const out = new RespOutput();
    out.begin(SET);
    for (let i = 0; i < count; i++) out.integer(7);
    out.end();
    const bytes = all(out);
    expect(bytes.startsWith(`*${count + 1}\r\n$3\r\nSET\r\n$1\r\n7\r\n`)).toBe(true);
    expect(bytes.length).toBe(`*${count + 1}\r\n`.length + 9 + 7 * count);
  });

  it('writes integers and copies strings of every length from every kind of array', () => {
    const large = new Uint8Array(5000).map((_, i) => i * 7);
    const out = new RespOutput();
    const wanted: string[] = ['SET'];
    out.begin(SET);
    for (const n of [0, 9, 10, -1, 99, 100, 12345, -98765, 2 ** 53 - 1, -(2 ** 53 - 1), 2n ** 63n, -(2n ** 63n)]) {
      out.integer(n);
      wanted.push(String(n));
    }
    for (let length = 0; length < 140; length++) {
      for (const from of [large, large.slice(0, 300), large.slice(length, 2 * length)]) {
        const start = from.length >= 300 ? length : 0;
        out.argument(from, start, start + length);
        wanted.push(Buffer.from(from.subarray(start, start + length)).toString('latin1'));
      }
    }
    out.end();
    expect(parseResp(out.take(false))).toEqual([wanted]);
  });

  it('hands out whole commands only, and the beginning of a sealed one where that is wanted', () => {
    const out = new RespOutput();
    out.begin(SET);
    add(out, 'k');
    expect(out.ready).toBe(0);
    out.seal(3);
    out.beginArgument(4);
    out.piece(text('ab'), 0, 2);
    expect(out.take(true)).toHaveLength(0);
    const first = all(out);
    expect(first).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\nab');
    out.piece(text('cd'), 0, 2);
    out.endArgument();
    out.end();
    expect(all(out)).toBe('cd\r\n');
  });

  it('keeps a command together when others before it leave', () => {
    const out = new RespOutput();
    for (let i = 0; i < 3; i++) {
      out.begin(SET);
      add(out, `k${i}`);
      if (i < 2) {
        out.end();
        out.begin(SET);
      }
      if (i < 2) expect(all(out)).toBe(`*2\r\n$3\r\nSET\r\n$2\r\nk${i}\r\n`);
      if (i < 2) out.cancel();
    }
    out.end();
    expect(all(out)).toBe('*2\r\n$3\r\nSET\r\n$2\r\nk2\r\n');
  });

  it('takes back what came since the mark, or says that some of it has left', () => {
    const out = new RespOutput();
    const command = (name: string): void => {
      out.begin(word(name));
      out.end();
    };
    command('A');
    out.mark();
    command('B');
    out.begin(SET);
    expect(out.undo()).toBe(true);
    expect(all(out)).toBe('*1\r\n$1\r\nA\r\n');
    out.mark();
    command('B');
    all(out);
    out.begin(SET);
    expect(out.undo()).toBe(false);
    command('C');
    expect(all(out)).toBe('*1\r\n$1\r\nC\r\n');
    out.mark();
    out.begin(SET);
    out.seal(2);
    all(out);
    expect(out.undo()).toBe(false);
    command('D');
    expect(all(out)).toBe('');
  });

  it('holds commands back, to put others before them', () => {
    const out = new RespOutput();
    out.begin(word('A'));
    out.end();
    out.hold();
    out.begin(word('C'));
    out.end();
    expect(all(out)).toBe('*1\r\n$1\r\nA\r\n');
    const held = out.takeHeld();
    out.begin(word('B'));
    out.end();
    out.commands(held);
    expect(out.ready).toBe(0);
    out.release();
    expect(parseResp(out.take(false))).toEqual([['B'], ['C']]);
  });

  it('moves arguments into lists and back', () => {
    const out = new RespOutput();
    const list = new ArgumentList();
    out.begin(SET);
    add(out, 'k');
    const from = out.size;
    add(out, 'v');
    out.copy(from, out.size, 1, list);
    out.cut(from, 1);
    list.addInteger(5);
    out.list(list);
    out.end();
    expect(parseResp(out.take(false))).toEqual([['SET', 'k', 'v', '5']]);
  });
});
