import { endFile, type RdbEncoder } from '../rdb/index.ts';
import type { Output } from './output.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Writes the chunks of a file that are complete. */
export function writeReady(encoder: RdbEncoder, output: Output): Promise<void> | undefined {
  return writeChunks(encoder, encoder.take(), output);
}

/** Writes the end of a file, and what is left before it. */
export function writeEnd(encoder: RdbEncoder, output: Output): Promise<void> | undefined {
  return writeChunks(encoder, endFile(encoder), output);
}

/** One after the other; waits only where the output does. */
function writeChunks(
  encoder: RdbEncoder,
  chunks: readonly Bytes[],
  output: Output,
  from = 0,
): Promise<void> | undefined {
  for (let i = from; i < chunks.length; i++) {
    const chunk = chunks[i]!;
    const waiting = output.write(chunk);
    if (waiting !== undefined) return waiting.then(() => writeChunks(encoder, chunks, output, i + 1));
    encoder.recycle(chunk);
  }
  return undefined;
}
