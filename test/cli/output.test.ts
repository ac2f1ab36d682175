/** What the commands print, and what happens where it goes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareJson, compareRecords, readExpected } from '../helpers/compare.ts';
import { handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { bytesOf, formatJson, type Json, type JsonObject, members, parseJson, parseNdjson } from '../helpers/json.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, finish, jsonLines, run, start } from './run.ts';

const folder = temporaryFolder();
const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
const dump = join(corpus, 'redis-7.0.15.rdb');

/** Every string of a value through `convert`, names of members included; strings that are no bytes stay. */
function convertStrings(value: Json, convert: (text: string) => string, name?: string): Json {
  if (typeof value === 'string') return name !== undefined && FIXED.has(name) ? value : convert(value);
  if (Array.isArray(value)) return value.map((item) => convertStrings(item, convert, name));
  if (typeof value !== 'object' || value === null) return value;
  return parseJson(
    `{${members(value)
      .map(([member, item]) => `${JSON.stringify(member)}:${formatJson(convertStrings(item, convert, member))}`)
      .join(',')}}`,
  );
}

/** Members whose text the tool makes itself. */
const FIXED = new Set(['type', 'encoding', 'id', 'lastId', 'firstId', 'maxDeletedId', 'lastDeliveredId', 'score']);

describe('--escape', () => {
  it.each(['latin1', 'hex', 'base64'] as const)('%s writes every string that way and loses no byte', async (form) => {
    const decode = (text: string): string => {
      if (form === 'latin1') return text;
      expect(text).toMatch(
        form === 'hex' ? /^([0-9a-f]{2})*$/ : /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      );
      return Buffer.from(text, form).toString('latin1');
    };
    for (const name of ['rdb9-bytes', 'rdb8-doubles', 'rdb11-duplicates', 'rdb2-packed']) {
      const { path, records } = readHand(name);
      const done = await run(['ndjson', '--escape', form, path]);
      expect(done.code).toBe(0);
      const lines = parseNdjson(done.stdout);
      expect(lines.length).toBe(records!.length);
      records!.forEach((record, i) => {
        const line = lines[i]!;
        for (const member of ['db', 'type', 'encoding'] as const) {
          if (member in record) expect(line[member]).toEqual(record[member]);
        }
        expect(decode(line['key'] as string)).toBe(bytesOf(record['key'] as string));
        // Names of the tool's own members stay as they are.
        const isHash = record['type'] === 'hash';
        const wanted = record['value']!;
        const found = line['value']!;
        if (isHash) {
          expect(
            members(found as JsonObject).map(([field, value]) => [decode(field), decode(value as string)]),
          ).toEqual(members(wanted as JsonObject).map(([field, value]) => [bytesOf(field), bytesOf(value as string)]));
        } else {
          expect(compareJson(convertStrings(found, decode), convertStrings(wanted, bytesOf), name)).toEqual([]);
        }
      });
    }
  });

  it('json and ndjson say the same', async () => {
    for (const args of [[], ['--escape', 'base64'], ['--escape', 'hex'], ['--escape', 'latin1']]) {
      const lines = await run(['ndjson', ...args, dump]);
      const array = await run(['json', ...args, dump]);
      expect(array.code).toBe(0);
      expect(compareJson(parseJson(array.stdout), parseNdjson(lines.stdout))).toEqual([]);
    }
  });

  it('by default writes valid UTF-8, in which a byte that is none is a lone surrogate', async () => {
    const { path } = readHand('rdb9-bytes');
    const { stdout, raw } = await run(['ndjson', path]);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(raw)).not.toThrow();
    expect(stdout).toMatch(/\\udc[89a-f][0-9a-f]/);
    // Nothing that ends a line for some readers stands inside of one.
    for (const line of stdout.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('json', () => {
  it.each(['rdb9-no-keys'])('of no keys is an empty array (%s)', async (name) => {
    const { path } = readHand(name);
    const done = await run(['json', path]);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual([]);
    expect(done.stdout.endsWith('\n')).toBe(true);
    const lines = await run(['ndjson', path]);
    expect(lines.code).toBe(0);
    expect(lines.stdout).toBe('');
  });
});

describe('info', () => {
  it.each(handNames())('--json of %s agrees with what is known of it', async (name) => {
    const { path, info, records, bytes } = readHand(name);
    const done = await run(['info', '--json', path]);
    if (info.error !== undefined) {
      // What info passes over it does not find damaged.
      expect(done.code).toBe(1);
      expect(jsonLines(done).at(-1)?.error?.code).toBe(info.error);
      return;
    }
    expect(done.code).toBe(0);
    const said = JSON.parse(done.stdout) as Record<string, Json> & {
      dbs: Record<string, Json>[];
      aux: Record<string, string>;
    };
    expect(said['file']).toBe(path);
    expect(said['version']).toBe(info.version);
    if (info.family !== undefined) expect(said['family']).toBe(info.family);
    expect(said['checksum']).toBe(info.checksum === 'ok' ? 'verified' : 'absent');
    expect(said['keys']).toBe(records!.length);
    expect(said['expires']).toBe(records!.filter((record) => 'expiresAt' in record).length);
    if (info.container === undefined && info.trailing === undefined) expect(said['size']).toBe(bytes.length);
    for (const [field, value] of info.aux ?? []) {
      // Of a field that stands more than once it is the last.
      const last = info.aux!.filter(([other]) => other === field).at(-1)![1];
      expect(said.aux[field], field).toBe(last);
      expect(value).toBeDefined();
    }
    const functions = (said['functions'] as JsonObject[]).map(({ code }) => code);
    expect(functions).toEqual(info.functions ?? (info.functionsPreGa ?? []).map(({ code }) => code));
    expect((said['modules'] as JsonObject[]).map(({ module, version, when }) => ({ module, version, when }))).toEqual(
      (info.moduleAux ?? []).map(({ module, version, when }) => ({ module, version, when })),
    );
    expect(said['hashTemplates']).toBe(info.hashTemplates?.length ?? 0);
    expect(said['slotImports']).toBe(info.slotImport?.length ?? 0);
    const dbs = new Map<number, { keys: number; byType: Record<string, number> }>();
    for (const { db, type } of records!) {
      const one = dbs.get(db as number) ?? { keys: 0, byType: {} };
      one.keys++;
      one.byType[type as string] = (one.byType[type as string] ?? 0) + 1;
      dbs.set(db as number, one);
    }
    expect(said.dbs.map(({ db }) => db)).toEqual([...dbs.keys()]);
    for (const { db, keys, byType } of said.dbs) expect({ keys, byType }).toEqual(dbs.get(db as number));
  });

  it('prints the same for people', async () => {
    const expected = readExpected('redis-7.0.15');
    const done = await run(['info', dump]);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('RDB version 10 (redis)');
    expect(done.stdout).toContain('redis-ver: 7.0.15');
    expect(done.stdout).toContain('checksum: verified');
    const expires = expected.keys.filter(({ expiresAt }) => expiresAt !== undefined).length;
    expect(done.stdout).toContain(`keys: ${expected.keys.length}, of which ${expires} expire`);
    for (const db of new Set(expected.keys.map((key) => key.db))) expect(done.stdout).toContain(`db ${db}: `);
    expect(done.stdout.match(/function library/g)?.length ?? 0).toBe(expected.functions.length);
  });

  it('--header reads what stands before the keys, and counts nothing', async () => {
    const done = await run(['info', '--header', '--json', dump]);
    expect(done.code).toBe(0);
    const said = JSON.parse(done.stdout) as Record<string, unknown>;
    expect(said).toMatchObject({ family: 'redis', version: 10, aux: { 'redis-ver': '7.0.15' } });
    for (const name of ['keys', 'expires', 'dbs', 'checksum', 'size']) expect(said).not.toHaveProperty(name);
    // A file that was cut behind its header has one all the same.
    const cut = await run(['info', '--header', '--json', '-'], {
      stdin: readCorpus('redis-7.0.15').subarray(0, 60_000),
    });
    expect(cut.code).toBe(0);
    expect(JSON.parse(cut.stdout)).toMatchObject({ version: 10 });
  });

  it.each([
    ['a string that never ends', '00 016b 80 40000000'],
    ['an aux field that never ends', 'fa 80 000f4240'],
    ['a function that never ends', 'f5 80 000f4240'],
    ['a very long row of aux fields', 'fa 0161 0162'],
  ])('--header stops after 64 KiB of %s', async (_, hex) => {
    const child = start(['info', '--header', '--json', '-']);
    const done = finish(child, 'info --header');
    const { stdin } = child;
    stdin!.on('error', () => undefined);
    let sent = 0;
    let open = true;
    stdin!.on('close', () => {
      open = false;
    });
    child.on('exit', () => {
      open = false;
    });
    stdin!.write(Buffer.concat([Buffer.from('REDIS0011'), Buffer.from(hex.replaceAll(' ', ''), 'hex')]));
    const piece = Buffer.alloc(1 << 16, Buffer.from('fa01610162', 'hex'));
    // One gigabyte, if anybody wants it.
    while (open && sent < 1 << 30) {
      sent += piece.length;
      if (!stdin!.write(piece)) {
        await Promise.race([
          new Promise((resolve) => stdin!.once('drain', resolve)),
          new Promise((resolve) => child.once('exit', resolve)),
        ]);
      }
    }
    stdin!.destroy();
    const { code, stdout, stderr } = await done;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 11 });
    // Where no key was met, more may stand before the first one.
    const complete = hex.startsWith('00');
    expect(JSON.parse(stdout).complete).toBe(complete ? undefined : false);
    expect(stderr.includes('"INCOMPLETE"')).toBe(!complete);
    // What lies in the pipe on its way counts too.
    expect(sent).toBeLessThan(4 << 20);
  });

  it('--header ends although the pipe stays open', async () => {
    const child = start(['info', '--header', '-']);
    const done = finish(child, 'info --header');
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(readCorpus('redis-7.0.15').subarray(0, 1000));
    const { code, stdout } = await done;
    expect(code).toBe(0);
    expect(stdout).toContain('RDB version 10');
    child.stdin!.destroy();
  });
});

describe('check', () => {
  it('says in one line that all is well', async () => {
    const done = await run(['check', dump]);
    expect(done.code).toBe(0);
    expect(done.stderr).toBe('');
    expect(done.stdout).toBe(
      `${dump}: OK: RDB version 10 (redis), ${readExpected('redis-7.0.15').keys.length} keys, ` +
        `${readCorpus('redis-7.0.15').length} bytes, checksum verified\n`,
    );
  });
});

describe('check of several files', () => {
  it('says of each what is to be said, and ends with 1 where one is damaged', async () => {
    const half = join(folder, 'half.rdb');
    writeFileSync(half, readCorpus('redis-7.0.15').subarray(0, 3000));
    const fine = await run(['check', dump, dump]);
    expect(fine.code).toBe(0);
    expect(fine.stdout.split('\n').filter((line) => line.startsWith(`${dump}: OK`)).length).toBe(2);
    const done = await run(['check', dump, half, join(folder, 'missing.rdb'), dump]);
    expect(done.code).toBe(1);
    expect(done.stdout.split('\n').filter((line) => line.startsWith(`${dump}: OK`)).length).toBe(2);
    expect(done.stderr).toContain(half);
    expect(done.stderr).toContain('missing.rdb: no such file');
  });
});

describe('colour', () => {
  it.each<[Record<string, string>]>([[{}], [{ NO_COLOR: '1' }], [{ NO_COLOR: '' }], [{ FORCE_COLOR: '0' }]])(
    'there is none where nobody looks (%j)',
    async (env) => {
      const { path } = readHand('rdb11-duplicates');
      for (const args of [['check', path], ['ndjson', path], ['check', '/not/there'], ['info', path], ['--help'], []]) {
        const { stdout, stderr } = await run(args, { env });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
        expect(stdout + stderr).not.toMatch(/\x1b/);
      }
    },
  );
});

describe('where the output goes', () => {
  /** 40 MB of JSON, more than any pipe holds. */
  function large(): string {
    const path = join(folder, 'large.rdb');
    const body = Buffer.alloc(1000, 'x');
    const keys = Array.from({ length: 40_000 }, (_, i) => {
      const key = Buffer.from(String(i).padStart(8, '0'));
      return Buffer.concat([Uint8Array.of(0, 8), key, Uint8Array.of(0x43, 0xe8), body]);
    });
    writeFileSync(
      path,
      Buffer.concat([Buffer.from('REDIS0003'), Uint8Array.of(0xfe, 0), ...keys, Uint8Array.of(0xff)]),
    );
    return path;
  }
  const path = large();

  it('to a closed pipe ends quietly with 0', async () => {
    for (const command of ['ndjson', 'json']) {
      const done = await bash(`"$NODE" "$CLI" ${command} "$FILE" | head -c 100 > /dev/null; echo "\${PIPESTATUS[@]}"`, {
        FILE: path,
      });
      expect(done.stderr).toBe('');
      expect(done.stdout).toBe('0 0\n');
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
    const first = await bash('"$NODE" "$CLI" ndjson "$FILE" | head -1; echo "${PIPESTATUS[@]}"', { FILE: path });
    const [line, codes] = first.stdout.split('\n');
    expect(JSON.parse(line!)).toMatchObject({ key: '00000000' });
    expect(codes).toBe('0 0');
    expect(first.stderr).toBe('');
  });

  it('to a pipe that closes before anything was written ends quietly with 0', async () => {
    const done = await bash('{ sleep 0.5; "$NODE" "$CLI" ndjson "$FILE"; echo "code $?" >&2; } | true', { FILE: path });
    expect(done.stderr).toBe('code 0\n');
  });

  it('of info and check to a closed pipe ends quietly with 0', async () => {
    for (const command of ['info', 'check', 'info --json']) {
      const line = `{ sleep 0.3; "$NODE" "$CLI" ${command} "$FILE"; echo "code $?" >&2; } | true`;
      expect((await bash(line, { FILE: path })).stderr).toBe('code 0\n');
    }
  });

  it('comes out whole through a slow pipe', async () => {
    const done = await bash('"$NODE" "$CLI" ndjson "$FILE" | { sleep 1; wc -l; }', { FILE: path });
    expect(done.stdout.trim()).toBe('40000');
  });

  it.each([
    ['ndjson', dump],
    ['json', dump],
    ['info', dump],
    ['info --json', dump],
    ['check', dump],
  ])('to a full disk (%s) is an error with 3', async (command, from) => {
    const done = await bash(`"$NODE" "$CLI" ${command} "$FILE" > /dev/full`, { FILE: from });
    expect(done.code, done.stderr).toBe(3);
    const line = command.includes('--json') ? done.stderr : errorLine(done);
    expect(line).toMatch(/space|ENOSPC/);
    if (command.includes('--json')) expect(JSON.parse(line)).toMatchObject({ error: { code: 'IO' } });
  });

  it('to a full disk, a long output', async () => {
    const done = await bash('"$NODE" "$CLI" ndjson "$FILE" > /dev/full', { FILE: path });
    expect(done.code, done.stderr).toBe(3);
    errorLine(done);
  });

  it('to nowhere does no harm', async () => {
    for (const command of ['ndjson', 'check', 'info']) {
      const done = await bash(`"$NODE" "$CLI" ${command} "$FILE" >&-`, { FILE: dump });
      expect([0, 3]).toContain(done.code);
      expect(done.stderr).not.toMatch(/\n\s+at /);
    }
    const silent = await bash('"$NODE" "$CLI" check /not/there 2>&-');
    expect(silent.code).toBe(3);
  });

  it('with its warnings and errors to a closed pipe ends quietly too', async () => {
    const { path: twice } = readHand('rdb11-duplicates');
    const line = '{ sleep 0.3; "$NODE" "$CLI" $COMMAND "$FILE" 2>&1; echo $? > "$CODE"; } | true; cat "$CODE"';
    const code = join(folder, 'code');
    const warned = await bash(line, { COMMAND: 'ndjson', FILE: twice, CODE: code });
    expect([warned.stdout, warned.stderr]).toEqual(['0\n', '']);
    const failed = await bash(line, { COMMAND: 'check', FILE: '/not/there', CODE: code });
    expect([failed.stdout, failed.stderr]).toEqual(['3\n', '']);
  });

  it('of a warning to a closed stderr does no harm', async () => {
    const { path: twice, records } = readHand('rdb11-duplicates');
    const done = await bash('"$NODE" "$CLI" ndjson "$FILE" 2> >(true)', { FILE: twice });
    expect(done.code).toBe(0);
    expect(compareRecords(parseNdjson(done.stdout), records!)).toEqual([]);
  });
});
