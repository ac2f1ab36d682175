/** Reading a file without a thread of its own. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openFileBlocking } from '../../src/io/index.ts';
import { temporaryFolder } from '../cli/bundle.ts';
import { noise } from '../helpers/encode-bytes.ts';

const folder = temporaryFolder();

/** Descriptors that this process has open for files of the folder. */
const openFiles = (): number => readdirSync('/proc/self/fd').length;

describe('openFileBlocking', () => {
  const before = process.platform === 'linux' ? openFiles() : 0;
  afterEach(() => {
    if (process.platform === 'linux') expect(openFiles()).toBe(before);
  });

  it.each([0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 5_000_000])('gives the %i bytes of a file', async (size) => {
    const bytes = noise(size);
    const path = join(folder, `${size}.bin`);
    writeFileSync(path, bytes);
    const { chunks, size: announced } = openFileBlocking(path);
    expect(announced).toBe(size);
    const parts: Buffer[] = [];
    // Chunks are lent: they are copied at once.
    for await (const chunk of chunks) parts.push(Buffer.from(Uint8Array.from(chunk)));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('closes a file that is left before anything was read', async () => {
    const path = join(folder, 'left.bin');
    writeFileSync(path, noise(10));
    const { chunks } = openFileBlocking(path);
    expect(await chunks.return!()).toEqual({ done: true, value: undefined });
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });

  it('lets others have their turn, signals and timers among them', async () => {
    const path = join(folder, 'long.bin');
    writeFileSync(path, noise(20_000_000));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for await (const chunk of openFileBlocking(path).chunks) if (chunk.length === 0) break;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it('closes the file when it is left', async () => {
    const path = join(folder, 'left.bin');
    writeFileSync(path, noise(1_000_000));
    for await (const _ of openFileBlocking(path).chunks) break;
  });

  it('says IO where there is no file', () => {
    mkdirSync(join(folder, 'directory'));
    for (const name of ['missing', 'directory']) {
      expect(() => openFileBlocking(join(folder, name))).toThrow(expect.objectContaining({ code: 'IO' }));
    }
  });
});
