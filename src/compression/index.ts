export async function* decompress(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  _options?: unknown,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* source;
}
export const unzstd = (_bytes: Uint8Array, _limit: number): Uint8Array<ArrayBuffer> => {
  throw new Error();
};
export const unlz4Frame: (bytes: Uint8Array, limit: number) => Uint8Array<ArrayBuffer> = unzstd;
