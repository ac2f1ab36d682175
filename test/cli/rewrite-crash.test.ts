/** A crash or a loss of power at any step of a rewrite in place leaves the old log or the new one, and loses nothing. */
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../src/cli/log-source.ts';
import { InPlace } from '../../src/cli/rewriting.ts';
import { readAof, readAofSet } from '../../src/index.ts';
import { argvs, log, raw } from '../helpers/aof.ts';
import { inFolder, type Remains, WatchedDisk } from '../helpers/disk.ts';
import { all } from '../helpers/encode-bytes.ts';
import { temporaryFolder } from './bundle.ts';

const OLD = [
  ['SET', 'k', '1'],
  ['INCR', 'k'],
  ['SET', 'other', 'x'],
];
const NEW = [['MSET', 'k', '2', 'other', 'x']];

const MANIFEST = 'file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.3.incr.aof seq 3 type i\n';
const SET: Readonly<Record<string, string>> = {
  'appendonly.aof.manifest': MANIFEST,
  'appendonly.aof.1.base.aof': log(OLD[0]!),
  'appendonly.aof.3.incr.aof': log(OLD[1]!, OLD[2]!),
};

let tests = 0;
let root: string;
beforeEach(() => {
  root = join(realpathSync(temporaryFolder()), `rewrite-crash-${tests++}`);
  fill(root);
});

function fill(folder: string): void {
  mkdirSync(join(folder, 'aof'), { recursive: true });
  for (const [name, text] of Object.entries(SET)) writeFileSync(join(folder, 'aof', name), raw(text));
  writeFileSync(join(folder, 'single.aof'), raw(log(...OLD)));
}

/** Replaces what a path leads to by the short log. */
async function rewrite(path: string, disk: WatchedDisk): Promise<void> {
  const place = new InPlace(openLog(path, false), false, disk.system);
  try {
    place.write(raw(log(...NEW)));
    await place.commit();
  } catch (error) {
    place.abandon();
    throw error;
  }
}

async function commandsOf(files: ReadonlyMap<string, Buffer>): Promise<string[][]> {
  const open = (name: string): Buffer => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`${name} is listed and missing`);
    return file;
  };
  return argvs(await all(readAofSet(files.get('appendonly.aof.manifest')!.toString(), open)));
}

const isOld = (commands: string[][]): boolean => JSON.stringify(commands) === JSON.stringify(OLD);

/** Everything that may be left loads as the old log or the new one, and the new one has a complete backup beside it. */
async function expectOldOrNew(all: readonly Remains[]): Promise<boolean[]> {
  const states: boolean[] = [];
  for (const remains of all) {
    const commands = await commandsOf(inFolder(remains, 'aof')!);
    const old = isOld(commands);
    if (!old) expect(commands).toEqual(NEW);
    states.push(old);
    const backup = inFolder(remains, 'aof.bak');
    if (!old) expect(backup).toBeDefined();
    if (backup === undefined) continue;
    expect(Object.fromEntries([...backup].map(([name, data]) => [name, data.toString('latin1')]))).toEqual(SET);
  }
  return states;
}

describe('a set that is rewritten in place', () => {
  it('is the old one or the new one at any time, and its backup complete', async () => {
    const disk = new WatchedDisk(root);
    await rewrite(join(root, 'aof'), disk);
    const states = await expectOldOrNew(disk.remains);
    expect(new Set(states).size).toBe(2);
    const left = readdirSync(join(root, 'aof')).sort();
    expect(left).toEqual(['appendonly.aof.2.base.aof', 'appendonly.aof.4.incr.aof', 'appendonly.aof.manifest']);
  });

  it('is that also where any call fails, and nothing temporary is left', async () => {
    for (let failAt = 0, failing = true; failing; failAt++) {
      const folder = join(root, String(failAt));
      fill(folder);
      const disk = new WatchedDisk(folder);
      disk.failAt = failAt;
      await rewrite(join(folder, 'aof'), disk).catch((error: unknown) => error);
      failing = disk.calls.length > failAt;
      await expectOldOrNew(disk.remains);
      const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      if (!/^(?:removeAll|unlink) fails/.test(disk.calls[failAt] ?? '')) {
        expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }
    }
  });

  it('comes to the disk in this order: rewrite, backup, base, increment, manifest, and only then the old files go', async () => {
    const disk = new WatchedDisk(root);
    await rewrite(join(root, 'aof'), disk);
    const names = Object.keys(SET);
    expect(disk.calls).toEqual([
      'open temporary',
      'write',
      'fsync',
      'mkdir temporary',
      ...[...names.slice(1), names[0]].map((name) => `link ${name}`),
      'fsyncDirectory temporary',
      'rename aof.bak',
      `fsyncDirectory ${root.split('/').at(-1)}`,
      'link appendonly.aof.2.base.aof',
      'unlink temporary',
      'fsyncDirectory aof',
      'open temporary',
      'fsync',
      'link appendonly.aof.4.incr.aof',
      'unlink temporary',
      'fsyncDirectory aof',
      'open temporary',
      'write',
      'fsync',
      'rename appendonly.aof.manifest',
      'fsyncDirectory aof',
      ...names.slice(1).map((name) => `unlink ${name}`),
      'fsyncDirectory aof',
    ]);
  });
});

describe('a file that is rewritten in place', () => {
  it('is the old one or the new one at any time, and its backup complete', async () => {
    const disk = new WatchedDisk(root);
    await rewrite(join(root, 'single.aof'), disk);
    const states = new Set<boolean>();
    for (const remains of disk.remains) {
      const commands = argvs(await all(readAof(remains.get('single.aof')!)));
      const old = isOld(commands);
      states.add(old);
      if (!old) expect(commands).toEqual(NEW);
      const backup = remains.get('single.aof.bak')?.toString('latin1');
      if (!old || backup !== undefined) expect(backup).toBe(log(...OLD));
    }
    expect(states.size).toBe(2);
  });
});

describe('a log that has changed since it was read', () => {
  it.each(['single.aof', 'aof'])('is not replaced (%s)', async (name) => {
    const place = new InPlace(openLog(join(root, name), false), false);
    place.write(raw(log(...NEW)));
    const changed = name === 'aof' ? join(root, 'aof/appendonly.aof.3.incr.aof') : join(root, name);
    writeFileSync(changed, raw(log(['SET', 'late', '1'])), { flag: 'a' });
    const before = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !path.endsWith('.tmp'));
    await expect(place.commit()).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/has changed since it was read.*nothing was replaced/),
    });
    place.abandon();
    expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before.sort());
  });
});
