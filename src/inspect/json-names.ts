import { ByteOutput } from '../bytes/index.ts';
import { Fingerprints, ITEM_SLOTS, type ScanFrame } from '../rdb/index.ts';

/** Layouts with times of fields and members have type numbers from here on. */
const FIRST_TIMED = 22;

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** The names in one value: whether one stands twice, and the text of the last one, as its time comes behind it. */
export class JsonNames {
  readonly #out: ByteOutput;
  readonly #seen = new Fingerprints(ITEM_SLOTS);
  /** A name is looked for among those before it. */
  #unique = false;
  /** The integers of an intset ascend, else the scanner warns: only the one before may be the same. */
  #ascending = false;
  #previous: number | undefined;
  /** The layout of the value at hand may have times. */
  #timed = false;
  /** Where the text of the last name stands in `out`, without quotes; only where it may have a time. */
  #start = 0;
  #end = 0;
  /** The name is being written in pieces. */
  #inPieces = false;
  /** The part of that text which was taken before it was complete, or before its time came. */
  readonly #taken = new ByteOutput(0);

  constructor(out: ByteOutput) {
    this.#out = out;
  }

  begin(frame: ScanFrame): void {
    this.#seen.reset();
    this.#unique = true;
    this.#ascending = frame.encoding === 'intset';
    this.#previous = undefined;
    this.#timed = frame.typeId >= FIRST_TIMED;
    this.#start = this.#end = 0;
  }

  /** Names may stand twice, as on several paths, or that was told already. */
  letBe(): void {
    this.#unique = false;
  }

  /** A name was written, whose text begins at `from`. True where it is the first that stands twice. */
  add(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#timed) {
      this.#taken.length = 0;
      this.#start = from;
      this.#end = this.#out.length;
    }
    if (!this.#unique || !this.#seen.add(0, bytes, start, end)) return false;
    this.#unique = false;
    return true;
  }

  /** The same for one that is an integer and stands in `out` as its digits. */
  addInteger(from: number, value: number): boolean {
    if (!this.#ascending) return this.add(from, this.#out.bytes, from, this.#out.length);
    const twice = value === this.#previous && this.#unique;
    this.#previous = value;
    if (twice) this.#unique = false;
    return twice;
  }

  /** A name comes in pieces, and begins at `from`. It is not looked for. */
  beginPieces(from: number): void {
    this.#inPieces = true;
    this.#taken.length = 0;
    this.#start = from;
  }

  endPieces(): void {
    if (this.#inPieces) this.#end = this.#out.length;
    this.#inPieces = false;
  }

  /** The value at hand is taken back. */
  abandon(): void {
    this.#inPieces = false;
  }

  /** All text goes out, and that of the last name may be wanted once more for its time. */
  keep(): void {
    const end = this.#inPieces ? this.#out.length : this.#end;
    if (this.#timed && end > this.#start) this.#taken.span(this.#out.bytes, this.#start, end);
    this.#start = this.#end = 0;
  }

  /** The text before the object at hand went out. */
  shift(by: number): void {
    this.#start -= by;
    this.#end -= by;
  }

  /** The text of the last name: what of it was taken, and the rest. */
  get taken(): Uint8Array {
    return this.#taken.length === 0 ? NOTHING : this.#taken.bytes.subarray(0, this.#taken.length);
  }

  get rest(): Uint8Array {
    return this.#out.bytes.subarray(this.#start, this.#end);
  }
}
