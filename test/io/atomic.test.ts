/** Files that appear when they are complete: the order of the calls, and what is left where one of them fails. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AtomicFile, type FileSystem, nodeFiles } from '../../src/io/index.ts';
import { bundle, temporaryFolder } from '../cli/bundle.ts';
import { noise, rejectionOf, thrownBy } from '../helpers/encode-bytes.ts';

let tests = 0;
let dir: string;
let path: string;
beforeEach(() => {
  dir = join(temporaryFolder(), `atomic-${tests++}`);
  mkdirSync(dir);
  path = join(dir, 'out');
});

const CALLS = ['open', 'likeOld', 'write', 'fsync', 'close', 'link', 'rename', 'unlink', 'fsyncDirectory'] as const;
type Call = (typeof CALLS)[number];

const systemError = (code: string): Error => Object.assign(new Error(`${code}: so it is`), { code });

/** The real calls, written down; one of them may do something else. */
function watched(change: Partial<FileSystem> = {}): { system: FileSystem; calls: string[] } {
  const calls: string[] = [];
  const system = { ...nodeFiles };
  for (const name of CALLS) {
    const real = (change[name] ?? nodeFiles[name]) as (...args: unknown[]) => unknown;
    (system as Record<Call, unknown>)[name] = (...args: unknown[]) => {
      calls.push(name);
      return real(...args);
    };
  }
  return { system, calls };
}

const failing = (name: Call, code: string): ReturnType<typeof watched> =>
  watched({
    [name]: () => {
      throw systemError(code);
    },
  });

async function writeFile(bytes: Uint8Array, options: { force?: boolean; system?: FileSystem } = {}): Promise<void> {
  const file = new AtomicFile(path, options);
  for (let at = 0; at < bytes.length; at += 100_000) file.write(bytes.subarray(at, at + 100_000));
  await file.commit();
}

const read = (): string => readFileSync(path, 'latin1');

describe('a new file', () => {
  it('is written, brought to the disk, and only then named', async () => {
    const { system, calls } = watched();
    const bytes = noise(250_000);
    await writeFile(bytes, { system });
    expect(calls).toEqual(['open', 'write', 'write', 'write', 'fsync', 'close', 'link', 'unlink', 'fsyncDirectory']);
    expect(Buffer.from(readFileSync(path)).equals(bytes)).toBe(true);
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('is not there before', async () => {
    const file = new AtomicFile(path);
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/^\.rdb-aof-[0-9a-f]{12}\.tmp$/)]);
    file.write(noise(1_000_000));
    expect(existsSync(path)).toBe(false);
    await file.commit();
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('collects small writes, and owns what it collects', async () => {
    const { system, calls } = watched();
    const file = new AtomicFile(path, { system });
    const piece = Uint8Array.of(0);
    for (let i = 0; i < 600_000; i++) {
      piece[0] = i % 251;
      file.write(piece);
    }
    await file.commit();
    expect(calls.filter((name) => name === 'write').length).toBe(3);
    expect(readFileSync(path).every((byte, i) => byte === i % 251)).toBe(true);
    expect(statSync(path).size).toBe(600_000);
  });

  it('keeps the order of small and large writes', async () => {
    const parts = [10, 70_000, 5, 5, 300_000, 65_535, 65_536, 1, 200_000, 200].map((size, i) => noise(size, i + 1));
    const file = new AtomicFile(path);
    for (const part of parts) file.write(part);
    await file.commit();
    expect(readFileSync(path).equals(Buffer.concat(parts))).toBe(true);
  });

  it('may be empty', async () => {
    await new AtomicFile(path).commit();
    expect(statSync(path).size).toBe(0);
  });

  it('has the permissions of any new file', async () => {
    await writeFile(noise(10));
    const plain = join(dir, 'plain');
    writeFileSync(plain, '');
    expect(statSync(path).mode).toBe(statSync(plain).mode);
  });

  it('goes on where the system writes less than it was given', async () => {
    const bytes = noise(300_000);
    await writeFile(bytes, {
      system: watched({
        write: (descriptor, from, start) =>
          nodeFiles.write(descriptor, from.subarray(0, Math.min(from.length, start + 7001)), start),
      }).system,
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('is given up', () => {
    const file = new AtomicFile(path);
    file.write(noise(1000));
    file.abandon();
    file.abandon();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('stays where it was given up too late', async () => {
    const file = new AtomicFile(path);
    file.write(Buffer.from('text'));
    await file.commit();
    file.abandon();
    expect(read()).toBe('text');
  });

  it.skipIf(process.getuid?.() === 0)('in a directory that may not be read is fine (the superuser may)', async () => {
    chmodSync(dir, 0o300);
    await writeFile(noise(10));
    chmodSync(dir, 0o700);
    expect(readdirSync(dir)).toEqual(['out']);
  });
});

describe('a file that is there', () => {
  beforeEach(() => writeFileSync(path, 'old'));

  it('is an error at once', () => {
    const error = thrownBy(() => new AtomicFile(path));
    expect(error).toMatchObject({ code: 'IO', context: { file: path }, cause: { code: 'EEXIST' } });
    expect((error as Error).message).toBe(`${path}: is there already`);
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('is replaced by force, in one step', async () => {
    const { system, calls } = watched();
    await writeFile(Buffer.from('new'), { force: true, system });
    expect(calls).toEqual(['open', 'likeOld', 'write', 'fsync', 'close', 'rename', 'fsyncDirectory']);
    expect(read()).toBe('new');
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it.each([0o600, 0o644, 0o755, 0o666])('keeps its permissions %o, and has no wider ones before', async (mode) => {
    chmodSync(path, mode);
    const { system } = watched();
    const { open } = system;
    system.open = (...args) => {
      const descriptor = open(...args);
      expect(statSync(args[0]).mode & 0o077).toBe(0);
      return descriptor;
    };
    await writeFile(Buffer.from('new'), { force: true, system });
    expect(statSync(path).mode & 0o7777).toBe(mode);
  });

  it.runIf(process.getuid?.() === 0)('keeps its owner where that is allowed (the superuser may)', async () => {
    chownSync(path, 1234, 1235);
    await writeFile(Buffer.from('new'), { force: true });
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
  });

  it('is replaced behind a link, and the link stays', async () => {
    const link = join(dir, 'link');
    mkdirSync(join(dir, 'elsewhere'));
    symlinkSync('../out', join(dir, 'elsewhere', 'link'));
    symlinkSync('elsewhere/link', link);
    const file = new AtomicFile(link, { force: true });
    file.write(Buffer.from('new'));
    await file.commit();
    expect(read()).toBe('new');
    expect(readdirSync(dir).sort()).toEqual(['elsewhere', 'link', 'out']);
    expect(nodeFiles.isLink(link)).toBe(true);
    expect(thrownBy(() => new AtomicFile(link))).toMatchObject({ cause: { code: 'EEXIST' } });
  });

  it('that another name leads to keeps that one as it was', async () => {
    const other = join(dir, 'other');
    linkSync(path, other);
    await writeFile(Buffer.from('new'), { force: true });
    expect([read(), readFileSync(other, 'latin1')]).toEqual(['new', 'old']);
  });
});

describe('a file that comes to stand there meanwhile', () => {
  it('is not overwritten', async () => {
    const file = new AtomicFile(path);
    file.write(Buffer.from('new'));
    writeFileSync(path, 'theirs');
    expect(await rejectionOf(file.commit())).toMatchObject({ code: 'IO', cause: { code: 'EEXIST' } });
    expect(read()).toBe('theirs');
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('is overwritten by force', async () => {
    const file = new AtomicFile(path, { force: true });
    file.write(Buffer.from('new'));
    writeFileSync(path, 'theirs');
    await file.commit();
    expect(read()).toBe('new');
  });
});

describe('a file system without links', () => {
  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])('(%s) renames', async (code) => {
    const { system, calls } = failing('link', code);
    await writeFile(Buffer.from('new'), { system });
    expect(calls.slice(-3)).toEqual(['link', 'rename', 'fsyncDirectory']);
    expect(read()).toBe('new');
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('looks again whether something stands there', async () => {
    const { system } = failing('link', 'EPERM');
    const file = new AtomicFile(path, { system });
    file.write(Buffer.from('new'));
    writeFileSync(path, 'theirs');
    expect(await rejectionOf(file.commit())).toMatchObject({ code: 'IO', cause: { code: 'EEXIST' } });
    expect(read()).toBe('theirs');
    expect(readdirSync(dir)).toEqual(['out']);
  });
});

describe('an error', () => {
  const before: [string, boolean][] = [
    ['a new file', false],
    ['a replaced file', true],
  ];
  const steps: Call[] = ['open', 'write', 'fsync', 'close', 'link', 'rename', 'likeOld'];

  it.each(before.flatMap(([what, old]) => steps.map((step) => [step, what, old] as const)))(
    'of %s of %s leaves what was there, and nothing else',
    async (step, _, old) => {
      if (step === (old ? 'link' : 'rename') || (step === 'likeOld' && !old)) return;
      if (old) writeFileSync(path, 'old');
      for (const code of ['ENOSPC', 'EIO', 'EWHAT']) {
        const { system, calls } = failing(step, code);
        const writing = async (): Promise<void> => writeFile(noise(300_000), { force: old, system });
        expect(await rejectionOf(writing())).toMatchObject({
          code: 'IO',
          context: { file: path },
          cause: { code },
        });
        expect(calls).toContain(step);
        expect(readdirSync(dir)).toEqual(old ? ['out'] : []);
        if (old) expect(read()).toBe('old');
      }
    },
  );

  it('of a disk that fills up in the middle leaves nothing', async () => {
    let room = 150_000;
    const { system } = watched({
      write: (descriptor, bytes, start) => {
        if (room === 0) throw systemError('ENOSPC');
        const count = Math.min(bytes.length - start, room);
        room -= count;
        return nodeFiles.write(descriptor, bytes.subarray(0, start + count), start);
      },
    });
    const file = new AtomicFile(path, { system });
    file.write(noise(100_000));
    const error = thrownBy(() => file.write(noise(100_000)));
    expect(error).toMatchObject({ code: 'IO', message: `${path}: no space left on the device` });
    expect(readdirSync(dir)).toEqual([]);
    // Who goes on all the same is told the same.
    expect(thrownBy(() => file.write(noise(1)))).toBe(error);
    expect(await rejectionOf(file.commit())).toBe(error);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is what it is where the system writes nothing, without an end', async () => {
    const { system } = watched({ write: () => 0 });
    expect(await rejectionOf(writeFile(noise(10), { system }))).toMatchObject({ code: 'IO' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('of the directory leaves the file, which is complete', async () => {
    const { system } = failing('fsyncDirectory', 'EIO');
    expect(await rejectionOf(writeFile(Buffer.from('new'), { system }))).toMatchObject({ code: 'IO' });
    expect(read()).toBe('new');
    expect(readdirSync(dir)).toEqual(['out']);
  });

  it('of taking the temporary file away changes nothing about the first one', async () => {
    const { system } = watched({
      write: () => {
        throw systemError('ENOSPC');
      },
      unlink: () => {
        throw systemError('EIO');
      },
    });
    expect(await rejectionOf(writeFile(noise(10), { system }))).toMatchObject({ cause: { code: 'ENOSPC' } });
  });

  it('comes for what cannot be a file, before anything is written', () => {
    const at = (to: string, options = {}): unknown => thrownBy(() => new AtomicFile(to, options));
    for (const force of [false, true]) {
      expect(at(dir, { force })).toMatchObject({ code: 'IO', message: `${dir}: is a directory, expected a file` });
      expect(at(join(dir, 'none', 'out'), { force })).toMatchObject({
        code: 'IO',
        message: `${join(dir, 'none', 'out')}: its directory does not exist`,
        cause: { code: 'ENOENT' },
      });
      writeFileSync(join(dir, 'plain'), '');
      expect(at(join(dir, 'plain', 'out'), { force })).toMatchObject({ cause: { code: 'ENOTDIR' } });
      expect(at('/dev/null', { force })).toMatchObject({ code: 'IO' });
    }
    symlinkSync('nowhere', join(dir, 'dangling'));
    for (const force of [false, true]) {
      expect((at(join(dir, 'dangling'), { force }) as Error).message).toContain('a link that leads nowhere');
    }
    expect(readdirSync(dir).sort()).toEqual(['dangling', 'plain']);
  });

  it('of a call after the end is ours', async () => {
    const file = new AtomicFile(path);
    await file.commit();
    expect(await rejectionOf(file.commit())).toMatchObject({ code: 'INVALID_ARGUMENT' });
    for (const size of [1, 100_000]) {
      expect(thrownBy(() => file.write(noise(size)))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(statSync(path).size).toBe(0);
  });
});

describe('a process that is killed', () => {
  const steps: Call[] = ['open', 'likeOld', 'write', 'fsync', 'close', 'link', 'unlink', 'rename', 'fsyncDirectory'];
  let child: string;

  it.each(
    [false, true].flatMap((force) => steps.flatMap((step) => ['before', 'behind'].map((when) => [step, when, force]))),
  )('at %s (%s, replacing: %s) leaves the old file or the whole new one', (step, when, force) => {
    child ??= bundle('test/io/killed.ts', 'killed');
    if (force) writeFileSync(path, 'old');
    const done = spawnSync(process.execPath, [child, path, String(step), String(when), String(force)]);
    const reached = !(force ? ['link', 'unlink'] : ['rename', 'likeOld']).includes(String(step));
    expect([done.signal, done.status], String(done.stderr)).toEqual(reached ? ['SIGKILL', null] : [null, 0]);
    const named = readdirSync(dir).includes('out');
    const whole = 'x'.repeat(400_000);
    const order = force
      ? ['open', 'likeOld', 'write', 'fsync', 'close', 'rename', 'fsyncDirectory']
      : ['open', 'write', 'fsync', 'close', 'link', 'unlink', 'fsyncDirectory'];
    const at = order.indexOf(String(step)) + (when === 'behind' ? 1 : 0);
    const placed = !reached || at > order.indexOf(force ? 'rename' : 'link');
    expect(named).toBe(force || placed);
    if (named) expect(read() === (placed ? whole : 'old')).toBe(true);
    expect(dirname(path)).toBe(dir);
  });
});

describe('several files that are to appear together', () => {
  it('are on the disk first, then get their names, and can be taken away again', async () => {
    const [one, two, old] = ['one', 'two', 'old'].map((name) => join(temporaryFolder(), `together-${name}`));
    writeFileSync(old!, 'old');
    const files = [new AtomicFile(one!), new AtomicFile(two!, { collected: 0 }), new AtomicFile(old!, { force: true })];
    for (const file of files) {
      file.write(Buffer.from('new'));
      await file.sync();
    }
    expect([existsSync(one!), existsSync(two!), readFileSync(old!, 'utf8')]).toEqual([false, false, 'old']);
    for (const file of files) await file.commit();
    for (const path of [one!, two!, old!]) expect(readFileSync(path, 'utf8')).toBe('new');
    for (const file of files) file.retract();
    expect([existsSync(one!), existsSync(two!), readFileSync(old!, 'utf8')]).toEqual([false, false, 'new']);
  });
});
