/**
 * Makes `src/inspect/wasm-binary.ts`: a WebAssembly module that writes bytes as the inside of a JSON string, as
 * `writeText` in `src/inspect/text.ts` does.
 *
 * Sixteen bytes are copied at once, and looked at in passing: where none of them needs more than copying, that was all.
 * Where one needs a backslash before it, what is behind it is copied once more; at any other the copy ends, and that one
 * is written on its own. So there is room behind input and output for SLACK bytes that do not count.
 *
 * Memory, in bytes:
 *     ESCAPED  a byte for each byte: 0 to copy it, the letter behind a backslash, or 1 where it needs more than that
 *     CONSUMED the bytes of input that were written, 4 bytes, little endian
 *     INPUT    at most INPUT_SIZE bytes, and SLACK
 *     OUTPUT   up to six times as many, and SLACK
 *
 * Exports: `memory`, and `write(length, last)`, which returns the length of the output. With `last` 0 it stops before a
 * character that the end of the input cuts.
 */
import {
  assemble,
  branch,
  I32,
  i8x16,
  i32,
  increase,
  local,
  RETURN,
  repeatWhile,
  sourceOf,
  V128,
  v128,
  when,
  whileLoop,
} from './assembler.mjs';

/** @import { Code, Func } from './assembler.mjs' */

const SLACK = 16;
const ESCAPED = 0;
const CONSUMED = 256;
const INPUT = 272;
const INPUT_SIZE = 1 << 15;
const OUTPUT = INPUT + INPUT_SIZE + SLACK;
const PAGES = Math.ceil((OUTPUT + 6 * INPUT_SIZE + SLACK) / 65536);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The first four characters of an escape, as a little-endian number. @param {string} text */
const word = (text) => Buffer.from(text, 'latin1').readInt32LE();

/** @returns {Func} */
function write() {
  // The length turns into the address of the end; `read` and `to` move.
  const [end, last, read, to, byte, size, low, high] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [special, base, place, block] = [8, 9, 10, 11];

  const finish = [
    [i32.const(0), local.get(read), i32.const(INPUT), i32.sub, i32.store(CONSUMED)],
    [local.get(to), i32.const(OUTPUT), i32.sub, RETURN],
  ];
  /** One hex digit: letters stand 39 places further on than digits would. @param {Code} digit */
  const hexDigit = (digit) => [
    [digit, i32.const(48), i32.add],
    [digit, i32.const(9), i32.gtU, i32.const(39), i32.mul, i32.add],
  ];
  /** `\\uHHXX` with the byte at hand as XX. @param {string} head */
  const unicode = (head) => [
    [local.get(to), i32.const(word(head)), i32.store(0)],
    [local.get(to), hexDigit([local.get(byte), i32.const(4), i32.shrU]), i32.store8(4)],
    [local.get(to), hexDigit([local.get(byte), i32.const(15), i32.and]), i32.store8(5)],
    increase(to, i32.const(6)),
    increase(read, i32.const(1)),
  ];

  const ascii = [
    [local.get(byte), i32.load8(ESCAPED), local.set(size)],
    when([local.get(size), i32.const(1), i32.eq], unicode('\\u00'), [
      when(
        [local.get(size)],
        [
          [local.get(to), i32.const(BACKSLASH), i32.store8(0), local.get(to), local.get(size), i32.store8(1)],
          increase(to, i32.const(2)),
        ],
        [[local.get(to), local.get(byte), i32.store8(0)], increase(to, i32.const(1))],
      ),
      increase(read, i32.const(1)),
    ]),
  ];

  /** The byte that many behind the one at hand. @param {number} at */
  const byteAt = (at) => [local.get(read), i32.load8(at)];
  /** Sets a bound of the second byte for one first byte. @param {number} first @param {number} bound @param {number} value */
  const boundFor = (first, bound, value) =>
    when([local.get(byte), i32.const(first), i32.eq], [i32.const(value), local.set(bound)]);
  const invalid = [i32.const(0), local.set(size)];
  /** The byte that many behind the first belongs to it, or `size` becomes 0. @param {number} at @param {Code} fits */
  const follows = (at, fits) =>
    when(
      [local.get(size), i32.const(at), i32.gtU],
      when(
        [local.get(read), i32.const(at), i32.add, local.get(end), i32.geU],
        [when([local.get(last)], invalid, finish)],
        when(fits, [], invalid),
      ),
    );
  /** @param {number} at */
  const continues = (at) => [byteAt(at), i32.const(0xc0), i32.and, i32.const(0x80), i32.eq];
  /** UTF-8, as the Unicode standard bounds it (table 3-7); all else becomes a lone surrogate. */
  const sequence = [
    [i32.const(2), local.get(byte), i32.const(0xe0), i32.geU, i32.add],
    [local.get(byte), i32.const(0xf0), i32.geU, i32.add, local.set(size)],
    when([local.get(byte), i32.const(0xc2), i32.ltU, local.get(byte), i32.const(0xf4), i32.gtU, i32.or], invalid),
    [i32.const(0x80), local.set(low), i32.const(0xbf), local.set(high)],
    [boundFor(0xe0, low, 0xa0), boundFor(0xed, high, 0x9f), boundFor(0xf0, low, 0x90), boundFor(0xf4, high, 0x8f)],
    follows(1, [byteAt(1), local.get(low), i32.geU, byteAt(1), local.get(high), i32.leU, i32.and]),
    follows(2, continues(2)),
    follows(3, continues(3)),
    when(
      [local.get(size)],
      [
        [local.get(to), local.get(read), i32.load(0), i32.store(0)],
        increase(to, local.get(size)),
        increase(read, local.get(size)),
      ],
      unicode('\\udc'),
    ),
  ];

  /**
   * Copies sixteen bytes, with a backslash before those that need no more than that: behind each of them, what follows
   * is copied once more, to where it belongs then. Ends the construct it stands in at a byte that needs more.
   */
  const copyBlock = [
    [local.get(to), local.get(read), v128.load(0), local.tee(block), v128.store(0)],
    // Signed, bytes from 80 on are below 20 too.
    [local.get(block), i8x16.const(0x20), i8x16.ltS],
    [local.get(block), i8x16.const(QUOTE), i8x16.eq, v128.or],
    [local.get(block), i8x16.const(BACKSLASH), i8x16.eq, v128.or, i8x16.bitmask, local.set(special)],
    [local.get(read), local.set(base)],
    whileLoop(
      [local.get(special)],
      [
        // To the byte at the lowest bit that is set.
        [local.get(base), local.get(special), i32.ctz, i32.add, local.tee(place)],
        [i32.load8(0), i32.load8(ESCAPED), local.set(size)],
        increase(to, [local.get(place), local.get(read), i32.sub]),
        [local.get(place), local.set(read)],
        when([local.get(size), i32.const(1), i32.eq], branch(3)),
        [local.get(to), local.get(size), i32.const(8), i32.shl, i32.const(BACKSLASH), i32.or, i32.store16(0)],
        increase(read, i32.const(1)),
        increase(to, i32.const(2)),
        [local.get(to), local.get(read), v128.load(0), v128.store(0)],
        [local.get(special), local.get(special), i32.const(1), i32.sub, i32.and, local.set(special)],
      ],
    ),
    increase(to, [local.get(base), i32.const(16), i32.add, local.get(read), i32.sub]),
    [local.get(base), i32.const(16), i32.add, local.set(read)],
  ];

  /** @type {Code} */
  const body = [
    [local.get(end), i32.const(INPUT), i32.add, local.set(end), i32.const(INPUT), local.set(read)],
    [i32.const(OUTPUT), local.set(to)],
    whileLoop(
      [local.get(read), local.get(end), i32.ltU],
      [
        when(
          [local.get(read), i32.const(16), i32.add, local.get(end), i32.leU],
          // On with the loop: out of both conditions.
          [copyBlock, branch(2)],
        ),
        // Such bytes seldom come alone: blocks are for what can be copied.
        repeatWhile(
          [[local.get(read), i32.load8(0), local.tee(byte)], when([i32.const(0x80), i32.ltU], ascii, sequence)],
          [
            [local.get(read), i32.load8(0), i32.load8(ESCAPED)],
            [local.get(read), local.get(end), i32.ltU, i32.mul],
          ],
        ),
      ],
    ),
    finish,
    // Never reached: `finish` returns.
    [0x00],
  ];
  return {
    parameters: [I32, I32],
    results: [I32],
    locals: [I32, I32, I32, I32, I32, I32, I32, I32, I32, V128],
    body,
  };
}

/** The module's bytes. */
export function buildModule() {
  return assemble(PAGES, { write: write() });
}

/** The text of `src/inspect/wasm-binary.ts`. */
export function buildSource() {
  return sourceOf(
    'json.mjs',
    {
      ESCAPED: [ESCAPED, "Where in the module's memory the table of escapes goes, 256 bytes; no ASCII is 1 there."],
      CONSUMED: [CONSUMED, 'Where the number of bytes that were written stands after a call: 4 bytes, little endian.'],
      INPUT: [INPUT, 'Where the bytes go.'],
      INPUT_SIZE: [INPUT_SIZE, 'How many bytes of input one call may take.'],
      OUTPUT: [OUTPUT, 'Where the text stands after a call.'],
    },
    buildModule(),
  );
}
