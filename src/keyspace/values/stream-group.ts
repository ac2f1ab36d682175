/** A pending entry: delivered, and not acknowledged. */
export interface Pending {
  /** Undefined for one that nobody owns. */
  consumer: Consumer | undefined;
  /** Unix ms. */
  time: number | bigint;
  count: number | bigint;
  /** Of one that was handed back: its place among those. */
  nacked?: number;
}

export interface Consumer {
  readonly name: Uint8Array<ArrayBuffer>;
  /** Unix ms of the last attempt to read, and of the last successful one. */
  seen: number | bigint;
  /** -1 for never. */
  active: number | bigint;
}

/** A consumer group. */
export class StreamGroup {
  readonly name: Uint8Array<ArrayBuffer>;
  lastId: bigint;
  /** -1 where nobody knows. */
  entriesRead: bigint;
  /** By their names, a character for each byte. */
  readonly consumers: Map<string, Consumer> = new Map();
  readonly pending: Map<bigint, Pending> = new Map();
  /** Entries that were handed back so far. */
  nacks = 0;

  constructor(name: Uint8Array<ArrayBuffer>, lastId: bigint, entriesRead: bigint) {
    this.name = name;
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  /** Ids of pending entries, ascending. */
  ids(): bigint[] {
    return [...this.pending.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** The consumer of a name, which is made where there is none. */
  consumer(key: string, name: Uint8Array<ArrayBuffer>, now: number): Consumer {
    let consumer = this.consumers.get(key);
    if (consumer === undefined) {
      consumer = { name, seen: now, active: -1 };
      this.consumers.set(key, consumer);
    }
    return consumer;
  }

  clone(): StreamGroup {
    const copy = new StreamGroup(this.name, this.lastId, this.entriesRead);
    copy.nacks = this.nacks;
    const consumers = new Map<Consumer, Consumer>();
    for (const [key, consumer] of this.consumers) {
      const copied = { ...consumer };
      consumers.set(consumer, copied);
      copy.consumers.set(key, copied);
    }
    for (const [id, pending] of this.pending) {
      const { consumer } = pending;
      copy.pending.set(id, { ...pending, consumer: consumer === undefined ? undefined : consumers.get(consumer) });
    }
    return copy;
  }
}
