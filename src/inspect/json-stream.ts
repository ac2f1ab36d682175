import type { ScanGroup, ScanStreamInfo, StreamIdmp } from '../rdb/index.ts';
import type { JsonText } from './json-text.ts';
import { type Phrase, phrase, put } from './phrase.ts';
import { writeInteger } from './text.ts';

const COMMA = 0x2c;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const ID: Phrase = /* @__PURE__ */ phrase('{"id":"');
const CONSUMER: Phrase = /* @__PURE__ */ phrase('","consumer":"');
const DELIVERY_TIME: Phrase = /* @__PURE__ */ phrase('","deliveryTime":');
const DELIVERY_COUNT: Phrase = /* @__PURE__ */ phrase(',"deliveryCount":');

/** Room for one of these. */
const AROUND = 64;

/** What a stream has around and behind its entries. */
export class StreamJson {
  readonly #text: JsonText;
  /** An array of entries or groups that is to be closed. */
  #listOpen = false;
  #groups = 0;
  /** Comes behind the groups. */
  #idmp: StreamIdmp<Uint8Array<ArrayBuffer>> | undefined;

  constructor(text: JsonText) {
    this.#text = text;
  }

  begin(): void {
    this.#text.out.text('{"entries":[');
    this.#listOpen = true;
    this.#groups = 0;
    this.#idmp = undefined;
  }

  info(info: ScanStreamInfo): void {
    const text = this.#text;
    text.out.byte(CLOSE_ARRAY);
    text.integer('length', info.length);
    text.id('lastId', info.lastId);
    if (info.firstId !== undefined) text.id('firstId', info.firstId);
    if (info.maxDeletedId !== undefined) text.id('maxDeletedId', info.maxDeletedId);
    if (info.entriesAdded !== undefined) text.integer('entriesAdded', info.entriesAdded);
    text.out.text(',"groups":[');
  }

  group(group: ScanGroup): void {
    const text = this.#text;
    const { out } = text;
    out.text(this.#groups++ > 0 ? ',{"name":' : '{"name":');
    text.string(group.name);
    text.id('lastDeliveredId', group.lastDeliveredId);
    if (group.entriesRead === null) out.text(',"entriesRead":null');
    else if (group.entriesRead !== undefined) text.integer('entriesRead', group.entriesRead);
    out.text(',"pending":[');
    for (let i = 0; i < group.pending.length; i++) {
      if (i > 0) out.byte(COMMA);
      this.#pending(group, i);
    }
    out.byte(CLOSE_ARRAY);
    if (group.nacked !== undefined) out.text(`,"nacked":${JSON.stringify(group.nacked)}`);
    out.text(',"consumers":[');
    group.consumers.forEach((consumer, i) => {
      out.text(i > 0 ? ',{"name":' : '{"name":');
      text.string(consumer.name);
      text.integer('seenTime', consumer.seenTime);
      if (consumer.activeTime !== undefined) text.integer('activeTime', consumer.activeTime);
      out.byte(CLOSE_OBJECT);
    });
    out.text(']}');
  }

  /** There may be millions of these, as in no other part of a stream but its entries. */
  #pending({ pending, consumers }: ScanGroup, i: number): void {
    const text = this.#text;
    const { out } = text;
    out.reserve(AROUND);
    out.length = put(out.view, out.length, ID);
    out.text(pending.id(i));
    out.reserve(AROUND);
    const owner = pending.consumer(i);
    if (owner >= 0) {
      const { name } = consumers[owner]!;
      out.length = put(out.view, out.length, CONSUMER);
      text.strings.write(out, name, 0, name.length, true);
      out.reserve(AROUND);
    }
    out.length = put(out.view, out.length, DELIVERY_TIME);
    writeInteger(out, pending.time(i));
    out.reserve(AROUND);
    out.length = put(out.view, out.length, DELIVERY_COUNT);
    writeInteger(out, pending.count(i));
    out.byte(CLOSE_OBJECT);
  }

  idmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    this.#idmp = idmp;
  }

  end(): void {
    const { out } = this.#text;
    if (this.#listOpen) out.byte(CLOSE_ARRAY);
    this.#listOpen = false;
    if (this.#idmp !== undefined) this.#writeIdmp(this.#idmp);
    out.byte(CLOSE_OBJECT);
  }

  #writeIdmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    const text = this.#text;
    const { out } = text;
    out.text(`,"idmp":{"duration":${idmp.duration},"maxEntries":${idmp.maxEntries},"producers":[`);
    idmp.producers.forEach(({ id, entries }, i) => {
      out.text(i > 0 ? ',{"id":' : '{"id":');
      text.string(id);
      out.text(',"entries":[');
      entries.forEach((entry, n) => {
        out.text(n > 0 ? ',{"iid":' : '{"iid":');
        text.string(entry.iid);
        out.text(`,"id":"${entry.id}"}`);
      });
      out.text(']}');
    });
    out.byte(CLOSE_ARRAY);
    text.integer('added', idmp.exact?.['added'] ?? idmp.added);
    text.integer('duplicates', idmp.exact?.['duplicates'] ?? idmp.duplicates);
    out.byte(CLOSE_OBJECT);
  }
}
