import { ascii, putDecimal, signed64 } from '../../bytes/index.ts';
import {
  listpack,
  PackedStream,
  type StreamEntryVisitor,
  StreamNodeBuilder,
  StreamNodeDecoder,
  WalkState,
  walkPacked,
} from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { CountedItems } from '../gathered.ts';
import type { ScanGroup, ScanStreamInfo } from '../handler.ts';
import { idHalves, streamId } from '../pending.ts';
import { writeLength, writeLength64, writeRawId } from '../primitives.ts';
import type { StreamIdmp } from '../records.ts';
import { StreamGroups } from './stream-groups.ts';
import type { ValueWriter } from './writer.ts';

/** Value types by generation, see `StreamReader`. */
const TYPES = [0, 15, 19, 21, 26, 27];
/** Generation of the counters, and of idempotent producers. */
const COUNTERS_SINCE = 2;
const IDMP_SINCE = 4;

/** What streams begin with (redis 8.6: src/config.c, stream-idmp-duration and stream-idmp-maxsize). */
const IDMP_DURATION = 100;
const IDMP_ENTRIES = 100;

const RAW_ID = 16;
const NO_ID = '0-0';
/** Most bytes of a node, whatever the setting (redis: src/t_stream.c, STREAM_LISTPACK_MAX_SIZE). */
const LARGEST_NODE = 1 << 30;
/** Most bytes of one entry that are held. */
const LARGEST_ENTRY = 64 << 20;

/** The generation of streams that an RDB version writes. */
export function streamGeneration(rdb: number): 1 | 2 | 3 | 4 | 5 {
  if (rdb < 10) return 1;
  if (rdb === 10) return 2;
  if (rdb >= 80 || rdb < 13) return 3;
  return rdb === 13 ? 4 : 5;
}

/** Looks at the entries of nodes that are copied: only the first id is wanted. */
class FirstEntry implements StreamEntryVisitor {
  id: string | undefined;

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.id ??= streamId(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {}
  bytes(): void {}
  integer(): void {}
  int64(): void {}
  bigBegin(): void {}
  bigBytes(): void {}
  bigEnd(): void {}
}

/** Streams, see `StreamReader`. What comes as nodes stays what it is; entries become nodes as XADD makes them. */
export class StreamWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #generation: 1 | 2 | 3 | 4 | 5;
  readonly #items: CountedItems;
  readonly #groups: StreamGroups;
  readonly #builder: StreamNodeBuilder;
  readonly #firstEntry = new FirstEntry();
  readonly #decoder = new StreamNodeDecoder(this.#firstEntry);
  readonly #state = new WalkState();
  readonly #digits = new Uint8Array(20);
  #live = 0;
  /** Ids of the node that comes, and of the entry at hand. */
  #node: [number, number, number, number] | undefined;
  #msHi = 0;
  #msLo = 0;
  #seqHi = 0;
  #seqLo = 0;
  #check: PackedStream | undefined;
  #informed = false;
  #idmp: StreamIdmp<Uint8Array<ArrayBuffer>> | undefined;

  constructor(c: EncodeContext, shortBacklen: boolean) {
    this.#c = c;
    this.#generation = streamGeneration(c.target.rdb);
    this.#items = new CountedItems(c);
    this.#groups = new StreamGroups(c, this.#generation);
    this.#builder = new StreamNodeBuilder(shortBacklen);
  }

  begin(): void {
    this.#items.begin(TYPES[this.#generation]!, undefined);
    this.#groups.begin();
    this.#builder.count = this.#live = 0;
    this.#node = this.#check = this.#idmp = this.#firstEntry.id = undefined;
    this.#informed = false;
  }

  count(): void {}

  /** The value comes as so many nodes. */
  nodes(count: number): void {
    this.#items.begin(TYPES[this.#generation]!, count);
  }

  // Entries

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#msHi = msHi;
    this.#msLo = msLo;
    this.#seqHi = seqHi;
    this.#seqLo = seqLo;
    this.#builder.beginEntry();
  }

  entryEnd(): void {
    const builder = this.#builder;
    const { nodeBytes, nodeEntries } = this.#c.limits;
    const most = nodeBytes === 0 || nodeBytes > LARGEST_NODE ? LARGEST_NODE : nodeBytes;
    if (
      builder.count > 0 &&
      (builder.length + builder.entrySize >= most || (nodeEntries > 0 && builder.count >= nodeEntries))
    ) {
      this.#flush();
    }
    const { msHi, msLo, seqHi, seqLo } = { msHi: this.#msHi, msLo: this.#msLo, seqHi: this.#seqHi, seqLo: this.#seqLo };
    if (builder.count === 0) {
      builder.begin(msHi, msLo, seqHi, seqLo);
      this.#node = [msHi, msLo, seqHi, seqLo];
    }
    builder.endEntry(msHi, msLo, seqHi, seqLo);
    if (this.#live === 0) this.#firstEntry.entry(msHi, msLo, seqHi, seqLo);
    this.#live++;
  }

  #flush(): void {
    if (this.#builder.count === 0) return;
    const blob = this.#builder.finish();
    this.#nodeHead();
    this.#c.strings.write(this.#items.out, blob, 0, blob.length);
    this.#items.endItem();
    this.#builder.count = 0;
  }

  #nodeHead(): void {
    const { out } = this.#items;
    out.byte(RAW_ID);
    writeRawId(out, ...this.#node!);
    this.#node = undefined;
  }

  // Strings: parts of entries, or a node

  /** The next string is a node. */
  streamNode(id: string): void {
    this.#node = idHalves(id);
    this.#decoder.begin(...this.#node);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#node === undefined || this.#builder.count > 0) {
      this.#part(bytes, start, end);
      return;
    }
    walkPacked(listpack, bytes, start, end, this.#decoder, this.#state);
    this.#nodeHead();
    this.#c.strings.write(this.#items.out, bytes, start, end);
    this.#endNode();
  }

  #endNode(): void {
    this.#decoder.finish();
    this.#live += this.#decoder.live;
    this.#items.endItem();
  }

  #part(bytes: Uint8Array, start: number, end: number): void {
    this.#hold(end - start);
    this.#builder.part(bytes, start, end);
  }

  #hold(more: number): void {
    if (this.#builder.entrySize + more > LARGEST_ENTRY) {
      throw this.#c.fail('LIMIT_EXCEEDED', `an entry of a stream of more than ${LARGEST_ENTRY} bytes, which are held`);
    }
  }

  integer(value: number): void {
    const digits = this.#digits;
    this.#part(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.#part(text, 0, text.length);
  }

  bigBegin(length: number): void {
    if (this.#node === undefined || this.#builder.count > 0) {
      this.#hold(length);
      return;
    }
    this.#check = new PackedStream(listpack, length, this.#decoder, 0);
    this.#nodeHead();
    this.#c.strings.head(this.#items.out, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#check === undefined) {
      this.#builder.partPiece(bytes, start, end);
      return;
    }
    this.#check.push(bytes, start, end);
    this.#items.out.span(bytes, start, end);
    this.#items.settle();
  }

  bigEnd(): void {
    if (this.#check === undefined) {
      this.#builder.endPart();
      return;
    }
    this.#check.finish();
    this.#check = undefined;
    this.#endNode();
  }

  // Everything else

  streamInfo(info: ScanStreamInfo): void {
    this.#flush();
    const c = this.#c;
    const items = this.#items;
    const live = this.#live;
    this.#informed = true;
    const first = info.firstId ?? this.#firstEntry.id ?? NO_ID;
    if (this.#generation < COUNTERS_SINCE) {
      const knows = info.maxDeletedId !== undefined && info.maxDeletedId !== NO_ID;
      if (knows || (info.entriesAdded !== undefined && info.entriesAdded !== live)) {
        c.lose('streamCounters', 'counters of a stream');
      }
    }
    if (items.count > 0) items.end();
    else {
      c.head(TYPES[this.#generation]!);
      writeLength(c.out, 0);
    }
    writeLength(c.out, live);
    writeId(c, info.lastId);
    const counters = {
      live,
      lastId: info.lastId,
      firstId: first,
      maxDeletedId: info.maxDeletedId ?? NO_ID,
      entriesAdded: info.entriesAdded ?? live,
    };
    if (this.#generation >= COUNTERS_SINCE) {
      writeId(c, counters.firstId);
      writeId(c, counters.maxDeletedId);
      writeLength64(c.out, counters.entriesAdded);
    }
    this.#groups.stream = counters;
  }

  streamGroup(group: ScanGroup): void {
    this.#groups.add(group);
  }

  streamIdmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    this.#idmp = idmp;
  }

  end(): void {
    if (!this.#informed) throw this.#c.fail('INVALID_ARGUMENT', 'a stream without its last id');
    this.#groups.end();
    if (this.#generation >= IDMP_SINCE) this.#writeIdmp();
    else if (this.#idmp !== undefined && saysAnything(this.#idmp)) {
      this.#c.lose('idmp', 'what recognises repeated additions to a stream');
    }
  }

  #writeIdmp(): void {
    const { out, strings } = this.#c;
    const idmp = this.#idmp;
    writeLength(out, idmp?.duration ?? IDMP_DURATION);
    writeLength(out, idmp?.maxEntries ?? IDMP_ENTRIES);
    const producers = idmp?.producers ?? [];
    writeLength(out, producers.length);
    for (const { id, entries } of producers) {
      strings.write(out, id, 0, id.length);
      writeLength(out, entries.length);
      for (const entry of entries) {
        strings.write(out, entry.iid, 0, entry.iid.length);
        writeId(this.#c, entry.id);
      }
      this.#c.output.settle();
    }
    writeLength64(out, idmp?.exact?.['added'] ?? idmp?.added ?? 0);
    writeLength64(out, idmp?.exact?.['duplicates'] ?? idmp?.duplicates ?? 0);
  }

  abandon(): void {
    this.#items.abandon();
    this.#groups.begin();
    this.#builder.count = 0;
    this.#check = undefined;
  }
}

/** Whether it is more than what every stream begins with. */
function saysAnything(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): boolean {
  const { duration, maxEntries, producers, added, duplicates } = idmp;
  return (
    duration !== IDMP_DURATION ||
    maxEntries !== IDMP_ENTRIES ||
    added !== 0 ||
    duplicates !== 0 ||
    producers.some(({ entries }) => entries.length > 0)
  );
}

/** An id as two LENs. */
function writeId(c: EncodeContext, id: string): void {
  const dash = id.indexOf('-');
  for (const text of [id.slice(0, dash), id.slice(dash + 1)]) {
    const near = Number(text);
    writeLength64(c.out, Number.isSafeInteger(near) ? near : BigInt(text));
  }
}
