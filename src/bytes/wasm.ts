/**
 * Compiles and instantiates a small module that imports nothing, in well under a millisecond. Browsers allow this on
 * their main thread for modules below 4 KiB.
 *
 * @param binary the module in base64
 * @returns its exports; undefined where WebAssembly, or its 128-bit operations, are missing or forbidden
 */
export function instantiate(binary: string): WebAssembly.Exports | undefined {
  try {
    const bytes = Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  } catch {
    // No WebAssembly here (a ReferenceError), an engine without SIMD, or a content security policy against it.
    return undefined;
  }
}
