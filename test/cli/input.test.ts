/** Inputs that are no dump, or cannot be read, and the ways in which an input comes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCorpus, readHand } from '../helpers/fixtures.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, finish, jsonLines, run, start } from './run.ts';

const COMMANDS = ['info', 'ndjson', 'json', 'check'];
const folder = temporaryFolder();

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const good = readHand('server-redis-2.8.24');

describe.each(COMMANDS)('%s of what cannot be read', (command) => {
  it('says that a file is missing', async () => {
    const path = join(folder, 'not-there.rdb');
    const done = await run([command, path]);
    expect(done.code).toBe(3);
    expect(errorLine(done)).toContain(`${path}: no such file`);
    expect(done.stdout).toBe('');
  });

  it('says that a directory has no data', async () => {
    const path = join(folder, 'directory');
    mkdirSync(path, { recursive: true });
    const done = await run([command, path]);
    expect(done.code).toBe(1);
    const line = errorLine(done);
    expect(line).toContain(path);
    expect(line).toContain('there is no dump and no append-only file');
    expect(done.stdout).toBe('');
  });

  it('says that standard input is a directory', async () => {
    const done = await bash(`"$NODE" "$CLI" ${command} - < "$FOLDER"`, { FOLDER: folder });
    expect(done.code, done.stderr).toBe(3);
    expect(errorLine(done)).toContain('directory');
    expect(done.stdout).toBe('');
  });

  it('tells it with --json', async () => {
    const done = await run([command, '--json', join(folder, 'not-there.rdb')]);
    expect(done.code).toBe(3);
    expect(jsonLines(done)).toMatchObject([{ error: { code: 'IO', file: join(folder, 'not-there.rdb') } }]);
  });
});

/** Beginnings of other things, and what must be said of them. */
const OTHERS: [string, Uint8Array | string, string][] = [
  ['an empty file', '', 'empty'],
  ['a text', 'Dear diary,\ntoday I lost a database.\n', 'expected'],
  ['a short text', 'RE', 'the file ends at byte 2'],
  ['a wrong magic', 'REDIX0009\xfe\x00', 'expected'],
  ['a version that is none', 'REDISabcd\xfe\x00', 'expected'],
  ['JSON', '{"db":0,"key":"a"}\n', 'expected'],
  ['zeros', new Uint8Array(100_000), 'expected'],
  ['FF', new Uint8Array(100_000).fill(255), 'expected'],
  ['one byte', 'R', 'the file ends at byte 1'],
  ['only a magic', 'REDIS0011', 'the file ends at byte 9'],
  ['a text with a title', '# Dear diary\n', 'expected'],
  ['a zip file', 'PK\x03\x04\x14\x00\x00\x00\x08\x00', 'expected'],
  ['gzip and garbage', Buffer.from('\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage garbage garbage', 'latin1'), ''],
  ['a cut gzip', Buffer.from('\x1f\x8b\x08', 'latin1'), ''],
  ['zstd and garbage', Buffer.from('\x28\xb5\x2f\xfdgarbage garbage garbage', 'latin1'), ''],
  ['an LZ4 frame and garbage', Buffer.from('\x04\x22\x4d\x18garbage garbage garbage', 'latin1'), ''],
];

describe('what is no dump', () => {
  it.each(OTHERS)('%s ends every command with 1 and one line', async (name, content, message) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const path = file(`${name.replaceAll(' ', '-')}.rdb`, bytes);
    for (const command of COMMANDS) {
      const done = await run([command, path]);
      expect(done.code, command).toBe(1);
      const line = errorLine(done);
      expect(line).toContain(path);
      expect(line).toContain(message);
      if (command !== 'json') expect(done.stdout).toBe('');
    }
    const done = await run(['check', '--json', '-'], { stdin: bytes });
    expect(done.code).toBe(1);
    const [line, ...more] = jsonLines(done);
    expect(more).toEqual([]);
    expect(line?.error?.file).toBe('<stdin>');
    expect(line?.error?.code).toMatch(/^(UNEXPECTED_EOF|BAD_MAGIC|COMPRESSION_CORRUPT)$/);
    expect(typeof line?.error?.offset).toBe('number');
    const header = await run(['info', '--header', path]);
    expect(header.code).toBe(1);
    errorLine(header);
  });
});

describe('where the input comes from', () => {
  it.each(COMMANDS)('%s: a path, standard input as -, and standard input without a name', async (command) => {
    const fromPath = await run([command, good.path]);
    expect(fromPath.code).toBe(0);
    expect(fromPath.stderr).toBe('');
    expect(fromPath.stdout).not.toBe('');
    const expected = fromPath.stdout.replaceAll(good.path, '<stdin>');
    for (const args of [[command, '-'], [command]]) {
      const done = await run(args, { stdin: good.bytes });
      expect(done.code).toBe(0);
      expect(done.stderr).toBe('');
      expect(done.stdout).toBe(expected);
    }
    const redirected = await bash(`"$NODE" "$CLI" ${command} < "$FILE"`, { FILE: good.path });
    expect(redirected.code).toBe(0);
    expect(redirected.stdout).toBe(expected);
  });

  it('takes no notice of the name of a file', async () => {
    for (const name of ['dump.aof', 'dump.gz', 'dump.json', 'dump']) {
      expect((await run(['check', file(name, good.bytes)])).code).toBe(0);
    }
  });

  it('reads a pipe that gives one byte at a time', async () => {
    const child = start(['ndjson', '-']);
    const done = finish(child, 'ndjson -');
    for (const byte of good.bytes) {
      child.stdin!.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.stdin!.end();
    const { code, stdout } = await done;
    expect(code).toBe(0);
    expect(stdout).toBe((await run(['ndjson', good.path])).stdout);
  });

  it('reads a named pipe', async () => {
    const fifo = join(folder, 'fifo');
    const done = await bash('mkfifo "$FIFO" && { cat "$FILE" > "$FIFO" & "$NODE" "$CLI" check "$FIFO"; }', {
      FIFO: fifo,
      FILE: good.path,
    });
    expect(done.stderr).toBe('');
    expect(done.code).toBe(0);
  });

  it('a closed standard input is an empty one', async () => {
    const done = await bash('"$NODE" "$CLI" check - <&-');
    expect(done.code).toBe(1);
    errorLine(done);
  });
});

/** A zstd frame of stored blocks. */
function zstdOf(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const parts = [Buffer.from('28b52ffda0', 'hex'), size];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const piece = bytes.subarray(at, at + 100_000);
    const head = (piece.length << 3) | (at + 100_000 >= bytes.length ? 1 : 0);
    parts.push(Buffer.from([head & 255, (head >> 8) & 255, head >> 16]), Buffer.from(piece));
  }
  return Buffer.concat(parts);
}

describe('a compressed input', () => {
  const dump = readCorpus('redis-7.0.15');
  const half = dump.length >> 1;
  const { compress } = createRequire(import.meta.url)('lz4js') as { compress(bytes: Uint8Array): Uint8Array };
  const forms: [string, string, Uint8Array][] = [
    ['gzip', 'gzip', gzipSync(dump)],
    ['gzip in two members', 'gzip', Buffer.concat([gzipSync(dump.subarray(0, half)), gzipSync(dump.subarray(half))])],
    ['zstd', 'zstd', zstdOf(dump)],
    ['an LZ4 frame', 'lz4', compress(dump)],
  ];

  it.each(forms)('%s is unpacked, whatever its name, from a path and from standard input', async (_, kind, packed) => {
    const plain = await run(['ndjson', file('plain.rdb', dump)]);
    const path = file('packed.rdb', packed);
    for (const done of [await run(['ndjson', path]), await run(['ndjson', '-'], { stdin: packed })]) {
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(done.stdout === plain.stdout).toBe(true);
    }
    const info = await run(['info', '--json', path]);
    expect(JSON.parse(info.stdout)).toMatchObject({ containers: [kind], size: dump.length, checksum: 'verified' });
    const header = await run(['info', '--header', path]);
    expect([header.code, header.stderr]).toEqual([0, '']);
    const checked = await run(['check', path]);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
  });

  it.each(forms)('%s that was cut or has a flipped bit never passes', async (_, kind, packed) => {
    for (const cut of [5, 11, packed.length >> 1, packed.length - 1]) {
      const done = await run(['check', '--json', '-'], { stdin: packed.subarray(0, cut) });
      expect(done.code, `cut at ${cut}`).toBe(1);
      expect(jsonLines(done).at(-1)?.error?.code).toMatch(/^(UNEXPECTED_EOF|COMPRESSION_CORRUPT)$/);
    }
    for (const at of [40, 1000, packed.length >> 1, packed.length - 10]) {
      const damaged = Uint8Array.from(packed);
      damaged[at]! ^= 4;
      const done = await run(['check', '--json', '-'], { stdin: damaged });
      expect(done.code, `${kind}, byte ${at}`).toBe(1);
      expect(jsonLines(done).at(-1)?.error?.code).toMatch(/^[A-Z_0-9]+$/);
    }
  });
});

describe('signals', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while a slow input is read ends with %i', async (signal, code) => {
    for (const args of [['check', '-'], ['ndjson'], ['info', '-']]) {
      const child = start(args);
      const done = finish(child, args.join(' '));
      child.stdin!.on('error', () => undefined);
      child.stdin!.write(good.bytes.subarray(0, 40));
      // Until it has begun to read there is nothing to interrupt.
      await new Promise((resolve) => setTimeout(resolve, 700));
      child.kill(signal);
      const ended = await done;
      expect(ended.signal).toBeNull();
      expect(ended.code).toBe(code);
      expect(ended.stderr).not.toContain('bug');
    }
  });
});
