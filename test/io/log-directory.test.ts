/** A new directory of a log: a crash or a loss of power at any step leaves all of it under its name, or nothing. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogDirectory } from '../../src/io/index.ts';
import { log, raw } from '../helpers/aof.ts';
import { inFolder, type Remains, WatchedDisk } from '../helpers/disk.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'rdb-aof-log-directory-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BASE = log(['SET', 'k', '1'], ['SET', 'l', '2']);
const WHOLE = {
  'appendonly.aof.1.base.aof': BASE,
  'appendonly.aof.1.incr.aof': '',
  'appendonly.aof.manifest':
    'file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
};

async function make(folder: string, disk: WatchedDisk): Promise<string> {
  const directory = new LogDirectory(join(folder, 'out'), disk.system);
  try {
    directory.write(raw(BASE.slice(0, 3)));
    directory.write(raw(BASE.slice(3)));
    return await directory.commit();
  } catch (error) {
    directory.abandon();
    throw error;
  }
}

/** @returns whether it is there, complete, in each of the states that may be left */
function states(all: readonly Remains[]): boolean[] {
  return all.map((remains) => {
    const files = inFolder(remains, 'out');
    if (files === undefined) return false;
    // Another name of a file inside stays where it cannot be taken away.
    const named = [...files].filter(([name]) => !name.endsWith('.tmp'));
    expect(Object.fromEntries(named.map(([name, data]) => [name, data.toString('latin1')]))).toEqual(WHOLE);
    return true;
  });
}

let tests = 0;
function newFolder(): string {
  const folder = join(root, String(tests++));
  mkdirSync(folder);
  return folder;
}

describe('LogDirectory', () => {
  it('is all there or not at all, and on the disk when it says so', async () => {
    const folder = newFolder();
    const disk = new WatchedDisk(folder);
    expect(await make(folder, disk)).toBe(join(folder, 'out', 'appendonly.aof.1.base.aof'));
    expect(new Set(states(disk.remains))).toEqual(new Set([false, true]));
    expect(disk.calls.slice(-3)).toEqual([
      'fsyncDirectory temporary',
      'rename out',
      `fsyncDirectory ${folder.split('/').at(-1)}`,
    ]);
  });

  it('is that also where any call fails, and leaves nothing temporary', async () => {
    let failed = 0;
    for (let failAt = 0, failing = true; failing; failAt++) {
      const folder = newFolder();
      const disk = new WatchedDisk(folder);
      disk.failAt = failAt;
      const error: unknown = await make(folder, disk).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      failing = disk.calls.length > failAt;
      states(disk.remains);
      if (error === undefined) continue;
      failed++;
      expect(error).toMatchObject({ code: 'IO', cause: { code: 'EIO' } });
      // Its name is given by then.
      if (!disk.calls.includes('rename out')) expect(readdirSync(folder)).toEqual([]);
    }
    expect(failed).toBeGreaterThan(10);
  });

  it.each(['REDIS0011', 'VALKEY080'])('names a base by what it holds (%s)', async (magic) => {
    const path = join(newFolder(), 'out');
    const directory = new LogDirectory(`${path}//`);
    for (const byte of raw(magic)) directory.write(new Uint8Array([byte]));
    expect(await directory.commit()).toBe(join(path, 'appendonly.aof.1.base.rdb'));
    expect(readdirSync(path)).toContain('appendonly.aof.1.base.rdb');
    directory.abandon();
    expect(readdirSync(path).length).toBe(3);
  });
});
