/**
 * Makes `fixtures/corpus` from the corpus of dumps that real servers wrote.
 *
 *     node test/helpers/make-fixtures.mjs [DIRECTORY]        (default ../shared/corpus/rdb)
 *
 * The expectation of each file is what its server said, nothing else. One exception: Redis 5.0 has no command that
 * shows consumer groups whole, so those of its dump are what redis-server 7.0.15 says after loading the dump.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expectedDataset, expectedKey } from './corpus.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const from = process.argv[2] ?? join(root, '../shared/corpus/rdb');
const to = join(root, 'fixtures/corpus');

const NAMES = [
  ...['1.3.12', '2.0.4', '2.2.15', '2.4.18', '2.6.17', '2.8.24', '3.2.13', '4.0.14', '5.0.14', '6.2.16', '7.0.15'],
  ...['7.2.6', '7.4.1', '8.0', '8.6', '8.8'],
].map((version) => `redis-${version}`);
NAMES.push('valkey-8.0.1', 'valkey-9.0.4');
/** Dumps of a dataset that stands under another name already. */
const VARIANTS = ['redis-7.0.15.lfu', 'redis-7.0.15.nocompress', 'redis-8.8.lfu'];

/** The groups of the streams in a dump, as the installed server reports them. */
async function groupsOf50(expected, file) {
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-fixtures-'));
  const socket = join(dir, 'socket');
  writeFileSync(join(dir, 'dump.rdb'), readFileSync(file));
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', ''], {
    stdio: 'ignore',
  });
  const cli = (...args) => execFileSync('redis-cli', ['-2', '--json', '-s', socket, ...args], { encoding: 'utf8' });
  try {
    while (!existsSync(socket) || !cli('PING').includes('PONG')) {
      if (server.exitCode !== null) throw new Error('the server ended');
      await new Promise((done) => setTimeout(done, 50));
    }
    if (!/"7\.0\.|redis_version:7\.0\./.test(cli('INFO', 'server'))) throw new Error('needs redis-server 7.0');
    for (const { db, key, type, value } of expected.keys) {
      if (type !== 'stream') continue;
      const { groupCount } = value;
      delete value.groupCount;
      value.groups = [];
      if (groupCount === 0) continue;
      const info = JSON.parse(cli('-n', String(db), 'XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'));
      value.groups = expectedKey({ db, key, type, value: info[info.indexOf('entries') + 1], info }, 9).value.groups;
      if (value.groups.length !== groupCount) throw new Error(`${key}: not ${groupCount} groups`);
    }
  } finally {
    server.kill('SIGKILL');
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true });
  }
}

mkdirSync(to, { recursive: true });
for (const name of NAMES) {
  const corpus = JSON.parse(gunzipSync(readFileSync(join(from, `${name}.json.gz`))).toString('utf8'));
  const file = join(from, `${name}.rdb`);
  const expected = expectedDataset(corpus, name, readFileSync(file).toString('latin1', 0, 9));
  if (name === 'redis-5.0.14') {
    await groupsOf50(expected, file);
  }
  const { keys, ...head } = expected;
  const text = `${JSON.stringify(head).slice(0, -1)},"keys":[\n${keys.map((key) => JSON.stringify(key)).join(',\n')}\n]}\n`;
  // no time stamp in the header: the same input gives the same bytes
  writeFileSync(join(to, `${name}.expected.json.gz`), gzipSync(text, { level: 9 }));
  writeFileSync(join(to, `${name}.rdb`), readFileSync(file));
}
for (const name of VARIANTS) {
  writeFileSync(join(to, `${name}.rdb`), readFileSync(join(from, `${name}.rdb`)));
}
console.log(`${NAMES.length + VARIANTS.length} dumps in ${to}`);
