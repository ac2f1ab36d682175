/**
 * Makes `src/resp/wasm-binary.ts`: a WebAssembly module that finds where commands and their arguments lie, as long as
 * they are as servers write them and complete, as the loops in `src/resp/scanner.ts` do.
 *
 * Memory, in bytes:
 *     CONSUMED the bytes of input that the commands found take, 4 bytes, little endian
 *     NUMBERS  how many numbers the output has, 4 bytes likewise
 *     INPUT    at most INPUT_SIZE bytes
 *     OUTPUT   for each command, 4 bytes each: how many arguments it has, where it begins, and where each argument begins and
 *              ends. That is never more than 1.6 times the input: the shortest command has 10 bytes and takes 16.
 *
 * Exports: `memory`, and `scan(from, to, base)`, which looks at the input between two addresses, at least LEAST bytes
 * apart, adds `base` to all places, and returns how many commands it found. It stops before the first one that is not
 * ordinary, or not complete.
 */
import { assemble, I32, i32, increase, local, RETURN, repeatWhile, sourceOf, when, whileLoop } from './assembler.mjs';

/** @import { Code, Func } from './assembler.mjs' */

const CONSUMED = 0;
const NUMBERS = 4;
const INPUT = 16;
const INPUT_SIZE = 1 << 16;
const OUTPUT = INPUT + INPUT_SIZE;
const OUTPUT_SIZE = 2 * INPUT_SIZE;
const PAGES = Math.ceil((OUTPUT + OUTPUT_SIZE) / 65536);

/** A head of up to 15 digits with its mark and line end fits; with so many bytes at hand it is read without asking. */
const LEAST = 18;
/** Commands of more arguments are left to others. */
const MOST_ARGUMENTS = 256;

const STAR = 0x2a;
const DOLLAR = 0x24;
const LINE_END = 0x0a0d;

/** @returns {Func} */
function scan() {
  // `read` is where the next command begins, `at` what is looked at, `to` where the next number goes.
  const [read, end, base, at, to, number, digit, left, found, out] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  const finish = [
    [i32.const(0), local.get(read), i32.const(INPUT), i32.sub, i32.store(CONSUMED)],
    [i32.const(0), local.get(out), i32.const(OUTPUT), i32.sub, i32.const(2), i32.shrU, i32.store(NUMBERS)],
    [local.get(found), RETURN],
  ];
  /** @param {Code} condition */
  const stopIf = (condition) => when(condition, finish);
  /** Reads `number` behind a mark, and its line end. @param {number} mark @param {Code} bounds */
  const head = (mark, bounds) => [
    stopIf([local.get(at), local.get(end), i32.const(LEAST), i32.sub, i32.gtU]),
    stopIf([local.get(at), i32.load8(0), i32.const(mark), i32.ne]),
    [local.get(at), i32.load8(1), i32.const(48), i32.sub, local.tee(number)],
    stopIf([i32.const(9), i32.gtU]),
    increase(at, i32.const(2)),
    whileLoop(
      [local.get(at), i32.load8(0), i32.const(48), i32.sub, local.tee(digit), i32.const(9), i32.leU],
      [
        // No number but 0 begins with 0; and no sum may come to be too large for its type.
        stopIf([local.get(number), i32.const(1), i32.sub, i32.const(INPUT_SIZE), i32.geU]),
        [local.get(number), i32.const(10), i32.mul, local.get(digit), i32.add, local.set(number)],
        increase(at, i32.const(1)),
      ],
    ),
    stopIf([local.get(at), i32.load16(0), i32.const(LINE_END), i32.ne]),
    bounds,
    increase(at, i32.const(2)),
  ];
  /** Notes a place. @param {number} offset from `to` @param {Code} address */
  const note = (offset, address) => [local.get(to), address, local.get(base), i32.add, i32.store(offset)];

  const argument = [
    head(DOLLAR, stopIf([local.get(number), i32.const(INPUT_SIZE), i32.gtU])),
    note(0, [local.get(at)]),
    increase(at, local.get(number)),
    note(4, [local.get(at)]),
    stopIf([local.get(at), i32.const(2), i32.add, local.get(end), i32.gtU]),
    stopIf([local.get(at), i32.load16(0), i32.const(LINE_END), i32.ne]),
    increase(at, i32.const(2)),
    increase(to, i32.const(8)),
  ];

  /** @type {Code} */
  const body = [
    [i32.const(OUTPUT), local.set(out)],
    whileLoop(
      [i32.const(1)],
      [
        [local.get(read), local.set(at)],
        head(STAR, stopIf([local.get(number), i32.const(1), i32.sub, i32.const(MOST_ARGUMENTS), i32.geU])),
        [local.get(out), local.get(number), local.tee(left), i32.store(0)],
        [local.get(out), local.get(read), local.get(base), i32.add, i32.store(4)],
        [local.get(out), i32.const(8), i32.add, local.set(to)],
        repeatWhile(argument, [local.get(left), i32.const(1), i32.sub, local.tee(left)]),
        [local.get(to), local.set(out), local.get(at), local.set(read)],
        increase(found, i32.const(1)),
      ],
    ),
    // Never reached: the loop ends by `finish`.
    [0x00],
  ];
  return { parameters: [I32, I32, I32], results: [I32], locals: [I32, I32, I32, I32, I32, I32, I32], body };
}

/** The module's bytes. */
export function buildModule() {
  return assemble(PAGES, { scan: scan() });
}

/** The text of `src/resp/wasm-binary.ts`. */
export function buildSource() {
  return sourceOf(
    'resp.mjs',
    {
      CONSUMED: [
        CONSUMED,
        'Where the number of bytes that the commands take stands after a call: 4 bytes, little endian.',
      ],
      NUMBERS: [NUMBERS, 'Where stands how many numbers the output has: 4 bytes likewise.'],
      INPUT: [INPUT, 'Where the bytes go.'],
      INPUT_SIZE: [INPUT_SIZE, 'How many bytes one call may look at.'],
      OUTPUT: [OUTPUT, 'Where what was found stands after a call.'],
      OUTPUT_SIZE: [OUTPUT_SIZE, 'Room for it, in bytes.'],
    },
    buildModule(),
  );
}
