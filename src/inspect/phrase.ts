/**
 * Text that is written often: put down four bytes at a time, as words made beforehand.
 */
export interface Phrase {
  readonly words: Int32Array;
  readonly length: number;
}

/** Room that has to be there besides the length of a phrase. */
const OVERHANG = 3;

/** @param text ASCII */
export function phrase(text: string): Phrase {
  const bytes = new Uint8Array((text.length + OVERHANG) & ~OVERHANG);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  return {
    words: Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true)),
    length: text.length,
  };
}

/** Writes a phrase at `at`, and up to three zeros behind it, which the next text overwrites. @returns where it ends */
export function put(view: DataView, at: number, { words, length }: Phrase): number {
  for (let i = 0; i < words.length; i++) view.setInt32(at + 4 * i, words[i]!, true);
  return at + length;
}
