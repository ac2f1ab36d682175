/** How the tool is called, and what it says when it is called wrong. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bash, run } from './run.ts';

const FILE_COMMANDS = ['info', 'keys', 'ndjson', 'json', 'resp', 'check', 'convert', 'split'];
const COMMANDS = [...FILE_COMMANDS, 'completion'];
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('help', () => {
  it('stands on stderr where nothing is asked, which is wrong usage', async () => {
    const { code, stdout, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Usage: rdb-aof /);
    for (const command of COMMANDS) expect(stderr).toContain(`\n  ${command} `);
  });

  it('stands on stdout for help', async () => {
    const { code, stdout, stderr } = await run(['help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe((await run(['--help'])).stdout);
    expect((await run(['help', 'keys'])).stdout).toBe((await run(['keys', '--help'])).stdout);
  });

  it('to a closed pipe ends quietly with 0', async () => {
    for (const args of ['--help', 'keys --help', '--version', 'completion bash']) {
      const done = await bash(`{ sleep 0.3; "$NODE" "$CLI" ${args}; echo "code $?" >&2; } | true`);
      expect(done.stderr).toBe('code 0\n');
    }
  });

  it.each([['--help'], ['-h']])('stands on stdout for %s', async (argument) => {
    const { code, stdout, stderr } = await run([argument]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: rdb-aof /);
    expect(stdout).toContain('Exit codes: 0 ');
    expect(stdout).toContain('129, 130 and 143 interrupted');
    expect(stdout).toMatch(/\nExamples:\n {2}\$ rdb-aof /);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command} `);
  });

  it.each(FILE_COMMANDS)('of %s has examples', async (command) => {
    const { code, stdout, stderr } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: rdb-aof ${command} `));
    expect(stdout).toMatch(new RegExp(`\\nExamples:\\n  \\$ rdb-aof ${command} `));
    expect(stdout).toContain('--json');
    expect(stdout.includes('--escape')).toBe(command === 'ndjson' || command === 'json');
    expect(stdout.includes('-o, --output <file>')).toBe(command !== 'check');
    expect(stdout.includes('--force')).toBe(command !== 'check');
    expect(stdout).toContain('--no-progress');
  });

  it('tells the version', async () => {
    const { code, stdout } = await run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${version}\n`);
  });
});

describe('filters', () => {
  const all = ['key', 'key-regex', 'not-key', 'type', 'db', 'slot', 'ttl', 'size', 'limit'];

  it.each([
    ...['info', 'keys', 'ndjson', 'json', 'resp', 'convert', 'split'].map((command) => [command, all] as const),
    ['aof cat', ['key', 'db', 'limit']] as const,
    ...['check', 'rewrite', 'aof check', 'aof fix', 'aof truncate', 'aof stats'].map(
      (command) => [command, []] as const,
    ),
  ])('of %s are those that README.md says', async (command, filters) => {
    const { stdout } = await run([...command.split(' '), '--help']);
    expect(all.filter((name) => stdout.includes(`\n  --${name} <`))).toEqual(filters);
  });
});

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown command with a file', ['frobnicate', 'dump.rdb']],
    ['an unknown option', ['check', '--frobnicate', 'x']],
    ['an unknown option before the command', ['--frobnicate', 'check', 'x']],
    ['an unknown escape', ['ndjson', '--escape', 'rot13', 'x']],
    ['an escape without its form', ['ndjson', 'x', '--escape']],
    ['an escape where there is none', ['check', '--escape', 'hex', 'x']],
    ['an unknown kind', ['check', '--as', 'zip', 'x']],
    ['a header where there is none', ['check', '--header', 'x']],
    ['standard input twice', ['check', '-', '-']],
    ['an output where there is none', ['check', '-o', 'y', 'x']],
    ['an unknown shell', ['completion', 'tcsh']],
    ['no shell', ['completion']],
  ])('%s ends with 2', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^rdb-aof: error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['unknown option', ['check', '--json', '--frobnicate', 'x']],
    ['unknown command', ['frobnicate', '--json']],
    ['too many arguments', ['aof', 'check', '--json', 'x', 'y']],
    ['standard input', ['check', '--json', '-', '-']],
  ])('is an object with --json: %s', async (what, args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = JSON.parse(stderr);
    expect(error.message).toContain(what);
    expect(error.code).toBe('INVALID_ARGUMENT');
  });

  it('has a code that README.md explains, as every refusal', async () => {
    const text = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    const union = /type RefusalCode =([^;]+);/.exec(text('src/cli/exit.ts'))![1]!;
    const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) expect(text('README.md')).toContain(`\`${code}\``);
  });

  it.each([
    ['aof', 'fix', '--max-loss'],
    ['aof', 'cat', '--max-argument'],
  ])('of a size names what is a size: %s %s %s', async (...args) => {
    for (const text of ['foo', '1KB..2KB', '..1KB', '', '..']) {
      const { code, stderr } = await run([...args, text, 'x']);
      expect(code).toBe(2);
      expect(stderr).toContain(`expected a size such as 64KB, found ${JSON.stringify(text)}`);
    }
  });

  it.each([
    ['resp --replace', '--restore'],
    ['aof fix --resync --no-backup -o y', '--no-backup'],
    ['split --by-db --allow-unassigned -o y', '--allow-unassigned'],
    ['split --shards 2 --allow-unassigned -o y', '--allow-unassigned'],
    ['aof stats --source-version redis:7.0', '--rewrite'],
    ['aof stats --now 1700000000000', '--rewrite'],
    ['aof stats --skip-unsupported', '--rewrite'],
    ['aof stats --journal a', '--rewrite'],
  ])('is an option that would have no effect: %s', async (args, named) => {
    const { code, stdout, stderr } = await run([...args.split(' '), fileURLToPath(import.meta.url)]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^rdb-aof: error: --/);
    expect(stderr).toContain(named);
  });

  it.each([
    ['kyes', 'keys'],
    ['jsn', 'json'],
    ['complete', 'completion'],
  ])('of the command %s names %s', async (typed, meant) => {
    const { code, stderr } = await run([typed, 'dump.rdb']);
    expect(code).toBe(2);
    const message = `unknown command '${typed}' (Did you mean ${meant}?)`;
    expect(stderr).toMatch(/^rdb-aof: error: /);
    expect(stderr).toContain(message);
    const json = await run([typed, '--json', 'dump.rdb']);
    expect(JSON.parse(json.stderr)).toEqual({ error: { code: 'INVALID_ARGUMENT', message } });
  });
});
