/** Scripts that complete command lines, run by the shells they are for. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './bundle.ts';
import { bash, run } from './run.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const installed = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

const folder = join(temporaryFolder(), 'completion');
mkdirSync(folder);
for (const name of ['dump.rdb', 'my dump.rdb']) writeFileSync(join(folder, name), '');

const COMMANDS = [
  'info',
  'keys',
  'ndjson',
  'json',
  'resp',
  'check',
  'convert',
  'split',
  'rewrite',
  'aof',
  'completion',
  'help',
];

const LOG_COMMANDS = ['cat', 'check', 'fix', 'stats', 'truncate'];

/** A line, and what it can become. Of values that bash takes apart at a colon, bash is given the last part. */
const LINES: [line: string, candidates: string[]][] = [
  ['rdb-aof ', COMMANDS],
  ['rdb-aof n', ['ndjson']],
  ['rdb-aof in', ['info']],
  ['rdb-aof frob', []],
  ['rdb-aof --v', ['--version']],
  ['rdb-aof json --es', ['--escape']],
  ['rdb-aof keys --out', ['--output']],
  ['rdb-aof check --out', []],
  ['rdb-aof json --escape ', ['base64', 'hex', 'latin1']],
  ['rdb-aof json x.rdb --escape h', ['hex']],
  ['rdb-aof json --escape=b', ['--escape=base64']],
  ['rdb-aof check --as ', ['aof', 'rdb']],
  ['rdb-aof rewrite --mo', ['--mode']],
  ['rdb-aof rewrite --to ', ['aof', 'rdb']],
  ['rdb-aof rewrite --target=valkey:7', ['--target=valkey:7.2']],
  ['rdb-aof keys --type h', ['hash']],
  ['rdb-aof keys --type hash,zs', ['hash,zset']],
  ['rdb-aof keys --type=hash,zs', ['--type=hash,zset']],
  ['rdb-aof resp --target redis:7', ['redis:7.0', 'redis:7.2', 'redis:7.4']],
  ['rdb-aof resp --target=valkey:7', ['--target=valkey:7.2']],
  ['rdb-aof convert --on-conflict ', ['error', 'first', 'last']],
  ['rdb-aof convert --target valkey:8', ['valkey:8.0', 'valkey:8.1']],
  ['rdb-aof split --all', ['--allow-unassigned']],
  ['rdb-aof keys --limit ', []],
  ['rdb-aof completion ', ['bash', 'fish', 'zsh']],
  ['rdb-aof help k', ['keys']],
  ['rdb-aof aof ', LOG_COMMANDS],
  ['rdb-aof aof c', ['cat', 'check']],
  ['rdb-aof aof --', ['--help']],
  ['rdb-aof aof fix --max', ['--max-loss']],
  ['rdb-aof aof cat --format ', ['json', 'resp']],
  ['rdb-aof aof cat x.aof --preamble=k', ['--preamble=keep']],
  ['rdb-aof aof check --as', []],
  ['rdb-aof check --as', ['--as']],
  ['rdb-aof aof frob --', []],
];

/** Lines that are completed with names of files. */
const FILES = [
  'rdb-aof check ',
  'rdb-aof keys --type hash ',
  'rdb-aof json -o ',
  'rdb-aof json --output ',
  'rdb-aof split --nodes-conf ',
  'rdb-aof aof truncate ',
  'rdb-aof rewrite ',
  'rdb-aof rewrite --script-module ',
  'rdb-aof aof cat --output ',
  'rdb-aof aof truncate -o ',
];

async function scriptOf(shell: string): Promise<string> {
  const done = await run(['completion', shell]);
  expect([done.code, done.stderr]).toEqual([0, '']);
  const path = join(folder, `script.${shell}`);
  writeFileSync(path, done.stdout);
  return path;
}

describe.each(SHELLS)('completion %s', (shell) => {
  it('knows every command and every option that help shows', async () => {
    const { stdout: script } = await run(['completion', shell]);
    for (const command of [...COMMANDS, ...LOG_COMMANDS.map((name) => `aof ${name}`)]) {
      expect(script).toContain(command.split(' ').at(-1));
      if (command === 'help') continue;
      const { stdout: help } = await run([...command.split(' '), '--help']);
      for (const [, flag] of help.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm))
        expect(script).toMatch(new RegExp(`\\b${flag}\\b`));
    }
  });

  it.skipIf(!installed(shell))('is a script that the shell reads without a word', async () => {
    const path = await scriptOf(shell);
    const done = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
    expect([done.status, done.stdout, done.stderr]).toEqual([0, '', '']);
  });
});

describe('in bash', () => {
  /** What bash would be given, as it calls the function: the words, taken apart at = and : too. */
  async function complete(line: string, breaks?: string): Promise<{ replies: string[]; stderr: string }> {
    const set = breaks === undefined ? '' : `COMP_WORDBREAKS=${breaks};`;
    const script = `${set} source "$SCRIPT"; COMP_LINE="$LINE"; COMP_POINT=\${#LINE}; _rdb_aof; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const done = await bash(script, { SCRIPT: await scriptOf('bash'), LINE: line });
    expect(done.code).toBe(0);
    return { replies: done.stdout.split('\n').filter((reply) => reply !== ''), stderr: done.stderr };
  }

  it.each(LINES)('%j', async (line, candidates) => {
    const last = line.slice(line.lastIndexOf(' ') + 1);
    const whole = await complete(line, "' '");
    expect(whole).toEqual({ replies: expect.arrayContaining(candidates), stderr: '' });
    expect(whole.replies.length).toBe(candidates.length);
    const { replies } = await complete(line);
    const cut = last.search(/[:=][^:=]*$/) + 1;
    expect([...replies].sort()).toEqual(candidates.map((candidate) => candidate.slice(cut)).sort());
  });

  it('leaves names of files to bash, which knows how to quote them', async () => {
    for (const line of FILES) expect((await complete(line)).replies).toEqual([]);
    const done = await bash('source "$SCRIPT"; complete -p rdb-aof', { SCRIPT: await scriptOf('bash') });
    expect(done.stdout).toBe('complete -o default -F _rdb_aof rdb-aof\n');
  });

  it('reads it as the help says', async () => {
    const done = await bash('source <("$NODE" "$CLI" completion bash) && complete -p rdb-aof');
    expect([done.code, done.stderr]).toEqual([0, '']);
  });
});

describe.skipIf(!installed('fish'))('in fish', () => {
  const complete = async (line: string): Promise<string[]> => {
    const done = spawnSync('fish', ['--no-config', '-c', 'source $SCRIPT; complete -C $LINE'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: await scriptOf('fish'), LINE: line },
    });
    expect([done.status, done.stderr]).toEqual([0, '']);
    return done.stdout.split('\n').flatMap((text) => (text === '' ? [] : [text.split('\t')[0]!]));
  };

  it('completes commands, options and their values', async () => {
    for (const [line, candidates] of LINES) expect((await complete(line)).sort(), line).toEqual([...candidates].sort());
  });

  it('completes names of files', async () => {
    for (const line of FILES) expect(await complete(line)).toEqual(expect.arrayContaining(['dump.rdb', 'my dump.rdb']));
  });
});

describe.skipIf(!installed('zsh'))('in zsh', () => {
  it('is a function that belongs to the command', async () => {
    const script =
      'autoload -Uz compinit && compinit -u -D && source $SCRIPT && print -r -- $_comps[rdb-aof] $+functions[_rdb-aof]';
    const done = spawnSync('zsh', ['-f', '-c', script], {
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: await scriptOf('zsh') },
    });
    expect([done.status, done.stdout, done.stderr]).toEqual([0, '_rdb-aof 1\n', '']);
  });
});
