import { AofParser } from '../aof/index.ts';
import { RedisFileError } from '../errors.ts';
import { openFile } from './file.ts';

const COMPRESSED: readonly (readonly number[])[] = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x04, 0x22, 0x4d, 0x18],
];

/**
 * Reads a log to its end, to know that commands may be written behind it.
 *
 * @returns its size
 * @throws RedisFileError `IO`; `UNEXPECTED_EOF` where it is torn, and `AOF_BAD_FORMAT` where it is damaged, compressed or ends
 *   inside a transaction, in which everything behind would be lost
 */
export async function checkedEnd(path: string): Promise<number> {
  // Views and no values: nothing is kept, and only the frame is looked at.
  const parser = new AofParser({ file: path, views: true, values: 'skip', tolerant: true });
  const { chunks } = await openFile(path);
  let first = true;
  for await (const chunk of chunks) {
    if (first && COMPRESSED.some((magic) => magic.every((byte, i) => chunk[i] === byte))) {
      throw new RedisFileError('AOF_BAD_FORMAT', `${path} is compressed, and no log to write behind`, {
        offset: 0,
        context: { file: path },
      });
    }
    first = false;
    parser.push(chunk);
  }
  const records = parser.end();
  const torn = records.find((record) => record.kind === 'annotation');
  if (torn !== undefined) {
    throw new RedisFileError('UNEXPECTED_EOF', `${path} ends inside a line, which would swallow what follows`, {
      offset: torn.offset,
      context: { file: path },
    });
  }
  const last = records.at(-1);
  if (last?.kind === 'eof' && last.openMulti !== undefined) {
    throw new RedisFileError('AOF_BAD_FORMAT', `${path} ends inside a transaction, which would swallow what follows`, {
      offset: last.openMulti,
      context: { file: path },
    });
  }
  return parser.offset;
}
