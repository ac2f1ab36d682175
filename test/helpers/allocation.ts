/** How much a piece of code asks for at once. */

const WATCHED = ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Int32Array', 'Float64Array', 'ArrayBuffer'] as const;

/** Runs a function and says how many bytes the largest array took that it made by its length. */
export function largestAllocation<T>(run: () => T): { result: T; largest: number } {
  let largest = 0;
  const global = globalThis as unknown as Record<string, unknown>;
  const before = WATCHED.map((name) => [name, global[name]] as const);
  for (const [name, original] of before) {
    global[name] = new Proxy(original as Uint8ArrayConstructor, {
      construct(target, given, caller) {
        const width = target.BYTES_PER_ELEMENT ?? 1;
        if (typeof given[0] === 'number') largest = Math.max(largest, given[0] * width);
        return Reflect.construct(target, given, caller === global[name] ? target : caller);
      },
    });
  }
  try {
    return { result: run(), largest };
  } finally {
    for (const [name, original] of before) global[name] = original;
  }
}
