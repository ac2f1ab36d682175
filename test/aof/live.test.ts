/** What a real server loads and what it refuses, beside what the reader says. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AofParser, type AofRecord, formatManifest, parseManifest, RedisFileError } from '../../src/index.ts';
import { log, raw } from '../helpers/aof.ts';
import { describeLive, liveServer, type Reply } from '../helpers/live.ts';

const SET = log(['SET', 'k', 'v']);
const DATABASES = 16;

type Dataset = Record<string, string>;

/** Loads a log in a server. @returns its strings as `db/key`; undefined where it refuses the log */
async function loadInServer(files: Record<string, Uint8Array>): Promise<Dataset | undefined> {
  let server: Awaited<ReturnType<typeof liveServer>>;
  try {
    // What is torn counts as refused.
    server = await liveServer({
      files,
      args: ['--appendonly', 'yes', '--aof-load-truncated', 'no', '--databases', '16'],
    });
  } catch {
    return undefined;
  }
  try {
    const dataset: Dataset = {};
    for (let db = 0; db < DATABASES; db++) {
      await server!.client.command('SELECT', db);
      for (const key of (await server!.client.command('KEYS', '*')) as Buffer[]) {
        const value: Reply = await server!.client.command('GET', key);
        dataset[`${db}/${key.toString('latin1')}`] = (value as Buffer).toString('latin1');
      }
    }
    return dataset;
  } finally {
    await server!.stop();
  }
}

/** What a log of SET holds, by what the reader says of it; undefined where it refuses the log. */
function loadHere(bytes: Uint8Array, tolerant: boolean): Dataset | undefined {
  const dataset: Dataset = {};
  const parser = new AofParser({ tolerant, strings: 'latin1', databases: DATABASES });
  const take = (records: readonly AofRecord<string>[]): void => {
    for (const record of records) {
      if (record.kind !== 'command' || record.argv[0]!.toUpperCase() !== 'SET') continue;
      if (record.argv.length === 3) dataset[`${record.db}/${record.argv[1]}`] = record.argv[2]!;
    }
  };
  try {
    // In small chunks, so that every form is read across them.
    for (let at = 0; at < bytes.length; at += 7) take(parser.push(bytes.subarray(at, at + 7)));
    take(parser.end());
  } catch (error) {
    expect(RedisFileError.is(error), String(error)).toBe(true);
    return undefined;
  }
  return dataset;
}

interface Row {
  name: string;
  log: string;
  /** What a server makes of it. */
  loads: boolean;
  /** It is what servers write. */
  strict: boolean;
}

const row = (name: string, text: string, loads: boolean, strict: boolean): Row => ({ name, log: text, loads, strict });
const spaced = (mark: string, number: string): string => `${mark}${number}${' '.repeat(1022 - number.length)}`;

const ROWS: readonly Row[] = [
  row('a command', SET, true, true),
  row('an empty file', '', true, true),
  row('an argument of no bytes', log(['SET', 'k', '']), true, true),
  row('bytes that look like protocol', log(['SET', 'k', '*1\r\n$4\r\nPING\r\n']), true, true),
  row('annotations', `#TS:1700000000\r\n${SET}#x\n${SET}#\n`, true, true),
  row('only annotations', '#TS:1\r\n#TS:2\r\n', true, true),
  row('a name in other cases', log(['sEt', 'k', 'v'], ['seLect', '2'], ['set', 'k', 'w']), true, true),
  row('databases', log(['SELECT', '2'], ['SET', 'k', 'v'], ['SELECT', '0'], ['SET', 'a', 'b']), true, true),
  row('a database that is none', log(['SELECT', '2'], ['SELECT', 'x'], ['SET', 'k', 'v']), true, true),
  row(
    'a database written as no server writes it',
    log(['SELECT', '2'], ['SELECT', '03'], ['SET', 'k', 'v']),
    true,
    true,
  ),
  row('a negative database', log(['SELECT', '2'], ['SELECT', '-1'], ['SET', 'k', 'v']), true, true),
  row('a database of no digits', log(['SELECT', '2'], ['SELECT', ''], ['SET', 'k', 'v']), true, true),
  row('a database beyond all', log(['SELECT', '2'], ['SELECT', '16'], ['SET', 'k', 'v']), true, true),
  row('a database beyond an int', log(['SELECT', '2'], ['SELECT', '4294967299'], ['SET', 'k', 'v']), true, true),
  row(
    'a SELECT inside a transaction',
    log(['MULTI'], ['SELECT', '5'], ['SET', 'k', 'v'], ['EXEC'], ['SET', 'a', 'b']),
    true,
    true,
  ),
  row('a MULTI inside a transaction', log(['MULTI'], ['MULTI'], ['SET', 'k', 'v'], ['EXEC']), true, true),
  row('an EXEC without MULTI', log(['EXEC'], ['SET', 'k', 'v']), true, true),
  row(
    'an annotation inside a transaction',
    `${log(['MULTI'])}#TS:1\r\n${log(['SET', 'k', 'v'], ['EXEC'])}`,
    true,
    true,
  ),
  row('LF behind the number of arguments', SET.replace('*3\r\n', '*3\n'), true, false),
  row('LF behind lengths', SET.replaceAll(/\$(\d)\r\n/g, '$$$1\n'), true, false),
  row('any bytes behind an argument', SET.replace('k\r\n', 'kxy'), true, false),
  row('NUL behind an argument', SET.replace('k\r\n', 'k\0\0'), true, false),
  row('a blank before the number of arguments', SET.replace('*3', '* 3'), true, false),
  row('a tab before a length', SET.replace('$1', '$\t1'), true, false),
  row('a plus sign', SET.replace('$1', '$+1'), true, false),
  row('junk behind the number of arguments', SET.replace('*3', '*3abc'), true, false),
  row('junk behind a length', SET.replace('$1', '$1x'), true, false),
  row('leading zeros', SET.replace('*3', '*003').replace('$1', '$01'), true, false),
  row('a length without digits', SET.replace('$1\r\nv\r\n', '$\r\n\r\n'), true, false),
  row('a length of letters', SET.replace('$1\r\nv\r\n', '$abc\r\n\r\n'), true, false),
  row('a length of minus nothing', SET.replace('$1\r\nv\r\n', '$-0\r\n\r\n'), true, false),
  row('an annotation without a line end', `${SET}#TS:12`, true, false),
  row('an annotation of 1022 bytes and LF', `#${'x'.repeat(1021)}\n${SET}`, true, true),
  row('an annotation of 1023 bytes and LF', `#${'x'.repeat(1022)}\n${SET}`, false, false),
  row('an annotation that goes on as a command', `#${'x'.repeat(1022)}${SET}`, true, false),
  row('a long line of a number of arguments', SET.replace('*3\r\n', spaced('*', '3')), true, false),
  row('a long line of a length', SET.replace('$1\r\nv', `${spaced('$', '1')}v`), true, false),
  row('more arguments than an int holds', SET.replace('*3', '*4294967299'), true, false),
  row('no arguments', `*0\r\n${SET}`, false, false),
  row('a negative number of arguments', `*-1\r\n${SET}`, false, false),
  row('a number of arguments of letters', `*x\r\n${SET}`, false, false),
  row('an empty line', `\r\n${SET}`, false, false),
  row('an empty line at the end', `${SET}\r\n`, false, false),
  row('NUL at the end', `${SET}\0\0\0\0`, false, false),
  row('an inline command', `${SET}SET a b\r\n`, false, false),
  row('* and the end', `${SET}*`, false, false),
  row('* and NUL', `${SET}*\0\r\n`, false, false),
  row('* and a number', `${SET}*3`, false, false),
  row('* and no number', `${SET}*x`, false, false),
  row('a number where an argument must stand', SET.replace('$1', ':1'), false, false),
  row('fewer bytes than an argument has', SET.replace('$1\r\nv', '$99999\r\nv'), false, false),
  row('no line end behind the last argument', SET.slice(0, -2), false, false),
  row('half a line end behind the last argument', SET.slice(0, -1), false, false),
  row('a negative length', SET.replace('$1\r\nv', '$-1\r\nv'), false, false),
  row('fewer bytes than the name of an RDB has', 'REDI', false, false),
];

describeLive('redis-server', () => {
  it.each(ROWS)('and the reader agree on $name', async ({ log: text, loads, strict }) => {
    const bytes = raw(text);
    const there = await loadInServer({ 'appendonly.aof': bytes });
    expect(there !== undefined, 'the server').toBe(loads);
    expect(loadHere(bytes, true), 'tolerant').toEqual(there);
    expect(loadHere(bytes, false) !== undefined, 'strict').toBe(strict);
    if (strict) expect(loadHere(bytes, false)).toEqual(there);
  });

  it('and the reader take three million arguments', async () => {
    const text = `*3000002\r\n$3\r\nDEL\r\n${'$1\r\na\r\n'.repeat(3_000_001)}${SET}`;
    expect(loadHere(raw(text), false)).toEqual({ '0/k': 'v' });
    expect(await loadInServer({ 'appendonly.aof': raw(text) })).toEqual({ '0/k': 'v' });
  });

  it('forgets the database and the transaction at the end of each file', async () => {
    const files = {
      'appendonlydir/appendonly.aof.manifest': raw('file a.base.aof seq 1 type b\nfile a.incr.aof seq 1 type i\n'),
      'appendonlydir/a.base.aof': raw(log(['SELECT', '3'], ['SET', 'a', '1'])),
      'appendonlydir/a.incr.aof': raw(log(['SET', 'b', '2'])),
    };
    expect(await loadInServer(files)).toEqual({ '3/a': '1', '0/b': '2' });
  });

  /** Whether a server starts with a manifest, all of whose files are there. */
  async function takesManifest(text: string): Promise<boolean> {
    const files: Record<string, Uint8Array> = { 'appendonlydir/appendonly.aof.manifest': raw(text) };
    for (const name of ['a', 'b', 'c d', 'e"f', 'gé']) {
      const path = `appendonlydir/${name}`;
      files[path] = raw(SET);
    }
    return (await loadInServer(files)) !== undefined;
  }

  function takenHere(text: string): boolean {
    try {
      parseManifest(raw(text));
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'MANIFEST_INVALID' });
      return false;
    }
  }

  it.each([
    ['file a seq 1 type b\n', true],
    ['file a seq 1 type b\nfile b seq 1 type i\n', true],
    ['file a seq 1 type i\nfile b seq 1 type b\n', true],
    ['file a seq 1 type h\n', true],
    ['# nothing\n', true],
    ['', false],
    ['\n', false],
    ['file a seq 1 type b', false],
    ['# no line end', true],
    ['#comment\nfile a seq 1 type b\n', true],
    [' #comment\nfile a seq 1 type b\n', false],
    ['  file a seq 1 type b \t\r\n', true],
    ['FILE a SEQ 1 TYPE base\n', true],
    ['type i seq 7 file a\n', true],
    ['file a seq 1 type b newer thing\n', true],
    ['file a seq 1 type b newer\n', false],
    ['file a seq 1\n', false],
    ['file a seq 1 type i startoffset 5 endoffset 9\n', true],
    ['file x seq 1 type b file a\n', true],
    ['file ./a seq 1 type b\n', false],
    ['file a\\b seq 1 type b\n', false],
    ['file a seq 0 type b\n', false],
    ['file a seq x type b\n', false],
    ['file a seq 1x type b\n', true],
    ['file a seq " 1" type b\n', true],
    ['file a seq -1 type b\n', true],
    ['file a seq -1 type i\n', false],
    ['file a seq 1 type B\n', false],
    ['file a seq 1 type ""\n', false],
    ['file a seq 1 type b\nfile b seq 2 type b\n', false],
    ['file a seq 2 type i\nfile b seq 2 type i\n', false],
    ['file a seq 2 type i\nfile b seq 1 type i\n', false],
    ['file a seq 2 type i\nfile b seq 9 type i\n', true],
    ['file "c d" seq 1 type b\n', true],
    ['file "a"b seq 1 type b\n', false],
    ['file "a seq 1 type b\n', false],
    ["file 'a' seq 1 type b\n", true],
    ['file "\\x61" seq 1 type b\n', true],
    ['file "\\x61\\x00zzz" seq 1 type b\n', true],
    ['file "e\\"f" seq 1 type b\n', true],
    ['file "g\\xc3\\xa9" seq 1 type b\n', true],
    ['file g\xc3\xa9 seq 1 type b\n', true],
    [`${'file a seq 1 type b'.padEnd(1023)}\n`, true],
    [`${'file a seq 1 type b'.padEnd(1024)}\n`, false],
    [`${'#'.padEnd(1024, 'x')}\nfile a seq 1 type b\n`, false],
    [`${'#'.padEnd(1024, 'x')}file a seq 1 type b\n`, true],
    ['file a\0 seq 1 type b\n', false],
  ])('and parseManifest agree on %j', async (text, taken) => {
    expect(takenHere(text)).toBe(taken);
    expect(await takesManifest(text)).toBe(taken);
  });

  it('and parseManifest agree on manifests of any kind', { timeout: 300_000 }, async () => {
    const word = fc.constantFrom('a', 'b', '"c d"', "'a'", '"\\x61"', 'x', '""', '"a', '1', '2', '0', '-3', '7z');
    const pair = fc.oneof(
      fc.tuple(fc.constantFrom('file', 'FILE'), fc.constantFrom('a', 'b', '"c d"', '"\\x62"', "'a'", 'x/y')),
      fc.tuple(fc.constantFrom('seq', 'Seq'), fc.constantFrom('1', '2', '3', '0', '-1', '2x', 'x')),
      fc.tuple(fc.constant('type'), fc.constantFrom('b', 'h', 'i', 'incr', 'B', 'x')),
      fc.tuple(fc.constantFrom('startoffset', 'other'), word),
    );
    const usual = fc
      .tuple(fc.constantFrom('a', 'b', '"c d"'), fc.constantFrom('1', '2', '3', '4'), fc.constantFrom('b', 'h', 'i'))
      .map(([file, seq, type]) => `file ${file} seq ${seq} type ${type}`);
    const odd = fc.array(pair, { minLength: 1, maxLength: 5 }).map((pairs) => pairs.flat().join(' '));
    const line = fc.oneof({ weight: 5, arbitrary: usual }, odd, fc.constantFrom('#x', '', ' '));
    const end = fc.oneof({ weight: 8, arbitrary: fc.constant('\n') }, fc.constantFrom('\r\n', ' \n', ''));
    const manifest = fc
      .array(
        fc.tuple(line, end).map((parts) => parts.join('')),
        { maxLength: 4 },
      )
      .map((lines) => lines.join(''));
    await fc.assert(
      fc.asyncProperty(manifest, async (text) => {
        expect(await takesManifest(text)).toBe(takenHere(text));
      }),
      { numRuns: 60 },
    );
  });

  it('takes what formatManifest writes, whatever the names', { timeout: 300_000 }, async () => {
    const letters = fc.constantFrom(...'ab .\'"\\\n\r\t\x07\b\x01\x7f#é€\udc80\udcff');
    const name = fc
      .array(letters, { minLength: 1, maxLength: 6 })
      .map((all) => all.join('').replaceAll('\\', 'x'))
      // These are there, so that the server would not say which name it read.
      .filter((text) => text !== '.' && text !== '..');
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const file = { name: text, seq: 3, type: 'incr' } as const;
        const written = formatManifest({ base: undefined, history: [], incr: [file] });
        expect(parseManifest(written).incr).toEqual([file]);
        // A server that reads another name finds no file of it, and does not start.
        const bytes = Buffer.concat(
          [...text].map((letter) => {
            const code = letter.charCodeAt(0);
            return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(letter);
          }),
        );
        const server = await liveServer({
          files: { 'appendonlydir/appendonly.aof.manifest': Buffer.from(written), x: bytes },
          args: ['--appendonly', 'yes'],
        }).then(
          () => undefined,
          (error: Error) => error.message,
        );
        const named = /Unable to obtain the AOF file (.*) length\. stat: No such file/s.exec(server ?? '')?.[1];
        expect(Buffer.from(named ?? '', 'latin1').equals(bytes), JSON.stringify([server, text])).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
