/** What users install: the manifest, the lock file, the tarball, and how the built files behave. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { describeNeeding } from './helpers/shared.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const run = (command: string, args: string[]): string =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const script = (source: string, kind: 'module' | 'commonjs'): string =>
  run(process.execPath, [`--input-type=${kind}`, '--eval', source]);

describe('package.json', () => {
  it('exports two entries, for import and require, types first', () => {
    const entry = (name: string): object => ({
      import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
      require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
    });
    expect(manifest.exports).toEqual({
      '.': entry('index'),
      './node': entry('node'),
      './package.json': './package.json',
    });
    for (const name of ['.', './node']) {
      expect(Object.keys(manifest.exports[name])).toEqual(['import', 'require']);
      for (const condition of ['import', 'require']) {
        expect(Object.keys(manifest.exports[name][condition])).toEqual(['types', 'default']);
      }
    }
  });

  it('has few dependencies, all pinned', () => {
    expect(manifest.dependencies).toEqual({ '@noble/hashes': '1.8.0', crc: '4.3.2' });
    expect(manifest.peerDependencies).toBeUndefined();
    expect(manifest.optionalDependencies).toBeUndefined();
    for (const [name, version] of Object.entries(manifest.devDependencies)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('says that it has no side effects, what it runs on, and what is in it', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.engines).toEqual({ node: '>=20.12' });
    expect(manifest.files).toEqual(['dist', 'src', 'CHANGELOG.md', 'LICENSE', 'README.md']);
    expect(manifest.bin).toEqual({ 'rdb-aof': 'dist/cli.js' });
    expect(manifest.license).toBe('MIT');
  });

  it('runs nothing on the machines of those who install it', () => {
    for (const hook of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(hook);
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

  it('belongs to package.json', () => {
    expect(lock.version).toBe(manifest.version);
    expect(lock.packages[''].dependencies).toEqual(manifest.dependencies);
    expect(lock.packages[''].devDependencies).toEqual(manifest.devDependencies);
  });

  // A registry that lacks the packages of other platforms lets npm forget them, after which `npm ci` refuses the file.
  it('knows the optional packages of every platform', () => {
    for (const { optionalDependencies = {} } of Object.values<{ optionalDependencies?: object }>(lock.packages)) {
      for (const name of Object.keys(optionalDependencies)) {
        const places = Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${name}`));
        expect(places, name).not.toEqual([]);
        for (const place of places) expect(lock.packages[place].version, place).toBeDefined();
      }
    }
  });

  it('names no registry', () => {
    for (const [path, entry] of Object.entries<{ resolved?: string }>(lock.packages)) {
      expect(entry.resolved, path).toBeUndefined();
    }
  });
});

describeNeeding('dist/, made by npm run build', existsSync(join(dist, 'index.js')), 'the built package', () => {
  interface Imported {
    specifier: string;
    /** Only when it is asked for: `import("x")`. */
    lazily: boolean;
  }

  /** What a built file imports: `from "x"`, `import "x"`, `import("x")`, `require("x")`. */
  function importsOf(file: string): Imported[] {
    const text = readFileSync(join(dist, file), 'utf8');
    const lazily = new Set(Array.from(text.matchAll(/\bimport\("([^"]+)"\)/g), ([, specifier]) => specifier!));
    const all = new Set([
      ...ts.preProcessFile(text, true, true).importedFiles.map((found) => found.fileName),
      ...lazily,
    ]);
    return [...all].map((specifier) => ({ specifier, lazily: lazily.has(specifier) }));
  }

  /** `name` or `@scope/name`, whatever part of the package is imported. */
  const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

  /** The files of dist/ that `file` leads to, itself included, and everything else: packages, and modules of Node. */
  function closureOf(file: string, atStart = false): { files: string[]; outside: string[] } {
    const outside = new Set<string>();
    const files = new Set<string>();
    const walk = (name: string): void => {
      if (files.has(name)) return;
      files.add(name);
      for (const { specifier, lazily } of importsOf(name)) {
        if (atStart && lazily) continue;
        if (specifier.startsWith('./')) walk(specifier.slice(2));
        else outside.add(specifier.startsWith('node:') ? specifier : packageOf(specifier));
      }
    };
    walk(file);
    return { files: [...files], outside: [...outside].sort() };
  }

  const outsideOf = (file: string): string[] => closureOf(file).outside;

  it('packs what users need and nothing else', () => {
    const [{ files }] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
    const paths: string[] = files.map((file: { path: string }) => file.path);
    const expected = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
      'dist/index.js',
      'dist/index.cjs',
      'dist/index.d.ts',
      'dist/index.d.cts',
      'dist/node.js',
      'dist/node.cjs',
      'dist/node.d.ts',
      'dist/node.d.cts',
      'dist/cli.js',
      'dist/cli.licenses.txt',
      'src/index.ts',
    ];
    expect(paths).toEqual(expect.arrayContaining(expected));
    const known = /^(?:src\/[\w/-]+\.ts|dist\/[\w-]+\.(?:js|cjs|d\.ts|d\.cts)(?:\.map)?)$/;
    expect(paths.filter((path) => !known.test(path) && !expected.includes(path))).toEqual([]);
  });

  it('is of sane size, and a third of it, which replays logs, is not loaded before there is one', () => {
    const size = (file: string, atStart: boolean): number =>
      closureOf(file, atStart).files.reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
    for (const entry of ['index.js', 'index.cjs', 'node.js', 'node.cjs']) {
      expect(size(entry, false), entry).toBeLessThan(1_200_000);
      expect(size(entry, false), entry).toBeGreaterThan(500_000);
    }
    for (const entry of ['index.js', 'node.js']) expect(size(entry, true), entry).toBeLessThan(750_000);
    expect(size('cli.js', false)).toBeLessThan(1_150_000);
    expect(size('cli.js', true)).toBeLessThan(800_000);
  });

  it('leaves no file behind that no entry leads to', () => {
    const entries = ['index.js', 'index.cjs', 'node.js', 'node.cjs', 'cli.js'];
    const reached = new Set(entries.flatMap((entry) => closureOf(entry).files));
    expect(readdirSync(dist).filter((name) => /\.c?js$/.test(name) && !reached.has(name))).toEqual([]);
  });

  it('loads in a browser: the main entry leads to nothing but our dependencies', () => {
    expect(outsideOf('index.js').filter((name) => !(name in manifest.dependencies))).toEqual([]);
    expect(outsideOf('index.cjs').filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });

  it('needs nothing but Node and our dependencies from the Node entry, and only Node from the CLI', () => {
    for (const file of ['node.js', 'node.cjs']) {
      const others = outsideOf(file).filter((name) => !name.startsWith('node:') && !(name in manifest.dependencies));
      expect(others).toEqual([]);
    }
    expect(outsideOf('cli.js').filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it('has the same names for import and require, one entry within the other', () => {
    const names = (kind: 'module' | 'commonjs', entry: string): string[] => {
      const load = kind === 'module' ? `await import('${entry}')` : `require('${entry}')`;
      return JSON.parse(script(`console.log(JSON.stringify(Object.keys(${load}).sort()))`, kind));
    };
    const index = names('module', 'rdb-aof');
    const node = names('module', 'rdb-aof/node');
    expect(index).toContain('RedisFileError');
    expect(names('commonjs', 'rdb-aof')).toEqual(index);
    expect(names('commonjs', 'rdb-aof/node')).toEqual(node);
    expect(node).toEqual(expect.arrayContaining(index));
  });

  it('has one RedisFileError for both entries, and recognises that of the other module system', () => {
    const source = `
      const a = require('rdb-aof'), b = require('rdb-aof/node');
      import('rdb-aof').then((c) => {
        const error = new c.RedisFileError('IO', 'text');
        console.log(a.RedisFileError === b.RedisFileError, a.RedisFileError.is(error), c.RedisFileError === a.RedisFileError);
      });`;
    expect(script(source, 'commonjs').trim()).toBe('true true false');
  });

  it.each([
    ['module', 'rdb-aof'],
    ['module', 'rdb-aof/node'],
    ['commonjs', 'rdb-aof'],
    ['commonjs', 'rdb-aof/node'],
  ] as const)('has no side effects on import (%s, %s)', (kind, entry) => {
    const load = kind === 'module' ? `await import('${entry}')` : `require('${entry}')`;
    const watch = `
      const touched = [];
      for (const name of ['Module', 'Instance', 'Memory']) {
        const original = WebAssembly[name];
        WebAssembly[name] = class extends original { constructor(...a) { touched.push(name); super(...a); } };
      }
      const state = () => JSON.stringify([
        Reflect.ownKeys(globalThis).map(String), Reflect.ownKeys(Array.prototype).map(String),
        Reflect.ownKeys(Uint8Array.prototype).map(String), process.eventNames().map(String)
      ]);`;
    const source = `${watch}
      const first = state();
      ${load};
      console.log(JSON.stringify([first === state(), touched]));`;
    expect(JSON.parse(script(source, kind))).toEqual([true, []]);
  });

  it('has an executable CLI that tells its name and version', () => {
    const cli = join(dist, 'cli.js');
    expect(readFileSync(cli, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    if (process.platform !== 'win32') expect(statSync(cli).mode & 0o111).toBe(0o111);
    expect(run(process.execPath, [cli, '--version']).trim()).toContain(manifest.version);
    expect(run(process.execPath, [cli, '--help'])).toContain('rdb-aof');
  });
});
