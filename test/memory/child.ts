/**
 * What runs in processes of its own:
 *
 *     node child.mjs write NAME FILE         writes a file to standard output, and what is in it to FILE
 *     node child.mjs read LEVEL              reads a file from standard input with the library and says what it saw
 *     node child.mjs consume DELAY           reads the lines of `ndjson` and says what they are
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Level, type RdbRecord, readRdb } from '../../src/index.ts';
import { FILES, fileOf, keysFile, TextDigest, Writing } from './files.ts';

/** Largest resident size of this process so far, in KiB; what its parent had before it is none of it. */
function peak(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

type AnyRecord = RdbRecord<Uint8Array<ArrayBuffer>, Level>;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Makes the JSON of the large value out of its records. */
class JsonOf {
  readonly text: TextDigest = new TextDigest();
  items = 0;
  largestPiece = 0;
  /** Largest number of bytes in one `keyItems`. */
  largestBatch = 0;
  #first = true;
  #inside = false;

  begin(type: string): void {
    if (type !== 'string') this.text.char(type === 'hash' ? 0x7b : 0x5b);
  }

  end(type: string): void {
    if (type !== 'string') this.text.char(type === 'hash' ? 0x7d : 0x5d);
  }

  #comma(): void {
    if (this.#first) this.#first = false;
    else this.text.char(COMMA);
  }

  #string(bytes: Uint8Array): void {
    this.text.char(QUOTE);
    this.text.bytes(bytes);
    this.text.char(QUOTE);
    this.items++;
  }

  keyItems(record: AnyRecord & { kind: 'keyItems' }): void {
    let size = 0;
    if (record.type === 'hash' && Array.isArray(record.value)) {
      for (const { field, value } of record.value) {
        this.#comma();
        this.#string(field);
        this.text.char(COLON);
        this.#string(value);
        size += field.length + value.length;
      }
    } else if (record.type === 'list' && Array.isArray(record.value)) {
      for (const element of record.value) {
        this.#comma();
        this.#string(element);
        size += element.length;
      }
    } else throw new Error(`items of a ${record.type}`);
    this.largestBatch = Math.max(this.largestBatch, size);
  }

  itemBytes({ type, part, value, last }: AnyRecord & { kind: 'itemBytes' }): void {
    if (!this.#inside) {
      if (part === 'field' || part === 'element') this.#comma();
      else if (type === 'hash') this.text.char(COLON);
      this.text.char(QUOTE);
      this.#inside = true;
    }
    this.text.bytes(value);
    this.largestPiece = Math.max(this.largestPiece, value.length);
    if (!last) return;
    this.text.char(QUOTE);
    if (type !== 'string') this.items++;
    this.#inside = false;
  }
}

async function read(values: Level): Promise<unknown> {
  const json = new JsonOf();
  const keys: string[] = [];
  const kinds: Record<string, number> = {};
  let checksum: string | undefined;
  const started = performance.now();
  for await (const record of readRdb(process.stdin, { values, large: 'pieces' }) as AsyncIterable<AnyRecord>) {
    kinds[record.kind] = (kinds[record.kind] ?? 0) + 1;
    switch (record.kind) {
      case 'key':
        if (keys.length < 5)
          keys.push(`${latin1(record.key)}=${record.value === undefined ? '' : latin1(record.value)}`);
        break;
      case 'keyBegin':
        keys.push(`${latin1(record.key)} ${record.type} ${record.encoding}`);
        json.begin(record.type);
        break;
      case 'keyItems':
        json.keyItems(record);
        break;
      case 'itemBytes':
        json.itemBytes(record);
        break;
      case 'keyEnd':
        json.end(record.type);
        break;
      case 'eof':
        checksum = record.checksum;
    }
  }
  const { largestPiece, largestBatch, items } = json;
  return {
    keys,
    kinds,
    checksum,
    items,
    text: json.text.result(),
    largestPiece,
    largestBatch,
    seconds: (performance.now() - started) / 1000,
    peak: peak(),
  };
}

function latin1(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
}

async function write(name: string, file: string): Promise<void> {
  const out = new Writing();
  // A number is that many small keys.
  const chunks = name in FILES ? fileOf(FILES[name]!, out) : keysFile(Number(name), out);
  for (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  writeFileSync(file, JSON.stringify({ items: out.items, text: out.text.result() }));
}

/** The value of the second line, as it stands; the others whole. */
async function consume(delay: number): Promise<unknown> {
  await new Promise((resolve) => setTimeout(resolve, delay));
  const text = new TextDigest();
  const lines: string[] = [''];
  let inValue = false;
  // The brace that closes the object is none of its value.
  let held = false;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    let at = 0;
    while (at < chunk.length) {
      if (inValue) {
        const newline = chunk.indexOf(10, at);
        const end = newline < 0 ? chunk.length : newline;
        if (held && end > at) text.char(0x7d);
        if (end > at) held = chunk[end - 1] === 0x7d;
        text.bytes(chunk, at, held && end > at ? end - 1 : end);
        if (newline >= 0) {
          lines.push('');
          inValue = false;
        }
        at = newline < 0 ? end : end + 1;
        continue;
      }
      const line = lines.at(-1)!;
      const character = String.fromCharCode(chunk[at++]!);
      if (character === '\n') lines.push('');
      else {
        lines[lines.length - 1] = line + character;
        inValue = lines.length === 2 && (line + character).endsWith('"value":');
      }
    }
  }
  return { lines, text: text.result() };
}

const [mode, first, second] = process.argv.slice(2);
if (mode === 'read') console.log(JSON.stringify(await read(first as Level)));
else if (mode === 'write') await write(first!, second!);
else console.log(JSON.stringify(await consume(Number(first))));
