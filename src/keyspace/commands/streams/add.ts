import { latin1 } from '../../../bytes/index.ts';
import type { Args } from '../../args.ts';
import { IdmpName } from '../../idmp.ts';
import { addInt64, parseUint64 } from '../../numbers/integer.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { StreamId } from '../../values/stream-id.ts';
import type { EntryStrings } from '../../values/stream-node.ts';
import { addStream, findStream } from './find.ts';
import { remember, repeats } from './idmp.ts';
import { isSign, LONGEST_ID, parseId } from './ids.ts';
import { applyTrim, parseTrim, refuseApproximate, trim } from './trim.ts';

const STAR = 0x2a;
const DASH = 0x2d;

/** Since here `ms-*` is an id. */
const PARTLY_AUTOMATIC = 700;

/** Options besides those on trimming. One object, set anew for each command. */
const options: {
  make: boolean;
  /** Who adds, and the name of the addition, or nothing where it is to be worked out. */
  producer: string | undefined;
  name: string | undefined;
} = { make: true, producer: undefined, name: undefined };

/** The id that an entry gets, how it is given, and what comes before it. */
const id: StreamId = /* @__PURE__ */ new StreamId();
let idGiven: 'whole' | 'ms' | 'not' = 'whole';
const NEW_STREAM: StreamId = /* @__PURE__ */ new StreamId();

/** Reads options up to the id (redis: src/t_stream.c, streamParseAddOrTrimArgsOrReply). @returns the argument that is the id */
function parseOptions(a: Args): number | Outcome {
  trim.reset();
  options.make = true;
  options.producer = options.name = undefined;
  let at = 2;
  while (at < a.count) {
    const byte = a.bytes[a.start(at)]! | 0x20;
    // An id, in most cases at once.
    if (byte < 0x61 || byte > 0x7a) break;
    const end = parseTrim(a, at);
    if (typeof end === 'string') return end;
    if (end !== at) at = end;
    else if (a.is(at, 'NOMKSTREAM')) {
      options.make = false;
      at++;
    } else if (a.is(at, 'IDMPAUTO') && at + 1 < a.count) {
      options.producer = a.text(at + 1);
      at += 2;
    } else if (a.is(at, 'IDMP') && at + 2 < a.count) {
      options.producer = a.text(at + 1);
      options.name = a.text(at + 2);
      at += 3;
    } else break;
  }
  return trim.limited && trim.by === 'nothing' ? 'SYNTAX' : at;
}

/** Reads what stands in the place of the id. @returns false where that can be none */
function parseNewId(s: Session, a: Args, i: number): boolean {
  if (parseId(a, i, id)) {
    idGiven = 'whole';
    return !id.isZero;
  }
  if (isSign(a, i, STAR)) {
    idGiven = 'not';
    return true;
  }
  const { bytes } = a;
  const start = a.start(i);
  if (a.length(i) > LONGEST_ID || s.profile.release < PARTLY_AUTOMATIC) return false;
  let end = start;
  while (end < a.end(i) && bytes[end] !== 0) end++;
  if (end - start < 3 || bytes[end - 1] !== STAR || bytes[end - 2] !== DASH) return false;
  const ms = parseUint64(bytes, start, end - 2);
  if (ms === undefined) return false;
  idGiven = 'ms';
  id.setMs(ms);
  return true;
}

/** Completes the id of a new entry. @returns false where it is not above the last one */
function completeId(s: Session, lastId: StreamId): boolean {
  if (idGiven === 'not') {
    id.setMs(s.now);
    return id.compare(lastId) > 0 || id.copy(lastId).increment();
  }
  if (idGiven === 'ms' && id.sameMs(lastId)) return id.copy(lastId).incrementSeq();
  return id.compare(lastId) > 0;
}

const strings: EntryStrings = { bytes: new Uint8Array(0), spans: new Int32Array(0), from: 0, count: 0 };

export function xadd(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const at = parseOptions(a);
  if (typeof at !== 'number') return at;
  const count = a.count - at - 1;
  if (count < 2 || count % 2 !== 0) return 'SYNTAX';
  if (!parseNewId(s, a, at)) return 'RANGE';
  const found = findStream(s, a, 1);
  if (typeof found === 'string') return found;
  if (found === undefined && !options.make) return undefined;
  const { producer } = options;
  const name = producer === undefined ? undefined : (options.name ?? nameOf(a, at + 1));
  if (found !== undefined && producer !== undefined && repeats(found, producer, name!)) return undefined;
  if (!completeId(s, found?.lastId ?? NEW_STREAM)) return 'RANGE';
  refuseApproximate(found, 1, id);
  const stream = found ?? addStream(s, a, 1);
  strings.bytes = a.bytes;
  strings.spans = a.spans;
  strings.from = at + 1;
  strings.count = count;
  stream.append(id, strings);
  stream.lastId.copy(id);
  stream.entriesAdded = addInt64(stream.entriesAdded, 1) ?? BigInt(stream.entriesAdded) + 1n;
  if (producer !== undefined) remember(stream, producer, name!, id.clone());
  applyTrim(stream);
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
