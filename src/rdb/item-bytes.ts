import type { KeyShape } from './key-shape.ts';
import type { ItemForm, ItemPart } from './records.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of an `itemBytes` record; a value's pieces are cut the same way whatever the chunks were. */
const PIECE = 65536;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);

/** Cuts strings that are too large to hold into `itemBytes`. */
export class ItemBytes {
  /** What the string at hand is in its item. */
  part: ItemPart = 'value';
  readonly #push: (record: unknown) => void;
  #frame: KeyShape | undefined;
  #form: ItemForm | undefined;
  #id: string | undefined;
  #piece: Bytes = EMPTY;
  #pieceLength = 0;
  #left = 0;
  #length: number | undefined;

  /** @param push takes the records */
  constructor(push: (record: unknown) => void) {
    this.#push = push;
  }

  /** Strings that follow are parts of this item. */
  beginItem(frame: KeyShape, id: string | undefined): void {
    this.#frame = frame;
    this.#id = id;
  }

  /** @param form of a blob */
  begin(part: ItemPart, length: number | undefined, form: ItemForm | undefined): void {
    this.part = part;
    this.#form = form;
    this.#length = length;
    this.#left = length ?? Number.POSITIVE_INFINITY;
    this.#piece = new Uint8Array(Math.min(PIECE, this.#left));
    this.#pieceLength = 0;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      // A full piece goes out only when more follows, so that the last one is known to be the last.
      if (this.#pieceLength === this.#piece.length) this.#endPiece(false);
      const count = Math.min(end - at, this.#piece.length - this.#pieceLength);
      this.#piece.set(bytes.subarray(at, at + count), this.#pieceLength);
      this.#pieceLength += count;
      this.#left -= count;
      at += count;
    }
  }

  end(): void {
    this.#endPiece(true);
  }

  /** A part that is there as a whole. */
  whole(part: ItemPart, bytes: Bytes): void {
    this.begin(part, bytes.length, undefined);
    this.add(bytes, 0, bytes.length);
    this.end();
  }

  #endPiece(last: boolean): void {
    const frame = this.#frame!;
    this.#push({
      kind: 'itemBytes',
      offset: frame.offset,
      db: frame.db,
      key: frame.key,
      type: frame.type,
      part: this.part,
      form: this.#form,
      id: this.#id,
      value: this.#pieceLength === this.#piece.length ? this.#piece : this.#piece.slice(0, this.#pieceLength),
      length: this.#length,
      last,
    });
    this.#piece = last ? EMPTY : new Uint8Array(Math.min(PIECE, this.#left));
    this.#pieceLength = 0;
  }
}
