/** `resp` with several inputs: one log out of all of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../helpers/fixtures.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, jsonLines, type Run, run } from './run.ts';

const folder = temporaryFolder();
const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
const AT = 4_102_444_800_000;

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The commands, each as one text. */
function commandsOf({ raw }: Run): string[] {
  const commands: string[] = [];
  let at = 0;
  const line = (): string => {
    const end = raw.indexOf('\r\n', at);
    const text = raw.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  while (at < raw.length) {
    const argv: string[] = [];
    for (let count = Number(line().slice(1)); count > 0; count--) {
      const length = Number(line().slice(1));
      argv.push(raw.toString('latin1', at, at + length));
      at += length + 2;
    }
    commands.push(argv.join(' '));
  }
  return commands;
}

const one = write(
  'one.rdb',
  file.dump(file.selectDb(0), file.stringKey('a', '1'), file.listKey('l', ['x']), file.stringKey('b', '2')),
);
const two = write('two.rdb', file.dump(file.selectDb(2), file.stringKey('c', '3'), file.stringKey('d', '4')));
const three = write('three.rdb', file.dump(file.selectDb(0), file.listKey('l', ['y']), file.stringKey('a', '5')));

describe('resp of several inputs', () => {
  it('has the commands of each, one after the other, in the right databases', async () => {
    const done = await run(['resp', one, two, three]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    // Strings of different files share no command, as those of the later one must win.
    expect(commandsOf(done)).toEqual([
      'SET a 1',
      'RPUSH l x',
      'SET b 2',
      'SELECT 2',
      'MSET c 3 d 4',
      'SELECT 0',
      'RPUSH l y',
      'SET a 5',
    ]);
  });

  it('is what the commands of each alone are, for one database', async () => {
    const names = ['redis-4.0.14', 'redis-7.0.15', 'valkey-9.0.4'].map((name) => join(corpus, `${name}.rdb`));
    const alone: string[] = [];
    for (const name of names) alone.push(...commandsOf(await run(['resp', '--db', '0', '--allow-loss', name])));
    const together = await run(['resp', '--db', '0', '--allow-loss', ...names]);
    expect(together.code).toBe(0);
    // But for libraries that were there before.
    const libraries = alone.filter((command) => command.startsWith('FUNCTION LOAD'));
    expect(new Set(libraries).size).toBeLessThan(libraries.length);
    const once = alone.filter((command, i) => !command.startsWith('FUNCTION LOAD') || alone.indexOf(command) === i);
    expect(commandsOf(together)).toEqual(once);
  });

  it('takes standard input among them', async () => {
    const done = await run(['resp', two, '-'], { stdin: file.dump(file.selectDb(2), file.stringKey('e', '6')) });
    expect(commandsOf(done)).toEqual(['SELECT 2', 'MSET c 3 d 4', 'SET e 6']);
  });

  it('lets the last of keys with one name count with --duplicates', async () => {
    const done = await run(['resp', '--duplicates', '--json', one, three]);
    expect(done.code).toBe(0);
    const commands = commandsOf(done);
    expect(commands.slice(commands.indexOf('DEL l'))).toEqual(['DEL l', 'RPUSH l y', 'DEL a', 'SET a 5']);
    expect(jsonLines(done)).toMatchObject([
      { warning: { code: 'DUPLICATE_KEY', file: three, key: '"l"' } },
      { warning: { code: 'DUPLICATE_KEY', file: three, key: '"a"' } },
    ]);
  });

  it('has each function library once, and the last of those with one name', async () => {
    const library = (name: string, body: string): string => {
      const code = `#!lua name=lib\nredis.register_function('${body}', function() return 1 end)`;
      return write(
        name,
        file.dump(Uint8Array.of(0xf5), file.string(code), file.selectDb(0), file.stringKey(body, '1')),
      );
    };
    const f = library('f.rdb', 'f');
    const g = library('g.rdb', 'g');
    const done = await run(['resp', '--json', '--target', 'redis:7.0', f, f, g]);
    expect(done.code).toBe(0);
    expect(commandsOf(done).map((command) => command.replace(/\n.*$/s, ''))).toEqual([
      'FUNCTION LOAD #!lua name=lib',
      'SET f 1',
      'SET f 1',
      'FUNCTION LOAD REPLACE #!lua name=lib',
      'SET g 1',
    ]);
    expect(jsonLines(done)).toMatchObject([{ warning: { code: 'DUPLICATE_KEY', file: g } }]);
  });

  it('is made for the server that wrote each file, unless one is named', async () => {
    const old = write(
      'old.rdb',
      file.dump(file.aux('redis-ver', '6.0.16'), file.selectDb(0), file.stringKey('t', '1', AT)),
    );
    const recent = write(
      'recent.rdb',
      file.dump(file.aux('redis-ver', '7.0.15'), file.selectDb(0), file.stringKey('u', '1', AT)),
    );
    const pair = ['SET t 1', `EXPIREAT t ${AT / 1000}`];
    expect(commandsOf(await run(['resp', old, recent, old]))).toEqual([...pair, `SET u 1 EXAT ${AT / 1000}`, ...pair]);
    const named = commandsOf(await run(['resp', '--target', 'redis:2.6', old, recent]));
    expect(named).toEqual([...pair, 'SET u 1', `EXPIREAT u ${AT / 1000}`]);
  });

  it('holds --limit over all of them', async () => {
    const done = await run(['resp', '--limit', '4', one, two, three]);
    expect(done.code).toBe(0);
    expect(commandsOf(done)).toEqual(['SET a 1', 'RPUSH l x', 'SET b 2', 'SELECT 2', 'SET c 3']);
    expect(done.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/two\.rdb: --limit 4 was reached/),
      expect.stringMatching(/three\.rdb: not read, as --limit 4 was reached before/),
    ]);
  });

  it('reports an input that fails, takes back its half key, and reads the others', async () => {
    const whole = file.dump(file.selectDb(1), file.stringKey('e', '1'), file.listKey('half', ['x', 'y', 'z']));
    const cut = write('cut.rdb', whole.subarray(0, whole.indexOf('z'.charCodeAt(0))));
    const missing = join(folder, 'missing.rdb');
    const done = await run(['resp', one, cut, missing, three]);
    expect(done.code).toBe(1);
    expect(commandsOf(done)).toEqual([
      'SET a 1',
      'RPUSH l x',
      'SET b 2',
      'SELECT 1',
      'SET e 1',
      'SELECT 0',
      'RPUSH l y',
      'SET a 5',
    ]);
    expect(done.stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`rdb-aof: error: ${cut}: the file ends`),
      expect.stringContaining(`rdb-aof: error: ${missing}: no such file`),
    ]);
  });

  it('ends where a command broke off inside of an argument that had begun to leave, and says so', async () => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(5 << 20);
    const cut = write(
      'torn.rdb',
      Buffer.concat([
        file.dump(file.selectDb(0), file.stringKey('e', '1')).subarray(0, -9),
        Uint8Array.of(0),
        file.string('huge'),
        Uint8Array.of(0x80),
        size,
        Buffer.alloc(3 << 20, 'h'),
      ]),
    );
    const done = await run(['resp', cut, one, two]);
    expect(done.code).toBe(1);
    const lines = done.stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringContaining(`${cut}: the file ends`),
      expect.stringContaining(`${one}: not read, as the last command of the input before broke off inside`),
      expect.stringContaining(`${two}: not read, as the last command of the input before broke off inside`),
    ]);
    // A server that reads it waits for the rest, and takes nothing else for it.
    expect(done.raw.subarray(-10).toString()).toBe('hhhhhhhhhh');
  });

  it('refuses standard input twice', async () => {
    const done = await run(['resp', '-', one, '-'], { stdin: readCorpus('redis-7.0.15') });
    expect([done.code, done.stdout]).toEqual([2, '']);
    errorLine(done);
  });

  it('says in its help what it is for', async () => {
    const { stdout } = await run(['resp', '--help']);
    expect(stdout).toContain('[files...]');
    expect(stdout.replace(/\s+/g, ' ')).toContain('for the keys of each file, the one that wrote it');
  });
});
