/** How far a long job is: what the line says, when it is there, and that it is gone in the end. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';
import { StatusLine } from '../../src/cli/status.ts';
import { readHand } from '../helpers/fixtures.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, type Run } from './run.ts';

const ESCAPE = '\x1b';

/** What deletes the rest of a line; escapes are shown as ␛. */
const CLEAR = '␛[K';

/** What a terminal of one line shows after all that was written to it, and every text that it showed. */
class Terminal {
  written = '';
  columns: number | undefined = 80;
  readonly line: StatusLine = new StatusLine((text) => {
    this.written += text.replaceAll(ESCAPE, '␛');
  });

  get shown(): string {
    return shownOf(this.written);
  }
}

/** The last line, after carriage returns and deletions to the end of the line. */
function shownOf(written: string): string {
  const last = written.slice(written.lastIndexOf('\n') + 1);
  return last.slice(last.lastIndexOf('\r') + 1).replace(CLEAR, '');
}

const MB = 1_000_000;

describe('the line', () => {
  let screen: Terminal;
  beforeEach(async () => {
    // What draws is loaded when it is first wanted, which no clock of ours waits for.
    await import('cli-progress');
    vi.useFakeTimers();
    screen = new Terminal();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start(inputs = 1): Progress {
    const progress = new Progress(inputs, { line: screen.line, columns: () => screen.columns });
    progress.start();
    return progress;
  }

  /** Reads at a steady speed. */
  async function read(progress: Progress, seconds: number, speed: number): Promise<void> {
    for (let i = 0; i < seconds * 20; i++) {
      progress.add(speed / 20);
      await vi.advanceTimersByTimeAsync(50);
    }
  }

  it('comes after a second, says how far it is, how fast and how long, and goes', async () => {
    const progress = start();
    progress.begin(1000 * MB);
    await read(progress, 1, 100 * MB);
    expect(screen.written).toBe('');
    await read(progress, 4, 100 * MB);
    expect(screen.shown).toMatch(/^\[=+-+\] {2}50%, 500 MB of 1\.0 GB, 100 MB\/s, 5 s left$/);
    await read(progress, 2, 100 * MB);
    expect(screen.shown).toMatch(/\] {2}70%, 700 MB of/);
    progress.end();
    expect(screen.shown).toBe('');
    expect(screen.written).not.toContain('\n');
    const { length } = screen.written;
    await read(progress, 5, 100 * MB);
    expect(screen.written.length).toBe(length);
  });

  it('does not come for a short job', async () => {
    const progress = start();
    progress.begin(100 * MB);
    await read(progress, 0.9, 100 * MB);
    progress.end();
    await vi.advanceTimersByTimeAsync(5000);
    expect(screen.written).toBe('');
  });

  it('of an input of unknown size says what was read and how fast', async () => {
    const progress = start();
    progress.begin(undefined);
    await read(progress, 3, 5000);
    expect(screen.shown).toMatch(/^1[45] kB, (4\.9|5\.0) kB\/s$/);
    progress.end();
  });

  it('counts several inputs', async () => {
    const progress = start(3);
    progress.begin(100 * MB);
    await read(progress, 2, 10 * MB);
    expect(screen.shown).toMatch(/^1\/3 \[=+-+\] {2}20%, 20 MB of 100 MB/);
    progress.begin(undefined);
    await read(progress, 1, 10 * MB);
    expect(screen.shown).toMatch(/^2\/3 (9\.\d|10) MB, 10 MB\/s$/);
    progress.end();
  });

  it.each([1, 2, 10, 20, 30, 40, 50, 60, 79, 200])('is never as wide as a window of %i columns', async (columns) => {
    screen.columns = columns;
    const progress = start(2);
    progress.begin(5e12);
    await read(progress, 3, 100 * MB);
    expect(screen.written === '').toBe(columns === 1);
    for (const text of screen.written.split('\r')) {
      expect(text.replace(CLEAR, '').length).toBeLessThan(columns);
    }
    expect(screen.shown.includes('[')).toBe(columns >= 79);
    progress.end();
  });

  it('does not move where nothing moves, and never begins where nothing has moved', async () => {
    const progress = start();
    progress.begin(100 * MB);
    progress.add(65_536);
    await vi.advanceTimersByTimeAsync(250);
    progress.end();
    const stalled = start();
    stalled.begin(100 * MB);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screen.written).toBe('');
    await read(stalled, 1, 10 * MB);
    await vi.advanceTimersByTimeAsync(1000);
    const { length } = screen.written;
    expect(length).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screen.written.length).toBe(length);
    stalled.end();
  });

  it('is written over and not deleted first, a few times in a second', async () => {
    const progress = start();
    progress.begin(1000 * MB);
    await read(progress, 5, 10 * MB);
    const draws = screen.written.split('\r').slice(1);
    expect(draws.length).toBeGreaterThan(10);
    expect(draws.length).toBeLessThan(25);
    for (const draw of draws) expect(draw).toMatch(/^[^␛]+␛\[K$/);
    progress.end();
  });

  it('never shows more than all of it', async () => {
    const progress = start();
    progress.begin(10 * MB);
    await read(progress, 3, 10 * MB);
    expect(screen.shown).toContain('100%');
    progress.end();
  });

  it('leaves messages whole, and stands below them', async () => {
    const progress = start();
    progress.begin(1000 * MB);
    screen.line.message('first\n');
    expect(screen.written).toBe('first\n');
    await read(progress, 2, 10 * MB);
    const { shown } = screen;
    expect(shown).toContain('MB of');
    screen.line.message('second\n');
    expect(screen.written.endsWith(`\r${CLEAR}second\n${shown}`)).toBe(true);
    await read(progress, 1, 10 * MB);
    progress.end();
    screen.line.message('third\n');
    expect(screen.written.endsWith(`\r${CLEAR}third\n`)).toBe(true);
  });
});

const hasScript = spawnSync('script', ['-qec', 'exit 0', '/dev/null']).status === 0;

// They wait more than they work.
describe.skipIf(!hasScript)('on a terminal (of script)', { concurrent: true }, () => {
  const folder = temporaryFolder();
  const dump = join(folder, 'slow.rdb');
  const packed = join(folder, 'packed.rdb.gz');
  let runs = 0;
  const small = file.dump(file.selectDb(0), ...Array.from({ length: 5000 }, (_, i) => file.stringKey(`k${i}`, 'v')));
  writeFileSync(dump, small);

  /** Runs a line of bash whose standard error is a terminal; its standard output goes to a file where it says so. */
  async function onTerminal(line: string, env: Record<string, string> = {}): Promise<Run & { out: string }> {
    const out = join(folder, `terminal-${runs++}`);
    const done = await bash('script -qec "$LINE" /dev/null < /dev/null', {
      TERM: 'xterm',
      SHELL: '/bin/bash',
      FILE: dump,
      PACKED: packed,
      OUT: out,
      ...env,
      LINE: `stty cols 100 -onlcr; ${line}`,
    });
    return { ...done, out, stdout: done.stdout.replaceAll(ESCAPE, '␛') };
  }

  /** Gives the file in two halves, with pauses between. */
  const slowly =
    '{ head -c 20000 "$FILE"; sleep 1.4; tail -c +20001 "$FILE" | head -c 20000; sleep 1; tail -c +40001 "$FILE"; }';

  it('comes and goes for a pipe, where the output goes elsewhere', async () => {
    const done = await onTerminal(`${slowly} | "$NODE" "$CLI" keys - > "$OUT"`);
    expect(done.code, done.stdout).toBe(0);
    expect(done.stdout).toMatch(/\r\d+ k?B, [\d.]+ k?B\/s␛\[K/);
    expect(shownOf(done.stdout)).toBe('');
    expect(readFileSync(done.out, 'utf8').split('\n').length).toBe(5001);
  });

  it.each<[string, string, Record<string, string>]>([
    ['with --no-progress', 'keys - --no-progress > "$OUT"', {}],
    ['on a dumb terminal', 'keys - > "$OUT"', { TERM: 'dumb' }],
    ['in automatic builds', 'keys - > "$OUT"', { CI: 'true' }],
    ['where standard error goes elsewhere', 'keys - > "$OUT" 2> /dev/null', {}],
  ])('does not come %s', async (_, args, env) => {
    const done = await onTerminal(`${slowly} | "$NODE" "$CLI" ${args}`, env);
    expect([done.code, done.stdout]).toEqual([0, '']);
  });

  it('does not come where the output is on the terminal', async () => {
    const done = await onTerminal(`${slowly} | "$NODE" "$CLI" keys -`);
    expect(done.stdout).not.toContain('␛');
    expect(done.stdout.split('\n').length).toBe(5001);
  });

  it('comes on the same terminal where the result is written at the end, or to a file', async () => {
    const checked = await onTerminal(`${slowly} | "$NODE" "$CLI" check -`);
    expect(checked.stdout).toMatch(/B\/s␛\[K.*\r␛\[K<stdin>: OK: [^\n␛]*\n$/s);
    const written = await onTerminal(`${slowly} | "$NODE" "$CLI" keys -o "$OUT" -`);
    expect(written.stdout).toContain(`B/s${CLEAR}`);
    expect(shownOf(written.stdout)).toBe('');
  });

  it('has no colour of its own and heeds NO_COLOR', async () => {
    const done = await onTerminal(`${slowly} | "$NODE" "$CLI" keys - > "$OUT"`, { NO_COLOR: '1' });
    expect(done.stdout.replaceAll(CLEAR, '')).not.toContain('␛');
  });

  it('leaves warnings and errors whole', async () => {
    const { path } = readHand('rdb11-duplicates');
    const done = await onTerminal(`${slowly} | "$NODE" "$CLI" keys - "$TWICE" /not/there > "$OUT"; echo "code $?"`, {
      TWICE: path,
      NO_COLOR: '1',
    });
    expect(done.stdout).toContain(`B/s${CLEAR}`);
    expect(done.stdout).toMatch(/(^|\r␛\[K|\n)rdb-aof: error: \/not\/there: no such file\n/);
    expect(done.stdout.endsWith('code 3\n')).toBe(true);
  });

  it('is gone after an interrupt, and the cursor was never hidden', async () => {
    const line = `${slowly} | { "$NODE" "$CLI" keys -o "$OUT" - & sleep 2; kill -INT $!; wait $!; echo "code $?"; }`;
    // Jobs in the background of a script get no interrupts, unless it says so.
    const done = await onTerminal(`set -m; ${line.replace('- &', '- <&0 &')}`);
    expect(done.stdout).toContain(`B/s${CLEAR}`);
    expect(done.stdout).toMatch(/\r␛\[K(\n?)code 130\n/);
    expect(done.stdout).not.toContain('␛[?');
    expect(existsSync(done.out)).toBe(false);
  });

  it('of a packed file counts the bytes of the file', async () => {
    // One string of 2 GB in 2 MB.
    const piece = Buffer.alloc(8 << 20);
    const pieces = 250;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(piece.length) * BigInt(pieces));
    const head = Buffer.concat([Buffer.from('REDIS0003'), Uint8Array.of(0xfe, 0, 0, 1, 0x6b, 0x81), length]);
    const member = gzipSync(piece);
    const bytes = Buffer.concat([
      gzipSync(head),
      ...Array.from({ length: pieces }, () => member),
      gzipSync(Uint8Array.of(0xff)),
    ]);
    writeFileSync(packed, bytes);
    const done = await onTerminal('"$NODE" "$CLI" check "$PACKED"');
    const size = `${(bytes.length / MB).toFixed(1)} MB`;
    expect(done.stdout).toMatch(
      new RegExp(`\\[=*-*\\] +\\d+%, [\\d.]+ [kM]B of ${size.replace('.', '\\.')}, [\\d.]+ [kM]?B/s`),
    );
    expect(done.stdout).toMatch(/: OK: [^\n]*\n$/);
  });
});
