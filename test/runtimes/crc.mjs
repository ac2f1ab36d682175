// @ts-check
/** The two ways in which the library computes its checksum; it chooses when it first needs one. */

/** @typedef {'webassembly' | 'typescript'} CrcPath */

/**
 * Makes the library go one of its ways. To be called before the library is used.
 *
 * @param {CrcPath} path
 * @returns {() => void} throws, after the library was used, where it went the other way
 */
export function forceCrc(path) {
  if (path === 'typescript') {
    // @ts-expect-error It is not optional, but some places forbid it.
    delete globalThis.WebAssembly;
    return () => undefined;
  }
  let instances = 0;
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      instances++;
      return Reflect.construct(target, args);
    },
  });
  return () => {
    if (instances === 0) throw new Error('the checksum was computed without WebAssembly');
  };
}
