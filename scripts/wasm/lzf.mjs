/**
 * Makes `src/lzf/wasm-binary.ts`: a WebAssembly module that unpacks LZF blocks (redis: src/lzf_d.c, lzf_decompress) and
 * packs them, as `src/lzf/decompress.ts` and `src/lzf/compress.ts` do.
 *
 * Unpacking. Literal runs and references are copied sixteen or eight bytes at once, and so write up to SLACK bytes more than they
 * should: what comes next overwrites them, and there is room behind the input and the output. Only references that
 * reach back less than eight bytes, whose source is what they have just written, go byte by byte.
 *
 * Packing. The same steps as in TypeScript, and so the same blocks; bytes are compared eight at once, beyond the end of
 * the input if need be, as the length is cut to what is there.
 *
 * Memory, in bytes:
 *     INPUT    what is read, at most INPUT_SIZE bytes, and SLACK
 *     OUTPUT   what is written, at most OUTPUT_SIZE bytes, and SLACK
 *     TABLE    where three bytes of each hash were last seen, 4 bytes each; 0 is nowhere
 *
 * Exports: `memory`;
 *   `unpack(inputLength, outputLength)`, which returns 1 where the block is whole and unpacks to just that length, else 0;
 *   `pack(inputLength, limit, shift)`, which returns the length of the block, or 0 where it would exceed `limit`. Positions
 *   are kept in the table with `shift` added: what an earlier input left must lie below `INPUT + shift`.
 */
import {
  assemble,
  END,
  I32,
  I64,
  i32,
  i64,
  increase,
  local,
  memory,
  RETURN,
  repeatWhile,
  SELECT,
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
const TABLE = OUTPUT + OUTPUT_SIZE + SLACK;
/** As in `src/lzf/compress.ts`. */
const HASH_BITS = 16;
const SPREAD = 0x9e3779b1;
const WINDOW = 8192;
const LONGEST = 264;
const RUN = 32;
const PAGES = Math.ceil((TABLE + 4 * 2 ** HASH_BITS) / 65536);

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

/** @returns {Func} */
function pack() {
  // The length and the limit turn into addresses; `from` and `out` move.
  const [end, stop, shift, from, out, last, next, place, before, distance, length, most, literals, difference] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
  ];
  const full = [i32.const(0), RETURN];
  /** Where the table has the three bytes in `next`. */
  const slot = [
    [local.get(next), i32.const(SPREAD | 0), i32.mul, i32.const(32 - HASH_BITS), i32.shrU, i32.const(2), i32.shl],
  ];
  /** Notes the three bytes in `next` as seen that many bytes before `from`. @param {number} back */
  const note = (back) => [slot, local.get(from), i32.const(back), i32.sub, local.get(shift), i32.add, i32.store(TABLE)];
  /** The last three bytes, of which the third is at `from + at`. @param {number} at */
  const shiftIn = (at) => [
    [local.get(next), i32.const(8), i32.shl, local.get(from), i32.load8(at), i32.or],
    [i32.const(0xffffff), i32.and, local.set(next)],
  ];
  /** The control byte of the run of literals that ends here. */
  const endRun = [
    [local.get(out), local.get(literals), i32.sub, i32.const(1), i32.sub],
    [local.get(literals), i32.const(1), i32.sub, i32.store8(0)],
  ];
  const closeRun = when([local.get(literals)], endRun, increase(out, i32.const(-1)));
  const literal = [
    when([local.get(out), local.get(stop), i32.geU], full),
    [local.get(out), local.get(from), i32.load8(0), i32.store8(0)],
    [increase(out, i32.const(1)), increase(from, i32.const(1)), increase(literals, i32.const(1))],
    when(
      [local.get(literals), i32.const(RUN), i32.eq],
      [endRun, i32.const(0), local.set(literals), increase(out, i32.const(1))],
    ),
  ];
  /** @param {Code} value */
  const put = (value) => [local.get(out), value, i32.store8(0), increase(out, i32.const(1))];
  const reference = [
    [local.get(end), local.get(from), i32.sub, local.tee(most), i32.const(LONGEST), local.get(most)],
    [i32.const(LONGEST), i32.ltU, SELECT, local.set(most)],
    [i32.const(3), local.set(length)],
    repeatWhile(
      [
        [local.get(before), local.get(length), i32.add, i64.load(0)],
        [local.get(from), local.get(length), i32.add, i64.load(0), i64.xor, local.tee(difference)],
        when(
          [i64.eqz],
          increase(length, i32.const(8)),
          increase(length, [local.get(difference), i64.ctz, i32.wrap, i32.const(3), i32.shrU]),
        ),
      ],
      [local.get(difference), i64.eqz, local.get(length), local.get(most), i32.ltU, i32.and],
    ),
    [local.get(length), local.get(most), local.get(length), local.get(most), i32.ltU, SELECT, local.set(length)],
    when([local.get(out), i32.const(3), i32.add, local.get(stop), i32.gtU], full),
    [closeRun, i32.const(0), local.set(literals)],
    when(
      [local.get(length), i32.const(9), i32.ltU],
      put([
        [local.get(length), i32.const(2), i32.sub, i32.const(5), i32.shl],
        [local.get(distance), i32.const(8), i32.shrU, i32.or],
      ]),
      [
        put([local.get(distance), i32.const(8), i32.shrU, i32.const(0xe0), i32.or]),
        put([local.get(length), i32.const(9), i32.sub]),
      ],
    ),
    put([local.get(distance)]),
    increase(out, i32.const(1)),
    increase(from, local.get(length)),
    when(
      [local.get(from), local.get(last), i32.ltU],
      [
        [local.get(from), i32.const(2), i32.sub, i32.load8(0), i32.const(8), i32.shl],
        [local.get(from), i32.const(1), i32.sub, i32.load8(0), i32.or, local.set(next), shiftIn(0)],
        [note(2), shiftIn(1), note(1)],
      ],
    ),
  ];
  /** Before this: `before` may be anything, so that memory is read there only when it is known to be a position. */
  const isMatch = [
    [local.get(before), i32.const(INPUT), i32.geS, local.get(distance), i32.const(WINDOW), i32.ltU, i32.and],
    [0x04, I32],
    [
      local.get(before),
      i32.load(0),
      local.get(from),
      i32.load(0),
      i32.xor,
      i32.const(8),
      i32.shl,
      i32.const(0),
      i32.eq,
    ],
    [0x05, i32.const(0), END],
  ];
  /** @type {Code} */
  const body = [
    [local.get(end), i32.const(INPUT), i32.add, local.set(end), i32.const(INPUT), local.set(from)],
    [local.get(stop), i32.const(OUTPUT), i32.add, local.set(stop), i32.const(OUTPUT + 1), local.set(out)],
    [local.get(end), i32.const(2), i32.sub, local.set(last)],
    [local.get(from), i32.load8(0), i32.const(8), i32.shl, local.get(from), i32.load8(1), i32.or, local.set(next)],
    whileLoop(
      [local.get(from), local.get(last), i32.ltU],
      [
        shiftIn(2),
        [slot, local.tee(place), i32.load(TABLE), local.get(shift), i32.sub, local.set(before)],
        [local.get(place), local.get(from), local.get(shift), i32.add, i32.store(TABLE)],
        [local.get(from), local.get(before), i32.sub, i32.const(1), i32.sub, local.set(distance)],
        when(isMatch, reference, literal),
      ],
    ),
    whileLoop([local.get(from), local.get(end), i32.ltU], literal),
    closeRun,
    [local.get(out), local.get(stop), i32.gtU, 0x04, I32, i32.const(0), 0x05],
    [local.get(out), i32.const(OUTPUT), i32.sub, END],
  ];
  return { parameters: [I32, I32, I32], results: [I32], locals: [...Array(10).fill(I32), I64], body };
}

/** The module's bytes. */
export function buildModule() {
  return assemble(PAGES, { unpack: unpack(), pack: pack() });
}

/** The text of `src/lzf/wasm-binary.ts`. */
export function buildSource() {
  return sourceOf(
    'lzf.mjs',
    {
      INPUT: [INPUT, "Where in the module's memory the input goes."],
      INPUT_SIZE: [INPUT_SIZE, 'How many bytes it may have.'],
      OUTPUT: [OUTPUT, 'Where the output stands after a call.'],
      OUTPUT_SIZE: [OUTPUT_SIZE, 'How many bytes it may have.'],
      TABLE: [TABLE, 'Where the positions of packed bytes are kept.'],
      TABLE_ENTRIES: [2 ** HASH_BITS, 'How many there are, of 4 bytes each.'],
    },
    buildModule(),
  );
}
