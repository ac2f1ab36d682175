// @ts-check
/** The suite in a headless Chromium, which loads the files of the package as they are, as modules. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { delimiter, extname, join, normalize } from 'node:path';
import { runWell, start } from './spawn.mjs';
import { removeFolder, temporaryFolder } from './temporary.mjs';

const TIMEOUT = 60_000;

/** Debian's packages; the first is a part of the second. */
const EXECUTABLES = ['chromium-headless-shell', 'chromium'];

/** Content types of what is served; modules must have theirs. */
const TYPES = /** @type {Record<string, string>} */ ({ '.js': 'text/javascript', '.mjs': 'text/javascript' });

/** The path of the browser: `CHROMIUM`, or the first that is installed. */
export function findChromium() {
  if (process.env['CHROMIUM']) return process.env['CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of EXECUTABLES) {
    for (const path of folders.map((folder) => join(folder, name))) {
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not there.
      }
    }
  }
  throw new Error(`no Chromium: install ${EXECUTABLES.join(' or ')}, or name one in CHROMIUM`);
}

/** @param {string} executable */
export async function chromiumVersion(executable) {
  return /[\d.]+/.exec(await runWell(executable, ['--version']))?.[0] ?? 'of unknown version';
}

/**
 * Where the page finds the packages: paths below `folder`, by the conditions of their own `exports`.
 *
 * @param {string} folder
 */
function importMap(folder) {
  const require = createRequire(join(folder, 'package.json'));
  const at = (/** @type {string} */ name, /** @type {string} */ subpath) => {
    const { exports } = require(`./node_modules/${name}/package.json`);
    const entry = exports[subpath].import;
    return join(`/node_modules/${name}`, entry.default ?? entry);
  };
  const imports = {
    'rdb-aof': at('rdb-aof', '.'),
    'crc/calculators/crc16xmodem': at('crc', './calculators/crc16xmodem'),
    '@noble/hashes/legacy': at('@noble/hashes', './legacy'),
    '@noble/hashes/crypto': at('@noble/hashes', './crypto'),
  };
  return JSON.stringify({ imports });
}

/**
 * @param {string} executable
 * @param {string} folder that of package.mjs
 * @param {import('./crc.mjs').CrcPath} crc
 * @returns {Promise<{ passed: number, failures: string[] }>}
 */
export async function runInChromium(executable, folder, crc) {
  const profile = temporaryFolder('rdb-aof-chromium-');
  const page = `<!doctype html>
<script>
addEventListener('error', (event) => {
  const failures = ['the page: ' + (event.message ?? event.target.src + ' does not load')];
  fetch('/results', { method: 'POST', body: JSON.stringify({ passed: 0, failures }) });
}, true);
</script>
<script type="importmap">${importMap(folder)}</script>
<script type="module" src="/page.mjs"></script>
`;
  /** @type {(results: { passed: number, failures: string[] }) => void} */
  let receive = () => undefined;
  const received = new Promise((resolve) => {
    receive = resolve;
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST') {
      /** @type {Buffer[]} */
      const body = [];
      request.on('data', (chunk) => body.push(chunk));
      request.on('end', () => {
        response.end();
        receive(JSON.parse(Buffer.concat(body).toString()));
      });
      return;
    }
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(page);
      return;
    }
    try {
      // `normalize` of an absolute path leaves nothing that leads out of the folder.
      const content = readFileSync(join(folder, normalize(decodeURIComponent(pathname))));
      response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}/?crc=${crc}`;
  const args = [
    '--headless',
    // It loads nothing but this page, and root has no other choice.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--no-default-browser-check',
    // Keeps it open until the pipe is closed.
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    url,
  ];
  const { child, kill } = start(executable, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let timer;
  try {
    return await Promise.race([
      received,
      ended.then((code) => Promise.reject(new Error(`Chromium ended with ${code}:\n${stderr}`))),
      new Promise((_, reject) => child.on('error', reject)),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no results after ${TIMEOUT / 1000} s:\n${stderr}`)), TIMEOUT);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    // It ends by itself, and takes its own children along, when the pipe of its debugger is closed.
    /** @type {import('node:stream').Writable | null} */ (child.stdio[3])?.end();
    const late = setTimeout(kill, 5000);
    if (child.pid !== undefined) await ended;
    clearTimeout(late);
    kill();
    server.close();
    server.closeAllConnections();
    removeFolder(profile);
  }
}
