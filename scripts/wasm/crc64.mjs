/**
 * Makes `src/crc64/wasm-binary.ts`: a WebAssembly module that computes CRC-64 (Jones).
 *
 * How it works. A CRC is the remainder of a polynomial division, so any multiple of the polynomial may be added (XORed)
 * to the message without changing the result. TAPS describes a multiple with only nine terms, all at whole bytes: a
 * byte may be removed from the message by XORing it into the eight bytes that stand TAPS bytes further on. Doing that
 * from left to right empties the whole message except for its last REACH bytes. Turned round, every byte collects what
 * the eight bytes before it have to give:
 *
 *     folded[i] = input[i] ^ folded[i - TAPS[0]] ^ ... ^ folded[i - TAPS[7]]
 *
 * No tables, no bit tricks, sixteen bytes at once: 16 bytes cost nine loads, eight XORs and a store. What is left, REACH
 * bytes, goes through slicing by 8 (one table per byte of a 64-bit word), and so do inputs below FOLD_FROM.
 *
 * Memory, in bytes:
 *     0        tables T[0] .. T[7], 256 entries of 8 bytes; T[k][b] = CRC of byte b followed by k zero bytes
 *     ...      REACH zero bytes: what stands before the input
 *     FOLDED   the folded bytes
 *     INPUT    the bytes to sum, at most INPUT_SIZE of them; overwritten by the computation
 *     RESULT   the CRC after the call, 8 bytes, little endian
 *
 * Exports: `memory`, and `update(lo, hi, length)`, which continues from the CRC `hi:lo`. The tables are built when the
 * module is instantiated.
 */
import {
  assemble,
  I32,
  I64,
  i32,
  i64,
  local,
  memory,
  repeatWhile,
  sourceOf,
  v128,
  when,
  whileLoop,
} from './assembler.mjs';

/** @import { Code, Func } from './assembler.mjs' */

const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

/**
 * Distances in bytes. With x^-8 written as z, the sum of z^d over these is 1 modulo the polynomial. Found by searching
 * sums of four powers for two that differ by exactly 1; a set of eight below about 1000 is as close as they come. None
 * may be under 16, the width of one step. A test checks the relation.
 */
export const TAPS = [84, 149, 255, 295, 378, 451, 528, 717];

const TABLE = 256 * 8;
const REACH = Math.ceil(Math.max(...TAPS) / 16) * 16;
/** Folding pays from about here on: 1 KiB takes 0.65 us either way, 4 KiB 1.2 us folded and 2.5 us by words. */
const FOLD_FROM = 1024;
const FOLDED = 8 * TABLE + REACH;
const INPUT_SIZE = 65536;
const INPUT = FOLDED + INPUT_SIZE;
const RESULT = INPUT + INPUT_SIZE;
const PAGES = Math.ceil((RESULT + 8) / 65536);

// --- the two functions ---

/**
 * The word in local `word` moved on by its 8 bytes: byte j looks into table 7 - j. An entry's address is its byte times
 * 8, hence shifts by three bits less than a whole byte.
 *
 * @param {number} word
 * @returns {Code}
 */
function wordStep(word) {
  /** @type {Code} */
  const code = [];
  for (let j = 0; j < 8; j++) {
    const shift = j === 0 ? [i64.const(3n), i64.shl] : [i64.const(BigInt(8 * j - 3)), i64.shrU];
    code.push(local.get(word), shift, i32.wrap, i32.const(255 * 8), i32.and, i64.load((7 - j) * TABLE));
    if (j > 0) code.push(i64.xor);
  }
  return code;
}

/** Local `crc` moved on by its lowest byte, through T[0]: `crc = T[0][crc & 255] ^ (crc >>> 8)`. @param {number} crc */
const byteStep = (crc) => [
  [local.get(crc), i32.wrap, i32.const(255), i32.and, i32.const(3), i32.shl, i64.load(0)],
  [local.get(crc), i64.const(8n), i64.shrU, i64.xor, local.set(crc)],
];

/** Builds all tables. Table k + 1 is table k with one more zero byte, so one running address fills them in order. @returns {Func} */
function buildTables() {
  const [at, crc] = [0, 1];
  const bitStep = [
    [local.get(crc), i64.const(1n), i64.shrU],
    [i64.const(0n), local.get(crc), i64.const(1n), i64.and, i64.sub, i64.const(POLYNOMIAL), i64.and],
    [i64.xor, local.set(crc)],
  ];
  /** @param {number} bytes */
  const nextUntil = (bytes) => [local.get(at), i32.const(8), i32.add, local.tee(at), i32.const(bytes), i32.ltU];
  /** @type {Code} */
  const body = [
    repeatWhile(
      [
        [local.get(at), i32.const(3), i32.shrU, i64.extendU, local.set(crc), Array(8).fill(bitStep)],
        [local.get(at), local.get(crc), i64.store(0)],
      ],
      nextUntil(TABLE),
    ),
    [i32.const(0), local.set(at)],
    repeatWhile(
      [
        [local.get(at), i64.load(0), local.set(crc), byteStep(crc)],
        [local.get(at), local.get(crc), i64.store(TABLE)],
      ],
      nextUntil(7 * TABLE),
    ),
  ];
  return { parameters: [], results: [], locals: [I32, I64], body };
}

/** `update(lo, hi, length)`: folds what is long, then goes by words, then by bytes. @returns {Func} */
function update() {
  const [lo, hi, length, at, stop, crc] = [0, 1, 2, 3, 4, 5];
  /** @param {number} bytes @returns {Code} */
  const move = (bytes) => [local.get(at), i32.const(bytes), i32.add, local.set(at)];
  /** @param {number} bytes @returns {Code} */
  const have = (bytes) => [local.get(at), i32.const(bytes), i32.add, local.get(length), i32.leU];
  /** From `at` to `stop`. @param {number} target @returns {Code} */
  const fold = (target) =>
    whileLoop(
      [local.get(at), local.get(stop), i32.ltU],
      [
        [local.get(at), local.get(at), v128.load(INPUT)],
        TAPS.map((tap) => [local.get(at), v128.load(FOLDED - tap), v128.xor]),
        [v128.store(target), move(16)],
      ],
    );
  /** @type {Code} */
  const body = [
    [local.get(hi), i64.extendU, i64.const(32n), i64.shl, local.get(lo), i64.extendU, i64.or, local.set(crc)],
    when(
      [local.get(length), i32.const(FOLD_FROM), i32.geU],
      [
        // A CRC so far acts like the first eight bytes.
        [i32.const(0), i32.const(0), i64.load(INPUT), local.get(crc), i64.xor, i64.store(INPUT)],
        [i64.const(0n), local.set(crc)],
        [local.get(length), i32.const(REACH), i32.sub, i32.const(-16), i32.and, local.set(stop)],
        fold(FOLDED),
        // The rest collects what is due from before `stop`, and nothing from itself.
        [local.get(stop), i32.const(FOLDED), i32.add, i32.const(0), i32.const(REACH), memory.fill],
        [local.get(stop), i32.const(REACH), i32.add, local.set(stop)],
        fold(INPUT),
        [local.get(at), i32.const(REACH), i32.sub, local.set(at)],
      ],
    ),
    whileLoop(have(8), [
      [local.get(crc), local.get(at), i64.load(INPUT), i64.xor, local.set(crc)],
      [wordStep(crc), local.set(crc), move(8)],
    ]),
    whileLoop(have(1), [
      [local.get(crc), local.get(at), i64.load8(INPUT), i64.xor, local.set(crc)],
      [byteStep(crc), move(1)],
    ]),
    [i32.const(RESULT), local.get(crc), i64.store(0)],
  ];
  return { parameters: [I32, I32, I32], results: [], locals: [I32, I32, I64], body };
}

/** The module's bytes. */
export function buildModule() {
  return assemble(PAGES, { update: update() }, buildTables());
}

/** The text of `src/crc64/wasm-binary.ts`. */
export function buildSource() {
  const constants = {
    INPUT: /** @type {[number, string]} */ ([INPUT, "Where in the module's memory the input goes."]),
    INPUT_SIZE: /** @type {[number, string]} */ ([INPUT_SIZE, 'How many bytes of input one call may take.']),
    RESULT: /** @type {[number, string]} */ ([
      RESULT,
      "Where in the module's memory the result stands after a call: 8 bytes, little endian.",
    ]),
  };
  return sourceOf('crc64.mjs', constants, buildModule());
}
