import { isBytes } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { writeArgument, writeCommandHead } from './argument.ts';
import { RespBuffer } from './buffer.ts';

/**
 * A command in RESP: an array of bulk strings, as clients send it and append-only files hold it.
 *
 * @param argv name and arguments; copied
 * @returns bytes that the caller owns
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no array of bytes
 *
 * @example
 * ```ts
 * import { encodeCommand } from 'rdb-aof';
 *
 * const text = new TextEncoder();
 * const bytes = encodeCommand([text.encode('GET'), text.encode('key')]);
 * console.log(JSON.stringify(new TextDecoder().decode(bytes))); // "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
 * ```
 */
export function encodeCommand(argv: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(argv) || !argv.every(isBytes)) {
    throw new RedisFileError('INVALID_ARGUMENT', 'a command is an array of its name and arguments, as bytes');
  }
  const out = new RespBuffer(64);
  writeCommandHead(out, argv.length);
  for (const argument of argv) writeArgument(out, argument, 0, argument.length);
  return out.bytes.slice(0, out.length);
}
