/**
 * An assembler for the small WebAssembly modules of this library. Instructions are arrays of bytes, nested as deep as is
 * convenient; names and numbers are those of the WebAssembly specification.
 */

/** @typedef {(number | Code)[]} Code */

/** LEB128. @param {bigint} value @returns {number[]} */
const unsigned = (value) => (value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...unsigned(value >> 7n)]);

/** LEB128, with a sign. @param {bigint} value @returns {number[]} */
const signed = (value) =>
  value >= -64n && value < 64n ? [Number(value & 127n)] : [Number(value & 127n) | 128, ...signed(value >> 7n)];

/** @param {number} value */
const u32 = (value) => unsigned(BigInt(value));
/** @param {string} text */
const name = (text) => [...u32(text.length), ...Array.from(text, (character) => character.charCodeAt(0))];
/** @param {Code[]} items */
const vector = (items) => [u32(items.length), ...items];
/** @param {Code} code @returns {number[]} */
const flatten = (code) => {
  const bytes = /** @type {number[]} */ (code.flat(Number.POSITIVE_INFINITY));
  // The name of an instruction that is not in the tables would be a byte 0, which is one too.
  if (bytes.some((byte) => byte === undefined)) throw new TypeError('an instruction that the assembler does not know');
  return bytes;
};
/** @param {Code} code */
const sized = (code) => [u32(flatten(code).length), code];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
const VOID = 0x40;

export const i32 = {
  /** @param {number} value */
  const: (value) => [0x41, signed(BigInt(value))],
  /** @param {number} offset */
  load: (offset) => [0x28, 0, u32(offset)],
  /** @param {number} offset */
  load8: (offset) => [0x2d, 0, u32(offset)],
  /** @param {number} offset */
  load16: (offset) => [0x2f, 0, u32(offset)],
  /** @param {number} offset */
  store: (offset) => [0x36, 0, u32(offset)],
  /** @param {number} offset */
  store8: (offset) => [0x3a, 0, u32(offset)],
  /** @param {number} offset */
  store16: (offset) => [0x3b, 0, u32(offset)],
  eq: 0x46,
  ne: 0x47,
  ltU: 0x49,
  gtU: 0x4b,
  leU: 0x4d,
  geU: 0x4f,
  geS: 0x4e,
  ctz: 0x68,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shl: 0x74,
  shrU: 0x76,
  wrap: 0xa7,
};
export const i64 = {
  /** @param {bigint} value */
  const: (value) => [0x42, signed(BigInt.asIntN(64, value))],
  /** @param {number} offset */
  load: (offset) => [0x29, 0, u32(offset)],
  /** @param {number} offset */
  load8: (offset) => [0x31, 0, u32(offset)],
  /** @param {number} offset */
  store: (offset) => [0x37, 0, u32(offset)],
  eqz: 0x50,
  ctz: 0x7a,
  sub: 0x7d,
  and: 0x83,
  or: 0x84,
  xor: 0x85,
  shl: 0x86,
  shrU: 0x88,
  extendU: 0xad,
};
export const v128 = {
  /** @param {number} offset */
  load: (offset) => [0xfd, 0, 0, u32(offset)],
  /** @param {number} offset */
  store: (offset) => [0xfd, 11, 0, u32(offset)],
  or: [0xfd, u32(0x50)],
  xor: [0xfd, u32(0x51)],
};
export const i8x16 = {
  /** Sixteen times the same byte. @param {number} byte */
  const: (byte) => [0xfd, 12, Array(16).fill(byte)],
  eq: [0xfd, u32(0x23)],
  ltS: [0xfd, u32(0x25)],
  bitmask: [0xfd, u32(0x64)],
};
export const memory = { fill: [0xfc, 11, 0] };
export const local = {
  /** @param {number} index */
  get: (index) => [0x20, index],
  /** @param {number} index */
  set: (index) => [0x21, index],
  /** @param {number} index */
  tee: (index) => [0x22, index],
};

export const END = 0x0b;
export const RETURN = 0x0f;
/** Takes the first of two values where the condition behind them is not 0, else the second. */
export const SELECT = 0x1b;
/** Leaves the construct that many levels out, or begins it anew where it is a loop. @param {number} depth */
export const branch = (depth) => [0x0c, depth];
/** `while (condition) body` @param {Code} condition @param {Code} body @returns {Code} */
export const whileLoop = (condition, body) => [0x03, VOID, condition, 0x04, VOID, body, branch(1), END, END];
/** `if (condition) body else otherwise` @param {Code} condition @param {Code} body @param {Code} [otherwise] @returns {Code} */
export const when = (condition, body, otherwise) => [
  [condition, 0x04, VOID, body],
  otherwise === undefined ? [] : [0x05, otherwise],
  END,
];
/** `do body while (condition)` @param {Code} body @param {Code} condition @returns {Code} */
export const repeatWhile = (body, condition) => [0x03, VOID, body, condition, 0x0d, 0, END];
/** Adds to a local. @param {number} index @param {Code} value @returns {Code} */
export const increase = (index, value) => [local.get(index), value, i32.add, local.set(index)];

/**
 * A function of a module.
 *
 * @typedef {object} Func
 * @property {number[]} parameters their types; they are the first locals
 * @property {number[]} results
 * @property {number[]} locals types of the locals behind the parameters
 * @property {Code} body
 */

/**
 * The bytes of a module with a memory of its own, and no imports.
 *
 * @param {number} pages of 64 KiB
 * @param {Record<string, Func>} exported functions by name
 * @param {Func} [start] runs when the module is instantiated
 */
export function assemble(pages, exported, start) {
  const functions = [...(start === undefined ? [] : [start]), ...Object.values(exported)];
  const FUNCTION = 0x60;
  const NO_MAXIMUM = 0;
  const [exportFunction, exportMemory] = [0, 2];
  const firstExported = functions.length - Object.keys(exported).length;
  /** @param {number} id @param {Code} content */
  const section = (id, content) => [id, sized(content)];
  /** @param {number[]} types */
  const types = (types) => vector(types.map((type) => [type]));
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(functions.map(({ parameters, results }) => [FUNCTION, types(parameters), types(results)]))),
      section(3, vector(functions.map((_, i) => [i]))),
      section(5, vector([[NO_MAXIMUM, u32(pages)]])),
      section(
        7,
        vector([
          [name('memory'), exportMemory, 0],
          ...Object.keys(exported).map((key, i) => [name(key), exportFunction, firstExported + i]),
        ]),
      ),
      start === undefined ? [] : section(8, [0]),
      section(
        10,
        vector(functions.map(({ locals, body }) => sized([vector(locals.map((type) => [1, type])), body, END]))),
      ),
    ]),
  );
}

/**
 * The text of a TypeScript file that holds a module and the places in its memory.
 *
 * @param {string} generator name of the file that makes it
 * @param {Record<string, [number, string]>} constants numbers by name, each with what it says
 * @param {Uint8Array} module
 */
export function sourceOf(generator, constants, module) {
  const numbers = Object.entries(constants).map(
    ([key, [value, comment]]) => `/** ${comment} */\nexport const ${key}: number = ${value};\n\n`,
  );
  return `// Generated by scripts/wasm/${generator}; do not edit.

${numbers.join('')}/** The module, ${module.length} bytes. */
export const BINARY: string =
  '${Buffer.from(module).toString('base64')}';
`;
}
