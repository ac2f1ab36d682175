/**
 * JSON as the tests need it: integers beyond 2^53 are bigints, and a name that stands more than once in an object is
 * not lost.
 */

export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

const written = new WeakMap<object, [string, Json][]>();

/** The members of an object as they stand in the text, repeated names included. */
export function members(object: JsonObject): [string, Json][] {
  return written.get(object) ?? Object.entries(object);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses one JSON text, strictly. */
export function parseJson(text: string): Json {
  let at = 0;
  const fail = (what: string): Error => new SyntaxError(`${what} at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`);
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const space = (): void => {
    match(/[ \t\r\n]*/y);
  };
  const eat = (character: string): boolean => {
    space();
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const string = (): string => {
    space();
    const start = at;
    if (text[at] !== '"') throw fail('expected a string');
    // a loop, not one expression: long strings overflow the stack of the expression engine
    for (at++; text[at] !== '"'; at++) {
      if (at >= text.length) throw fail('unterminated string');
      if (text[at] === '\\') at++;
    }
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (): Json => {
    space();
    switch (text[at]) {
      case '"':
        return string();
      case '{': {
        at++;
        const list: [string, Json][] = [];
        while (!eat('}')) {
          if (list.length > 0 && !eat(',')) throw fail('expected , or }');
          const name = string();
          if (!eat(':')) throw fail('expected :');
          list.push([name, value()]);
        }
        const object: JsonObject = {};
        for (const [name, item] of list) {
          Object.defineProperty(object, name, { value: item, enumerable: true, configurable: true, writable: true });
        }
        written.set(object, list);
        return object;
      }
      case '[': {
        at++;
        const list: Json[] = [];
        while (!eat(']')) {
          if (list.length > 0 && !eat(',')) throw fail('expected , or ]');
          list.push(value());
        }
        return list;
      }
    }
    const word = match(/true|false|null/y);
    if (word !== undefined) return JSON.parse(word) as Json;
    const digits = match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (digits === undefined) throw fail('expected a value');
    const number = Number(digits);
    return /^-?[0-9]+$/.test(digits) && !Number.isSafeInteger(number) ? BigInt(digits) : number;
  };
  const result = value();
  space();
  if (at !== text.length) throw fail('expected the end');
  return result;
}

/** The lines of `ndjson`. Every line ends with a line feed. */
export function parseNdjson(text: string): JsonObject[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new SyntaxError('the last line has no end');
  return lines.map((line) => {
    const value = parseJson(line);
    if (!isObject(value)) throw new SyntaxError(`not an object: ${line.slice(0, 80)}`);
    return value;
  });
}

/** Like JSON.stringify, for what {@link parseJson} returns. */
export function formatJson(value: Json): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(formatJson).join(',')}]`;
  if (isObject(value)) {
    return `{${members(value)
      .map(([name, item]) => `${JSON.stringify(name)}:${formatJson(item)}`)
      .join(',')}}`;
  }
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

/** Text as `ndjson` writes it by default to one character per byte (`--escape latin1`). */
export function bytesOf(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) out += String.fromCharCode(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff) throw new Error(`lone surrogate ${code.toString(16)}`);
    else out += Buffer.from(character).toString('latin1');
  }
  return out;
}

/** {@link bytesOf} for every string in a value, names of members included. */
export function deepBytesOf<T extends Json>(value: T): T {
  if (typeof value === 'string') return bytesOf(value) as T;
  if (Array.isArray(value)) return value.map((item) => deepBytesOf(item)) as T;
  if (!isObject(value)) return value;
  const list = members(value).map(([name, item]): [string, Json] => [bytesOf(name), deepBytesOf(item)]);
  const object: JsonObject = {};
  for (const [name, item] of list) {
    Object.defineProperty(object, name, { value: item, enumerable: true, configurable: true, writable: true });
  }
  written.set(object, list);
  return object as T;
}
