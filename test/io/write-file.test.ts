/** Writing a file as a whole, through the public function. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/node.ts';
import { temporaryFolder } from '../cli/bundle.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = (): string => join(folder, `written-${files++}`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('writeFileAtomic', () => {
  it('writes what any source gives, and replaces what was there', async () => {
    const path = newPath();
    await writeFileAtomic(path, bytes('one'));
    expect(readFileSync(path, 'utf8')).toBe('one');
    await writeFileAtomic(path, [bytes('t'), bytes('wo')]);
    expect(readFileSync(path, 'utf8')).toBe('two');
    await writeFileAtomic(path, new Blob(['three']));
    expect(readFileSync(path, 'utf8')).toBe('three');
  });

  it('leaves a file alone that is to be protected', async () => {
    const path = newPath();
    writeFileSync(path, 'old');
    await expect(writeFileAtomic(path, bytes('new'), { exclusive: true })).rejects.toMatchObject({
      code: 'IO',
      cause: { code: 'EEXIST' },
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('writes nothing where the source fails or the signal comes, and leaves nothing behind', async () => {
    const path = newPath();
    const reason = new Error('no more');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      throw reason;
    }
    await expect(writeFileAtomic(path, failing())).rejects.toBe(reason);
    const abort = new AbortController();
    async function* aborting(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      abort.abort(reason);
      yield bytes('more');
    }
    await expect(writeFileAtomic(path, aborting(), { signal: abort.signal })).rejects.toBe(reason);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});
