/** How the tool is called, and what it says when it is called wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

const COMMANDS = ['info', 'ndjson', 'json', 'check'];
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('help', () => {
  it('stands on stderr where nothing is asked, which is wrong usage', async () => {
    const { code, stdout, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Usage: rdb-aof /);
    for (const command of COMMANDS) expect(stderr).toContain(`\n  ${command} `);
  });

  it.each([['--help'], ['-h']])('stands on stdout for %s', async (argument) => {
    const { code, stdout, stderr } = await run([argument]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: rdb-aof /);
    expect(stdout).toContain('Exit codes: 0 ');
    expect(stdout).toMatch(/\nExamples:\n {2}\$ rdb-aof /);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command} `);
  });

  it.each(COMMANDS)('of %s has examples', async (command) => {
    const { code, stdout, stderr } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^Usage: rdb-aof ${command} `));
    expect(stdout).toMatch(new RegExp(`\\nExamples:\\n  \\$ rdb-aof ${command} `));
    expect(stdout).toContain('--json');
    expect(stdout.includes('--escape')).toBe(command === 'ndjson' || command === 'json');
  });

  it('tells the version', async () => {
    const { code, stdout } = await run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${version}\n`);
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
    ['a second input', ['check', 'x', 'y']],
  ])('%s ends with 2', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
