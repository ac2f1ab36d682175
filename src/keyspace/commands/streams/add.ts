import { latin1 } from '../../../bytes/index.ts';
import type { Args } from '../../args.ts';
import { IdmpName } from '../../idmp.ts';
import { parseUint64 } from '../../numbers/integer.ts';
import type { Outcome, Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { EntryBody, makeId } from '../../values/stream-node.ts';
import { addStream, findStream } from './find.ts';
import { remember, repeats } from './idmp.ts';
import { LARGEST_ID, LARGEST_SEQ, parseId } from './ids.ts';
import { applyTrim, parseTrim, referencesAt, type Trim } from './trim.ts';

const body: EntryBody = /* @__PURE__ */ new EntryBody();

interface AddOptions {
  make: boolean;
  trim: Trim | undefined;
  /** Who adds, and the name of the addition, or nothing where it is to be worked out. */
  producer: string | undefined;
  name: string | undefined;
  /** The argument that the id is. */
  at: number;
}

/** redis: src/t_stream.c, streamParseAddOrTrimArgsOrReply. */
function addOptions(a: Args): AddOptions | Outcome {
  const trim: Trim = { most: 0, below: undefined, approximate: false, references: 'KEEPREF' };
  const options: AddOptions = { make: true, trim: undefined, producer: undefined, name: undefined, at: 2 };
  while (options.at < a.count) {
    const { at } = options;
    const references = referencesAt(a, at);
    if (a.is(at, 'MAXLEN') || a.is(at, 'MINID')) {
      const end = parseTrim(a, at, trim);
      if (typeof end === 'string') return end;
      options.trim = trim;
      options.at = end;
    } else if (a.is(at, 'NOMKSTREAM')) {
      options.make = false;
      options.at++;
    } else if (references !== undefined) {
      trim.references = references;
      options.at++;
    } else if (a.is(at, 'IDMPAUTO') && at + 1 < a.count) {
      options.producer = a.text(at + 1);
      options.at += 2;
    } else if (a.is(at, 'IDMP') && at + 2 < a.count) {
      options.producer = a.text(at + 1);
      options.name = a.text(at + 2);
      options.at += 3;
    } else break;
  }
  return options;
}

/** The id of a new entry; undefined for one that is wrong, or not above the last one. */
function newId(s: Session, a: Args, i: number, lastId: bigint): bigint | undefined {
  if (a.is(i, '*')) {
    const now = makeId(s.now, 0);
    if (now > lastId) return now;
    return lastId === LARGEST_ID ? undefined : lastId + 1n;
  }
  const end = a.end(i);
  const { bytes } = a;
  if (a.length(i) > 2 && bytes[end - 1] === 0x2a && bytes[end - 2] === 0x2d) {
    const ms = parseUint64(bytes, a.start(i), end - 2);
    if (ms === undefined || BigInt(ms) < lastId >> 64n) return undefined;
    if (BigInt(ms) > lastId >> 64n) return makeId(ms, 0);
    return (lastId & LARGEST_SEQ) === LARGEST_SEQ ? undefined : lastId + 1n;
  }
  const id = parseId(a, i);
  return id === undefined || id === 0n || id <= lastId ? undefined : id;
}

export function xadd(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const options = addOptions(a);
  if (options === undefined || typeof options === 'string') return options;
  const { at, make, trim, producer } = options;
  const strings = a.count - at - 1;
  if (strings < 2 || strings % 2 !== 0) return 'SYNTAX';
  const found = findStream(s, a, 1);
  if (typeof found === 'string') return found;
  if (found === undefined && !make) return undefined;
  const name = producer === undefined ? undefined : (options.name ?? nameOf(a, at + 1));
  if (found !== undefined && producer !== undefined && repeats(found, producer, name!)) return undefined;
  const id = newId(s, a, at, found?.lastId ?? 0n);
  if (id === undefined) return 'RANGE';
  const stream: StreamValue = found ?? addStream(s, a, 1);
  body.clear();
  for (let i = at + 1; i < a.count; i++) body.add(a.bytes, a.start(i), a.end(i));
  stream.append(id, body);
  stream.lastId = id;
  stream.entriesAdded++;
  if (producer !== undefined) remember(stream, producer, name!, id);
  if (trim !== undefined) applyTrim(stream, trim);
  return undefined;
}

/** The name that a server works out of the fields, a character for each byte. */
function nameOf(a: Args, from: number): string {
  const name = new IdmpName();
  for (let i = from; i + 1 < a.count; i += 2) {
    name.add(a.bytes, a.start(i), a.end(i), a.start(i + 1), a.end(i + 1));
  }
  return latin1(name.bytes());
}
