const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Below this many bytes an array is not worth a view of its own. */
const WORTH_A_VIEW = 256;

/**
 * Views on the two arrays that strings came from last: a chunk of a file, and where strings are unpacked to. To make a
 * view for each string would cost more than is won by reading four bytes at a time.
 */
export class Views {
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer);
  #otherBytes: Uint8Array = NO_BYTES;
  #otherView: DataView = this.#view;

  /** A view on an array; undefined where it is so small that bytes are better read one by one. */
  of(bytes: Uint8Array): DataView | undefined {
    if (bytes === this.#bytes) return this.#view;
    return bytes.length < WORTH_A_VIEW ? undefined : this.#take(bytes);
  }

  #take(bytes: Uint8Array): DataView {
    const view =
      bytes === this.#otherBytes ? this.#otherView : new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#otherBytes = this.#bytes;
    this.#otherView = this.#view;
    this.#bytes = bytes;
    this.#view = view;
    return view;
  }
}
