/** `--output`: a file that appears when it is complete, and never otherwise. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCorpus } from '../helpers/fixtures.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, finish, jsonLines, run, start } from './run.ts';

const COMMANDS = ['info', 'keys', 'ndjson', 'json', 'resp'];
const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
const dump = join(corpus, 'redis-7.0.15.rdb');

let tests = 0;
let folder: string;
let out: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `output-${tests++}`);
  mkdirSync(folder);
  out = join(folder, 'out');
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const dumpOf = (...names: string[]): Uint8Array<ArrayBuffer> =>
  file.dump(file.selectDb(0), ...names.map((name) => file.stringKey(name, 'value')));

describe.each(COMMANDS)('%s --output', (command) => {
  it('writes what would go to standard output', async () => {
    const printed = await run([command, dump]);
    for (const option of [['-o', out], [`--output=${out}2`]]) {
      const done = await run([command, ...option, dump]);
      expect([done.code, done.stdout, done.stderr]).toEqual([0, '', '']);
    }
    expect(readFileSync(out).equals(printed.raw)).toBe(true);
    expect(readFileSync(`${out}2`).equals(printed.raw)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['out', 'out2']);
    const dash = await run([command, '-o', '-', dump]);
    expect(dash.raw.equals(printed.raw)).toBe(true);
  });

  it('refuses to overwrite, before it reads anything', async () => {
    writeFileSync(out, 'old');
    for (const input of [dump, join(folder, 'missing.rdb')]) {
      const done = await run([command, '-o', out, input]);
      expect([done.code, done.stdout]).toEqual([2, '']);
      expect(errorLine(done)).toBe(`rdb-aof: error: ${out}: is there already; --force overwrites it`);
    }
    const json = await run([command, '--json', '-o', out, dump]);
    expect(jsonLines(json)).toMatchObject([{ error: { code: 'EXISTS', file: out } }]);
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  it('overwrites with --force, and keeps the permissions', async () => {
    writeFileSync(out, 'old');
    chmodSync(out, 0o640);
    const done = await run([command, '--force', '-o', out, dump]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(readFileSync(out).equals((await run([command, dump])).raw)).toBe(true);
    expect(statSync(out).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('writes nothing where the input is damaged, and leaves the old file', async () => {
    const damaged = write('cut.rdb', readCorpus('redis-7.0.15').subarray(0, 50_000));
    const done = await run([command, '-o', out, damaged]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    expect(errorLine(done)).toMatch(/the file ends at byte 50000.*; nothing was written to .*out$/);
    expect(readdirSync(folder)).toEqual(['cut.rdb']);
    writeFileSync(out, 'old');
    const forced = await run([command, '--json', '--force', '-o', out, damaged]);
    expect(forced.code).toBe(1);
    expect(jsonLines(forced).at(-1)?.error).toMatchObject({ code: 'UNEXPECTED_EOF', notWritten: out });
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['cut.rdb', 'out']);
  });

  it('writes nothing where one of several inputs fails', async () => {
    const damaged = write('cut.rdb', dumpOf('a', 'b').subarray(0, 20));
    for (const bad of [damaged, join(folder, 'missing.rdb')]) {
      const done = await run([command, '-o', out, dump, bad, dump]);
      expect(done.code).toBe(bad === damaged ? 1 : 3);
      const lines = done.stderr.trimEnd().split('\n');
      expect(lines).toEqual([
        expect.stringContaining(`rdb-aof: error: ${bad}: `),
        `rdb-aof: error: an input failed; nothing was written to ${out}`,
      ]);
      expect(existsSync(out)).toBe(false);
    }
    expect(readdirSync(folder)).toEqual(['cut.rdb']);
  });

  it('cannot go to a directory, into a missing one, or past a file', async () => {
    for (const [path, message] of [
      [folder, 'is a directory'],
      [join(folder, 'none', 'out'), 'its directory does not exist'],
      [join(dump, 'out'), 'a part of the path is no directory'],
    ] as const) {
      for (const force of [[], ['--force']]) {
        const done = await run([command, ...force, '-o', path, dump]);
        expect([done.code, done.stdout]).toEqual([3, '']);
        expect(errorLine(done)).toContain(`${path}: ${message}`);
      }
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('--output', () => {
  it('needs a name', async () => {
    for (const args of [
      ['keys', '-o', '', dump],
      ['keys', dump, '-o'],
    ]) {
      const done = await run(args);
      expect([done.code, done.stdout]).toEqual([2, '']);
      expect(done.stderr).toMatch(/^rdb-aof: error: option '-o, --output <file>' argument/);
    }
  });

  it('may be one of the inputs, with --force', async () => {
    const input = write('in.rdb', readCorpus('redis-7.0.15'));
    const names = await run(['keys', input]);
    expect((await run(['keys', '-o', input, input])).code).toBe(2);
    expect(readFileSync(input).equals(readCorpus('redis-7.0.15'))).toBe(true);
    const done = await run(['keys', '--force', '-o', input, input, dump]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(readFileSync(input).equals(Buffer.concat([names.raw, names.raw]))).toBe(true);
  });

  it('follows a link, and takes none that leads nowhere', async () => {
    symlinkSync(write('target', 'old'), join(folder, 'link'));
    const done = await run(['keys', '--force', '-o', join(folder, 'link'), write('in.rdb', dumpOf('a'))]);
    expect(done.code).toBe(0);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('a\n');
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    symlinkSync('nowhere', out);
    const dangling = await run(['keys', '--force', '-o', out, dump]);
    expect(dangling.code).toBe(3);
    expect(errorLine(dangling)).toContain('a link that leads nowhere');
  });

  it('is complete with --limit, and says the rest as ever', async () => {
    const input = write('in.rdb', dumpOf('a', 'b', 'c'));
    const done = await run(['keys', '--limit', '2', '-o', out, input]);
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('--limit 2 was reached');
    expect(readFileSync(out, 'utf8')).toBe('a\nb\n');
  });

  it('reads from a pipe into a file', async () => {
    const done = await run(['keys', '-o', out, '-'], { stdin: dumpOf('a', 'b') });
    expect([done.code, done.stdout, done.stderr]).toEqual([0, '', '']);
    expect(readFileSync(out, 'utf8')).toBe('a\nb\n');
  });

  it.skipIf(process.platform === 'win32')('has the permissions of any new file', async () => {
    const done = await bash('umask 027; "$NODE" "$CLI" keys -o "$OUT" "$FILE"', { OUT: out, FILE: dump });
    expect(done.code).toBe(0);
    expect(statSync(out).mode & 0o777).toBe(0o640);
  });

  it('of a file that comes to stand there meanwhile does not overwrite it', async () => {
    const child = start(['keys', '-o', out, '-']);
    const done = finish(child, 'keys');
    child.stdin!.write(dumpOf('a', 'b').subarray(0, 20));
    await expect.poll(() => readdirSync(folder).length).toBe(1);
    writeFileSync(out, 'theirs');
    child.stdin!.end(dumpOf('a', 'b').subarray(20));
    const ended = await done;
    expect(ended.code, ended.stderr).toBe(2);
    expect(errorLine(ended)).toContain('is there already');
    expect(readFileSync(out, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['out']);
  });
});

describe('an interrupted job', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('(%s) leaves no file and the old one as it was', async (signal, code) => {
    for (const force of [false, true]) {
      if (force) writeFileSync(out, 'old');
      const child = start(['ndjson', ...(force ? ['--force'] : []), '-o', out, '-']);
      const done = finish(child, 'ndjson');
      child.stdin!.on('error', () => undefined);
      child.stdin!.write(readCorpus('redis-7.0.15').subarray(0, 100_000));
      await expect.poll(() => readdirSync(folder).filter((name) => name.endsWith('.tmp')).length).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      child.kill(signal);
      const ended = await done;
      expect([ended.code, ended.signal, ended.stdout, ended.stderr]).toEqual([code, null, '', '']);
      expect(readdirSync(folder)).toEqual(force ? ['out'] : []);
      if (force) expect(readFileSync(out, 'utf8')).toBe('old');
    }
  });

  it('ends while it waits for the other end of a named pipe', async () => {
    const line = (args: string): string =>
      `mkfifo "$FIFO" 2>/dev/null; trap : INT; "$NODE" "$CLI" ${args} & sleep 0.7; kill -TERM $!; wait $!; echo "code $?"`;
    for (const args of ['keys "$FIFO"', 'keys "$FILE" -o "$FIFO"', 'keys "$FILE" "$FIFO" -o "$OUT"']) {
      const done = await bash(line(args), { FIFO: join(folder, 'fifo'), FILE: dump, OUT: out });
      expect(done.stdout).toContain('code 143\n');
      expect(readdirSync(folder)).toEqual(['fifo']);
    }
  });
});

describe('what is no file', () => {
  it('is written to, and stays what it is', async () => {
    const input = write('in.rdb', dumpOf('a', 'b'));
    for (const force of [[], ['--force']]) {
      const done = await run(['keys', ...force, '-o', '/dev/null', input]);
      expect([done.code, done.stdout, done.stderr]).toEqual([0, '', '']);
      expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    }
    const env = { FIFO: join(folder, 'fifo'), FILE: input, LARGE: dump };
    const piped = await bash('mkfifo "$FIFO"; cat "$FIFO" & "$NODE" "$CLI" keys -o "$FIFO" "$FILE"; wait', env);
    expect([piped.code, piped.stdout, piped.stderr]).toEqual([0, 'a\nb\n', '']);
    expect(lstatSync(env.FIFO).isFIFO()).toBe(true);
    const substituted = await bash('"$NODE" "$CLI" ndjson "$LARGE" -o >(sleep 0.3; cat); wait; sleep 1', env);
    expect(substituted.raw.equals((await run(['ndjson', dump])).raw)).toBe(true);
  });

  it('may be standard output under another name, also where that is a file', async () => {
    const input = write('in.rdb', dumpOf('a', 'b'));
    for (const name of ['/dev/stdout', '/dev/fd/1']) {
      const done = await bash('echo first > "$OUT"; "$NODE" "$CLI" keys -o "$NAME" "$FILE" >> "$OUT"', {
        OUT: out,
        FILE: input,
        NAME: name,
      });
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(readFileSync(out, 'utf8')).toBe('first\na\nb\n');
    }
  });

  it.skipIf(!existsSync('/dev/full'))('may be full', async () => {
    for (const command of COMMANDS) {
      const done = await run([command, '-o', '/dev/full', dump]);
      expect(done.code, command).toBe(3);
      expect(errorLine(done)).toBe('rdb-aof: error: /dev/full: no space left on the device');
    }
  });

  it('may be closed by who reads it', async () => {
    const done = await bash(
      'mkfifo "$FIFO"; head -c 10 "$FIFO" > /dev/null & "$NODE" "$CLI" ndjson -o "$FIFO" "$FILE"; echo "code $?"',
      { FIFO: join(folder, 'fifo'), FILE: dump },
    );
    expect([done.stdout, done.stderr]).toEqual(['code 0\n', '']);
  });
});

describe('a full disk', () => {
  it.skipIf(process.platform !== 'linux')('leaves nothing', async () => {
    // A limit on the size of files, which Node tells as an error.
    const done = await bash('trap "" XFSZ; ulimit -f 20; "$NODE" "$CLI" ndjson -o "$OUT" "$FILE"; echo "code $?"', {
      OUT: out,
      FILE: dump,
    });
    expect(done.stdout).toBe('code 3\n');
    expect(errorLine(done)).toContain(out);
    expect(readdirSync(folder)).toEqual([]);
  });
});
