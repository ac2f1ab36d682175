/**
 * Makes `src/lzf/wasm-binary.ts`: a WebAssembly module that unpacks LZF blocks (redis: src/lzf_d.c, lzf_decompress).
 *
 * Literal runs and references are copied sixteen or eight bytes at once, and so write up to SLACK bytes more than they
 * should: what comes next overwrites them, and there is room behind the input and the output. Only references that
 * reach back less than eight bytes, whose source is what they have just written, go byte by byte.
 *
 * Memory, in bytes:
 *     INPUT    the block, at most INPUT_SIZE bytes, and SLACK
 *     OUTPUT   what it unpacks to, at most OUTPUT_SIZE bytes, and SLACK
 *
 * Exports: `memory`, and `unpack(inputLength, outputLength)`, which returns 1 where the block is whole and unpacks to
 * just that length, else 0.
 */
import {
  assemble,
  I32,
  i32,
  i64,
  increase,
  local,
  memory,
  RETURN,
  repeatWhile,
  sourceOf,
  v128,
  when,
  whileLoop,
} from './assembler.mjs';

/** @import { Code, Func } from './assembler.mjs' */

const SLACK = 64;
const INPUT = 0;
const INPUT_SIZE = 1 << 20;
const OUTPUT = INPUT + INPUT_SIZE + SLACK;
const OUTPUT_SIZE = 1 << 20;
const PAGES = Math.ceil((OUTPUT + OUTPUT_SIZE + SLACK) / 65536);

/** @returns {Func} */
function unpack() {
  // The parameters turn into addresses; `read` and `write` move.
  const [end, stop, read, write, count, from, distance, done] = [0, 1, 2, 3, 4, 5, 6, 7];
  const fail = [i32.const(0), RETURN];
  /** Room for `count` bytes of output. */
  const checkRoom = when([local.get(write), local.get(count), i32.add, local.get(stop), i32.gtU], fail);
  const checkInput = when([local.get(read), local.get(end), i32.geU], fail);
  const nextByte = [local.get(read), i32.load8(0)];
  const pass = increase(read, i32.const(1));
  /** From `from` to `write`, `step` bytes at once. @param {number} step @param {Code} load @param {Code} store */
  const copyBy = (step, load, store) => [
    [i32.const(0), local.set(done)],
    repeatWhile(
      [
        [local.get(write), local.get(done), i32.add, local.get(from), local.get(done), i32.add, load, store],
        increase(done, i32.const(step)),
      ],
      [local.get(done), local.get(count), i32.ltU],
    ),
  ];
  const literals = [
    [local.get(count), i32.const(1), i32.add, local.set(count)],
    when([local.get(read), local.get(count), i32.add, local.get(end), i32.gtU], fail),
    checkRoom,
    [local.get(write), local.get(read), v128.load(0), v128.store(0)],
    when(
      [local.get(count), i32.const(16), i32.gtU],
      [local.get(write), local.get(read), v128.load(16), v128.store(16)],
    ),
    increase(read, local.get(count)),
  ];
  const reference = [
    // Meanwhile `distance` holds the control byte.
    [local.get(count), local.set(distance), local.get(count), i32.const(5), i32.shrU, local.set(count)],
    when(
      [local.get(count), i32.const(7), i32.eq],
      [checkInput, [local.get(count), nextByte, i32.add, local.set(count)], pass],
    ),
    increase(count, i32.const(2)),
    checkInput,
    [local.get(distance), i32.const(31), i32.and, i32.const(8), i32.shl, nextByte, i32.add, i32.const(1), i32.add],
    [local.set(distance), pass],
    when([local.get(distance), local.get(write), i32.const(OUTPUT), i32.sub, i32.gtU], fail),
    checkRoom,
    [local.get(write), local.get(distance), i32.sub, local.set(from)],
    when(
      [local.get(distance), i32.const(16), i32.geU],
      copyBy(16, v128.load(0), v128.store(0)),
      when(
        [local.get(distance), i32.const(8), i32.geU],
        copyBy(8, i64.load(0), i64.store(0)),
        when(
          [local.get(distance), i32.const(1), i32.eq],
          [local.get(write), local.get(from), i32.load8(0), local.get(count), memory.fill],
          copyBy(1, i32.load8(0), i32.store8(0)),
        ),
      ),
    ),
  ];
  /** @type {Code} */
  const body = [
    [local.get(end), i32.const(INPUT), i32.add, local.set(end), i32.const(INPUT), local.set(read)],
    [local.get(stop), i32.const(OUTPUT), i32.add, local.set(stop), i32.const(OUTPUT), local.set(write)],
    whileLoop(
      [local.get(read), local.get(end), i32.ltU],
      [
        [nextByte, local.set(count)],
        pass,
        when([local.get(count), i32.const(32), i32.ltU], literals, reference),
        increase(write, local.get(count)),
      ],
    ),
    [local.get(write), local.get(stop), i32.eq],
  ];
  return { parameters: [I32, I32], results: [I32], locals: Array(6).fill(I32), body };
}

/** The module's bytes. */
export function buildModule() {
  return assemble(PAGES, { unpack: unpack() });
}

/** The text of `src/lzf/wasm-binary.ts`. */
export function buildSource() {
  return sourceOf(
    'lzf.mjs',
    {
      INPUT: [INPUT, "Where in the module's memory the block goes."],
      INPUT_SIZE: [INPUT_SIZE, 'How many bytes it may have.'],
      OUTPUT: [OUTPUT, 'Where the unpacked bytes stand after a call.'],
      OUTPUT_SIZE: [OUTPUT_SIZE, 'How many they may be.'],
    },
    buildModule(),
  );
}
