export function crc64(bytes: Iterable<number>): bigint;
export function compileHex(source: string, name?: string): Uint8Array;
