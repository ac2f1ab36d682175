/** A crash or a loss of power at any step of what cuts logs leaves logs that load, and loses nothing more than was asked. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CutSet, cutEnd, cutFileInPlace, cutSetInPlace, writeCutSet } from '../../src/cli/log-cutting.ts';
import { parseManifest, readAof, readAofSet } from '../../src/index.ts';
import { cutFile, type FolderSystem, nodeFiles } from '../../src/io/index.ts';
import { argvs, log } from '../helpers/aof.ts';
import { inFolder, type Remains, WatchedDisk } from '../helpers/disk.ts';
import { all } from '../helpers/encode-bytes.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { temporaryFolder } from './bundle.ts';

const set = (key: string): string => log(['SET', key, 'v']);
const TORN = set('torn').slice(0, 12);
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const MANIFEST = [
  'file appendonly.aof.1.base.aof seq 1 type b',
  'file appendonly.aof.1.incr.aof seq 1 type i startoffset 1 endoffset 5',
  'file appendonly.aof.2.incr.aof seq 2 type i startoffset 5 endoffset 9',
  'file appendonly.aof.3.incr.aof seq 3 type i startoffset 9',
  '',
].join('\n');

const WHOLE: Readonly<Record<string, string>> = {
  'appendonly.aof.manifest': MANIFEST,
  'appendonly.aof.1.base.aof': set('a') + set('b'),
  'appendonly.aof.1.incr.aof': set('c'),
  'appendonly.aof.2.incr.aof': set('d') + set('e') + set('f'),
  'appendonly.aof.3.incr.aof': set('g') + set('h'),
};
const NAMES = Object.keys(WHOLE).slice(1);
const KEYS = [...'abcdefgh'];

let tests = 0;
let root: string;
beforeEach(() => {
  root = join(realpathSync(temporaryFolder()), `aof-crash-${tests++}`);
  mkdirSync(join(root, 'aof'), { recursive: true });
  for (const [name, text] of Object.entries(WHOLE)) writeFileSync(join(root, 'aof', name), bytes(text));
});

/** The set is cut within its third file, or behind it. */
function plan(length: number): CutSet {
  const { base, incr } = parseManifest(MANIFEST);
  const { endOffset: _end, ...second } = incr[1]!;
  return {
    dir: join(root, 'aof'),
    manifestName: 'appendonly.aof.manifest',
    manifest: { base, history: [], incr: [incr[0]!, second] },
    kept: NAMES.slice(0, 3),
    length,
    dropped: NAMES.slice(3),
  };
}

/** The keys that a set sets, in their order. */
async function keysOf(files: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const open = (name: string): Buffer => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`${name} is listed and missing`);
    return file;
  };
  const manifest = files.get('appendonly.aof.manifest')!.toString();
  return argvs(await all(readAofSet(manifest, open))).map(([, key]) => key!);
}

/** Checks everything that may be left of the set in `aof`: a beginning of it, at least up to a key. */
async function expectBeginnings(all: readonly Remains[], least: string[]): Promise<Map<string, Buffer>[]> {
  const sets: Map<string, Buffer>[] = [];
  for (const remains of all) {
    const files = inFolder(remains, 'aof')!;
    const keys = await keysOf(files);
    expect(keys).toEqual(KEYS.slice(0, keys.length));
    expect(keys.length).toBeGreaterThanOrEqual(least.length);
    sets.push(files);
  }
  return sets;
}

/** What has the name of a backup is all of what there was. */
function expectWhole(all: readonly Remains[], folder: string): number {
  const found = all.map((remains) => inFolder(remains, folder)).filter((files) => files !== undefined);
  for (const files of found) {
    expect(Object.fromEntries([...files].map(([name, data]) => [name, data.toString('latin1')]))).toEqual(WHOLE);
  }
  return found.length;
}

const CUT = set('d').length;
const CUTS: readonly [string, number, string[]][] = [
  ['within a file', CUT, [...'abcd']],
  ['between two files', CUT * 3, [...'abcdef']],
];

describe.each(CUTS)('a set that is cut in place, %s', (_name, length, wanted) => {
  it('is a beginning of itself at any time, and its backup complete', async () => {
    const disk = new WatchedDisk(root);
    await cutSetInPlace(plan(length), join(root, 'aof.bak'), disk.system);
    const sets = await expectBeginnings(disk.remains, wanted);
    expect(await keysOf(sets.at(-1)!)).toEqual(wanted);
    expect(expectWhole(disk.remains, 'aof.bak')).toBeGreaterThan(3);
  });

  it('is that also where any call fails, and nothing temporary is left', async () => {
    for (let failAt = 0, failing = true; failing; failAt++) {
      const folder = join(root, String(failAt));
      mkdirSync(join(folder, 'aof'), { recursive: true });
      for (const [name, text] of Object.entries(WHOLE)) writeFileSync(join(folder, 'aof', name), bytes(text));
      const disk = new WatchedDisk(folder);
      disk.failAt = failAt;
      const cut = { ...plan(length), dir: join(folder, 'aof') };
      await cutSetInPlace(cut, join(folder, 'aof.bak'), disk.system).catch((error: unknown) => error);
      failing = disk.calls.length > failAt;
      await expectBeginnings(disk.remains, wanted);
      expectWhole(disk.remains, 'aof.bak');
      const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      if (!/^(?:removeAll|unlink) fails/.test(disk.calls[failAt] ?? '')) {
        expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }
    }
  });

  it('is not there before it is complete, where it is written anew', async () => {
    const disk = new WatchedDisk(root);
    await writeCutSet(plan(length), join(root, 'new'), disk.system);
    expect(expectWhole(disk.remains, 'aof')).toBe(disk.remains.length);
    const made = disk.remains.map((remains) => inFolder(remains, 'new')).filter((files) => files !== undefined);
    expect(made.length).toBeGreaterThan(0);
    for (const files of made) expect(await keysOf(files)).toEqual(wanted);
  });
});

describe('the order', () => {
  it('of cutting a set: backup, manifest, last file, and only then the files that go', async () => {
    const disk = new WatchedDisk(root);
    await cutSetInPlace(plan(CUT), join(root, 'aof.bak'), disk.system);
    expect(disk.calls).toEqual([
      'mkdir temporary',
      ...[...NAMES, 'appendonly.aof.manifest'].map((name) => `link ${name}`),
      'fsyncDirectory temporary',
      'rename aof.bak',
      `fsyncDirectory ${root.split('/').at(-1)}`,
      ...['appendonly.aof.manifest', NAMES[2]].flatMap((name) => [
        'open temporary',
        'write',
        'fsync',
        `rename ${name}`,
        'fsyncDirectory aof',
      ]),
      `unlink ${NAMES[3]}`,
      'fsyncDirectory aof',
    ]);
  });

  it('of fixing a set: offsets, backup, cut', async () => {
    writeFileSync(join(root, 'aof', NAMES[3]!), bytes(WHOLE[NAMES[3]!]! + TORN));
    const disk = new WatchedDisk(root);
    await fixSet(disk);
    expect(disk.calls).toEqual([
      'open temporary',
      'write',
      'fsync',
      'rename appendonly.aof.manifest',
      'fsyncDirectory aof',
      'copy temporary',
      'fsync',
      `link ${NAMES[3]}.bak-1`,
      'unlink temporary',
      'fsyncDirectory aof',
      'truncate',
      'fsync',
    ]);
  });
});

function fixSet(disk: WatchedDisk): Promise<string | undefined> {
  const size = WHOLE[NAMES[3]!]!.length;
  return cutEnd(
    { manifest: parseManifest(MANIFEST), manifestPath: join(root, 'aof', 'appendonly.aof.manifest') },
    join(root, 'aof', NAMES[3]!),
    size,
    { size: size + TORN.length, backup: true, system: disk.system },
  );
}

describe('a torn log', () => {
  const last = NAMES[3]!;
  const whole = WHOLE[last]! + TORN;

  it('of a set is torn or cut, and its backup complete, at any time', async () => {
    writeFileSync(join(root, 'aof', last), bytes(whole));
    const disk = new WatchedDisk(root);
    await fixSet(disk);
    const seen = new Set<string>();
    for (const remains of disk.remains) {
      const files = inFolder(remains, 'aof')!;
      const state = files.get(last)!.toString('latin1');
      seen.add(state);
      expect([whole, WHOLE[last]]).toContain(state);
      files.set(last, bytes(WHOLE[last]!));
      expect(await keysOf(files)).toEqual(KEYS);
      const backup = files.get(`${last}.bak-1`);
      if (backup !== undefined) expect(backup.toString('latin1')).toBe(whole);
      else expect(state).toBe(whole);
    }
    expect(seen.size).toBe(2);
  });

  it('of its own is whole or cut, and its backup complete, at any time', async () => {
    const path = join(root, 'log');
    writeFileSync(path, bytes(whole));
    const disk = new WatchedDisk(root);
    await cutFileInPlace(path, CUT, join(root, 'log.bak'), disk.system);
    for (const remains of disk.remains) {
      const state = remains.get('log')!.toString('latin1');
      expect([whole, whole.slice(0, CUT)]).toContain(state);
      const backup = remains.get('log.bak')?.toString('latin1');
      if (state === whole) expect([undefined, whole]).toContain(backup);
      else expect(backup).toBe(whole);
    }
    expect(argvs(await all(readAof(disk.remains.at(-1)!.get('log')!)))).toEqual([['SET', 'g', 'v']]);
  });
});

describe('a copy for a backup', () => {
  it('goes when the process ends before it is complete', async () => {
    const LOG = set('a') + TORN;
    const path = join(root, 'log');
    writeFileSync(path, bytes(LOG));
    let removal: (() => void) | undefined;
    let calledOff = false;
    const system: FolderSystem = {
      ...nodeFiles,
      copy: async (from, to) => {
        await nodeFiles.copy(from, to);
        // The process ends here.
        removal!();
        expect(readdirSync(root).sort()).toEqual(['aof', 'log']);
        throw Object.assign(new Error('interrupted'), { code: 'EINTR' });
      },
    };
    const guard = (cleanup: () => void): (() => void) => {
      removal = cleanup;
      return () => {
        calledOff = true;
      };
    };
    await expect(cutFile(path, 1, { size: LOG.length, backup: true, system, guard })).rejects.toThrow();
    expect([readFileSync(path, 'latin1'), calledOff]).toEqual([LOG, true]);
  });
});

describeLive('redis-server', () => {
  it('loads whatever is left of a set', { timeout: 60_000 }, async () => {
    const disk = new WatchedDisk(root);
    await cutSetInPlace(plan(CUT), join(root, 'aof.bak'), disk.system);
    const states = new Map<string, Map<string, Buffer>>();
    for (const remains of disk.remains) {
      const files = inFolder(remains, 'aof')!;
      states.set(JSON.stringify([...files].map(([name, data]) => [name, data.toString('latin1')])), files);
    }
    expect(states.size).toBeGreaterThan(3);
    for (const state of states.values()) {
      const files = Object.fromEntries([...state].map(([name, data]) => [`appendonlydir/${name}`, data]));
      const args = ['--appendonly', 'yes', '--aof-load-truncated', 'no'];
      await withLiveServer({ args, files }, async ({ client }) => {
        expect(await client.command('DBSIZE')).toBe((await keysOf(state)).length);
      });
    }
  });
});
