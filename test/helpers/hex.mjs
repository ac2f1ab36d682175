/**
 * Compiler of the annotated hex texts in `fixtures/hand`. It knows nothing of RDB except the checksum.
 *
 * ```
 * # comment                      to the end of the line
 * 0A ff 0102                     bytes
 * "text\x00\n\"\\"               the bytes of a text (UTF-8)
 * u16le:2 u32le:2 u32be:2 u64le:2 u64be:2 i16le:-1 i32le:-1 i64le:-1 f32le:1.5 f64le:1.5   numbers
 * repeat 16378 78                a byte many times
 * LEN{ ... }                     the shortest RDB length of the content, then the content
 * SIZE{ ... }                    u32le: 4 + length of the content, then the content (listpack, ziplist)
 * TAIL ... @TAIL                 inside SIZE: u32le offset of the mark from the beginning of the blob
 * CRC                            u64le CRC-64 of every byte since the beginning (or since START)
 * START                          the file proper begins here (what stands before is a container)
 * ```
 */

const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

/** CRC-64 "Jones", bit by bit. */
export function crc64(bytes) {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  }
  return crc;
}

const NUMBERS = {
  u16le: (v, n) => v.setUint16(0, Number(n), true),
  u32le: (v, n) => v.setUint32(0, Number(n), true),
  u32be: (v, n) => v.setUint32(0, Number(n), false),
  u64le: (v, n) => v.setBigUint64(0, BigInt(n), true),
  u64be: (v, n) => v.setBigUint64(0, BigInt(n), false),
  i16le: (v, n) => v.setInt16(0, Number(n), true),
  i32le: (v, n) => v.setInt32(0, Number(n), true),
  i64le: (v, n) => v.setBigInt64(0, BigInt(n), true),
  f32le: (v, n) => v.setFloat32(0, Number(n), true),
  f64le: (v, n) => v.setFloat64(0, Number(n), true),
};

function number(kind, text) {
  const bytes = new Uint8Array(Number(kind.slice(1, 3)) / 8);
  NUMBERS[kind](new DataView(bytes.buffer), text);
  return bytes;
}

/** The shortest length prefix of RDB. */
function length(n) {
  if (n < 64) return [n];
  if (n < 16384) return [0x40 | (n >> 8), n & 255];
  return [0x80, ...number('u32be', n)];
}

function text(literal) {
  const out = [];
  const encoder = new TextEncoder();
  const body = literal.slice(1, -1);
  for (const [part, code] of body.matchAll(/\\(x[0-9a-fA-F]{2}|.)|[^\\]+/gsu)) {
    if (code === undefined) out.push(...encoder.encode(part));
    else if (code.length === 3) out.push(Number.parseInt(code.slice(1), 16));
    else if (code in { n: 0, r: 0, t: 0 }) out.push({ n: 10, r: 13, t: 9 }[code]);
    else if (code === '"' || code === '\\') out.push(code.charCodeAt(0));
    else throw new Error(`unknown escape \\${code} in ${literal}`);
  }
  return out;
}

const TOKEN = /\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"|[^\s#"]+/gu;

/** @returns {Uint8Array} */
export function compileHex(source, name = 'hex') {
  let position = 0;
  const tokens = [];
  for (const match of source.matchAll(TOKEN)) {
    if (match.index !== position) throw new Error(`${name}: cannot read ${source.slice(position, position + 20)}`);
    position += match[0].length;
    if (!/^(\s|#)/.test(match[0]))
      tokens.push({ word: match[0], line: source.slice(0, match.index).split('\n').length });
  }
  let next = 0;
  let out = [];
  let start = 0;
  const block = (depth) => {
    for (; next < tokens.length; ) {
      const { word, line } = tokens[next++];
      const fail = (message) => new Error(`${name}:${line}: ${message}`);
      const colon = word.indexOf(':');
      if (word === '}') {
        if (depth === 0) throw fail('} without {');
        return;
      }
      if (word === 'LEN{' || word === 'SIZE{') {
        const outer = out;
        out = [];
        block(depth + 1);
        const inner = out;
        out = outer;
        if (word === 'SIZE{') {
          const patched = Uint8Array.from([...number('u32le', inner.length + 4), ...inner.map((b) => Math.max(b, 0))]);
          const hole = inner.indexOf(-1);
          if (hole >= 0) {
            if (inner.tail === undefined) throw fail('TAIL without @TAIL');
            patched.set(number('u32le', inner.tail + 4), hole + 4);
          }
          for (const byte of patched) out.push(byte);
        } else {
          out.push(...length(inner.length));
          for (const byte of inner) out.push(byte);
        }
      } else if (word === 'TAIL') out.push(-1, -2, -3, -4);
      else if (word === '@TAIL') out.tail = out.length;
      else if (word === 'START') start = out.length;
      else if (word === 'CRC') {
        if (depth !== 0) throw fail('CRC inside a block');
        out.push(...number('u64le', crc64(out.slice(start))));
      } else if (word === 'repeat') {
        const count = Number(tokens[next++].word);
        const byte = Number.parseInt(tokens[next++].word, 16);
        if (!(count > 0) || !(byte >= 0)) throw fail('repeat COUNT BYTE');
        for (let i = 0; i < count; i++) out.push(byte);
      } else if (word[0] === '"') out.push(...text(word));
      else if (colon > 0 && word.slice(0, colon) in NUMBERS)
        out.push(...number(word.slice(0, colon), word.slice(colon + 1)));
      else if (/^([0-9a-fA-F]{2})+$/.test(word)) out.push(...Buffer.from(word, 'hex'));
      else throw fail(`unknown word ${word}`);
    }
    if (depth !== 0) throw new Error(`${name}: { without }`);
  };
  block(0);
  if (out.some((byte) => byte < 0)) throw new Error(`${name}: TAIL outside of SIZE`);
  return Uint8Array.from(out);
}
