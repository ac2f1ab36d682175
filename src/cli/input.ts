import type { ByteSource } from '../index.ts';
import { isSpecial, openFile, openFileBlocking, stdinSize } from '../io/index.ts';
import { Refusal, USAGE } from './exit.ts';
import { expectBlocking } from './interrupt.ts';

/** An input as the command line names it. */
export interface Input {
  /** Its name in messages. */
  name: string;
  source: ByteSource;
  /** Bytes in all, where they are known. */
  size: number | undefined;
}

/** Opens a path, or standard input for `-` and where nothing is named and something is piped in. */
export async function openInput(path: string | undefined): Promise<Input> {
  if (path === undefined && process.stdin.isTTY) {
    throw new Refusal(USAGE, 'no input: name a file, or pipe one in and name it -');
  }
  if (path === undefined || path === '-') {
    const size = stdinSize();
    return { name: '<stdin>', source: process.stdin, size };
  }
  if (!isSpecial(path)) {
    const { chunks, size } = openFileBlocking(path);
    return { name: path, source: chunks, size };
  }
  expectBlocking();
  const { chunks, size } = await openFile(path);
  return { name: path, source: chunks, size };
}
