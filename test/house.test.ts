/**
 * The house rules, held against every file under `src/`: who may import whom, and who may know of Node.
 *
 * A room is a folder, or a file, directly under `src/`. Imports of types obey the table too, since a type ties rooms
 * together as firmly as a value does. Only cycles are judged by value imports alone: two files that name each other's
 * types load in any order.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Each room with the rooms it may import. They stand from bottom to top: a room only knows rooms above its line. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  bytes: ['errors'],
  crc64: ['bytes'],
  lzf: ['errors', 'bytes'],
  compression: ['errors', 'bytes'],
  encodings: ['errors', 'bytes'],
  rdb: ['errors', 'bytes', 'crc64', 'lzf', 'compression', 'encodings'],
  records: ['errors', 'bytes', 'rdb'],
  resp: ['errors', 'bytes'],
  commands: ['errors', 'bytes'],
  aof: ['errors', 'bytes', 'compression', 'rdb', 'records', 'resp', 'commands'],
  log: ['errors', 'bytes', 'crc64', 'rdb', 'resp'],
  keyspace: ['errors', 'bytes', 'crc64', 'lzf', 'encodings', 'rdb', 'records', 'resp', 'commands', 'aof'],
  rewrite: ['bytes', 'compression', 'rdb', 'resp', 'aof', 'log', 'keyspace'],
  inspect: ['errors', 'bytes', 'compression', 'rdb', 'records'],
  io: ['errors', 'bytes', 'aof'],
  'rewrite-dir': ['errors', 'bytes', 'rdb', 'io', 'keyspace', 'rewrite'],
  index: ['errors', 'bytes', 'compression', 'rdb', 'records', 'resp', 'commands', 'aof', 'log', 'keyspace', 'rewrite'],
  node: ['errors', 'bytes', 'rdb', 'aof', 'io', 'rewrite-dir', 'index'],
  cli: ['errors', 'bytes', 'rdb', 'records', 'aof', 'log', 'keyspace', 'rewrite', 'inspect', 'io', 'index', 'node'],
};

/** Rooms that may import `node:` modules and use what only Node has. All others run in a browser. */
const NODE_ROOMS: readonly string[] = ['io', 'rewrite-dir', 'node', 'cli'];

/** Packages, by the rooms that may import them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  records: ['crc'],
  keyspace: ['@noble/hashes'],
  // Scripts that the caller names are loaded by their path.
  cli: ['commander', 'cli-progress', '(computed)'],
};

/** The one file outside `src` that may be imported, and only by the command line. */
const MANIFEST = '../../package.json';

/** Names that exist only in Node; elsewhere `globalThis` may be asked for them. */
const NODE_GLOBALS: ReadonlySet<string> = new Set([
  'Buffer',
  'process',
  'global',
  'require',
  'setImmediate',
  '__dirname',
  '__filename',
]);

/** Source texts by their path below `src/`. */
type Sources = ReadonlyMap<string, string>;

interface Import {
  specifier: string;
  typeOnly: boolean;
}

interface FileFacts {
  imports: Import[];
  /** Node's globals that are used as such. */
  globals: string[];
  /** True when it has nothing but `export ... from`. */
  onlyReexports: boolean;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return true;
    const clause = node.exportClause;
    return clause !== undefined && ts.isNamedExports(clause) && allTypes(clause.elements);
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined && bindings !== undefined && ts.isNamedImports(bindings) && allTypes(bindings.elements)
  );
}

/** With `verbatimModuleSyntax` an empty list still loads the module. */
function allTypes(elements: readonly { isTypeOnly: boolean }[]): boolean {
  return elements.length > 0 && elements.every((element) => element.isTypeOnly);
}

function readFacts(path: string, text: string): FileFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const imports: Import[] = [];
  const used = new Set<string>();
  const declared = new Set<string>();

  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      imports.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly: isTypeOnly(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      imports.push({ specifier: ts.isStringLiteralLike(argument) ? argument.text : '(computed)', typeOnly: false });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      imports.push({ specifier: (node.argument.literal as ts.StringLiteral).text, typeOnly: true });
    } else if (ts.isIdentifier(node) && NODE_GLOBALS.has(node.text)) {
      const parent = node.parent;
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isParameter(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node &&
        (ts.getCombinedModifierFlags(parent as ts.Declaration) & ts.ModifierFlags.Ambient) === 0;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isQualifiedName(parent) && parent.right === node) ||
        ((ts.isPropertyAssignment(parent) ||
          ts.isPropertySignature(parent) ||
          ts.isPropertyDeclaration(parent) ||
          ts.isMethodDeclaration(parent) ||
          ts.isMethodSignature(parent)) &&
          parent.name === node);
      if (isDeclared) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return {
    imports,
    globals: [...used].filter((name) => !declared.has(name)),
    onlyReexports: file.statements.every((node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined),
  };
}

const roomOf = (path: string): string => path.split('/')[0].replace(/\.ts$/, '');

/** Value imports between files that lead back to where they began, each written once. */
function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push(`import cycle: ${[...trail.slice(at), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of edges.get(path) ?? []) walk(next);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) walk(path);
  return cycles;
}

/** Every breach of the house rules, as one sentence each. */
function findViolations(sources: Sources): string[] {
  const violations: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [path, text] of sources) {
    const room = roomOf(path);
    if (!(room in ROOMS)) {
      violations.push(`${path}: the room ${room} is not in the table`);
      continue;
    }
    const facts = readFacts(path, text);
    const targets: string[] = [];
    edges.set(path, targets);

    for (const { specifier, typeOnly } of facts.imports) {
      if (specifier.startsWith('node:')) {
        if (!NODE_ROOMS.includes(room))
          violations.push(`${path}: imports ${specifier} outside ${NODE_ROOMS.join(', ')}`);
      } else if (!specifier.startsWith('.')) {
        const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
        if (!PACKAGES[room]?.includes(name)) violations.push(`${path}: imports the package ${specifier}`);
      } else if (room === 'cli' && specifier === MANIFEST) {
        // Its version is what --version prints.
      } else {
        const target = posix.join(posix.dirname(path), specifier);
        const targetRoom = roomOf(target);
        if (!sources.has(target)) {
          violations.push(`${path}: imports ${specifier}, which does not exist`);
        } else if (targetRoom !== room) {
          if (!ROOMS[room].includes(targetRoom)) violations.push(`${path}: ${room} may not import ${targetRoom}`);
          if (target !== `${targetRoom}.ts` && target !== `${targetRoom}/index.ts`) {
            violations.push(`${path}: enters ${targetRoom} through ${target}, not through its index`);
          }
        }
        if (!typeOnly) targets.push(target);
      }
    }
    if (!NODE_ROOMS.includes(room)) {
      for (const name of facts.globals) violations.push(`${path}: uses ${name}, which only Node has`);
    }
    if (path === 'index.ts' && !facts.onlyReexports) violations.push('index.ts: does more than re-export');
  }
  return [...violations, ...findCycles(edges)];
}

function readSources(): Sources {
  const root = new URL('../src/', import.meta.url);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'));
  return new Map(paths.sort().map((path) => [path, readFileSync(new URL(path, root), 'utf8')]));
}

describe('the house', () => {
  it('has a table whose imports all point downwards, and not at everything below', () => {
    const order = Object.keys(ROOMS);
    for (const [room, allowed] of Object.entries(ROOMS)) {
      for (const other of allowed)
        expect(order.indexOf(other), `${room} -> ${other}`).toBeLessThan(order.indexOf(room));
      expect(order).toEqual(expect.arrayContaining([...allowed]));
    }
    for (const [room, packages] of Object.entries(PACKAGES)) {
      expect(order).toContain(room);
      expect(packages.length).toBeGreaterThan(0);
    }
  });

  it('keeps its rules', () => {
    const sources = readSources();
    expect(sources.size).toBeGreaterThan(5);
    expect(findViolations(sources)).toEqual([]);
  });
});

describe('the check of the house', () => {
  const sound: Record<string, string> = {
    'errors.ts': 'export class RedisFileError extends Error {}',
    'bytes/index.ts': "export { Reader } from './reader.ts';",
    'bytes/reader.ts': "import { RedisFileError } from '../errors.ts'; export class Reader extends RedisFileError {}",
    'rdb/index.ts': "export * from './parser.ts';",
    'rdb/parser.ts': "import { Reader } from '../bytes/index.ts'; export const parser = new Reader();",
    'io/index.ts':
      "import { readFileSync } from 'node:fs'; export const read = readFileSync; Buffer.alloc(process.pid);",
    'records/index.ts': "import { crc16xmodem } from 'crc'; export { crc16xmodem };",
    'index.ts': "export { parser } from './rdb/index.ts';",
    'node.ts': "export * from './index.ts'; export { read } from './io/index.ts';",
    'cli.ts': "import { main } from './cli/main.ts'; main();",
    'cli/main.ts':
      "import { Command } from 'commander'; import { read } from '../node.ts'; export const main = [Command, read];",
  };
  /** The sound house with some files replaced or added. */
  const check = (changes: Record<string, string>): string[] =>
    findViolations(new Map(Object.entries({ ...sound, ...changes })));

  it('accepts a sound house', () => {
    expect(check({})).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'an import upwards',
      { 'compression/index.ts': "export { parser } from '../rdb/index.ts';" },
      'compression/index.ts: compression may not import rdb',
    ],
    [
      'an import of a type upwards',
      { 'bytes/reader.ts': "import type { parser } from '../rdb/index.ts'; export type Reader = typeof parser;" },
      'bytes/reader.ts: bytes may not import rdb',
    ],
    [
      'an import type upwards',
      { 'bytes/reader.ts': "export type Reader = import('../rdb/index.ts').Parser;" },
      'bytes/reader.ts: bytes may not import rdb',
    ],
    [
      'a re-export that the table does not grant',
      { 'io/index.ts': "export * from '../rdb/index.ts'; export const read = 1;" },
      'io/index.ts: io may not import rdb',
    ],
    [
      'a dynamic import that the table does not grant',
      { 'io/index.ts': "export const read = () => import('../rdb/index.ts');" },
      'io/index.ts: io may not import rdb',
    ],
    [
      'a room entered past its index',
      { 'rdb/parser.ts': "import { Reader } from '../bytes/reader.ts'; export const parser = Reader;" },
      'rdb/parser.ts: enters bytes through bytes/reader.ts, not through its index',
    ],
    [
      'a room that nobody knows',
      { 'attic/index.ts': 'export const dust = 1;' },
      'attic/index.ts: the room attic is not in the table',
    ],
    [
      'a file that is not there',
      { 'rdb/parser.ts': "export { parser } from './absent.ts';" },
      'rdb/parser.ts: imports ./absent.ts, which does not exist',
    ],
    [
      'an import without its extension',
      { 'rdb/parser.ts': "import { Reader } from '../bytes/index'; export const parser = Reader;" },
      'rdb/parser.ts: imports ../bytes/index, which does not exist',
    ],
    [
      'node: in a neutral room',
      { 'rdb/parser.ts': "import type { Stats } from 'node:fs'; export let parser: Stats;" },
      'rdb/parser.ts: imports node:fs outside io, rewrite-dir, node, cli',
    ],
    [
      'node: by a dynamic import',
      { 'rdb/parser.ts': "export const parser = await import('node:zlib');" },
      'rdb/parser.ts: imports node:zlib outside io, rewrite-dir, node, cli',
    ],
    [
      'a package in the wrong room',
      { 'rdb/parser.ts': "import { decompress } from 'crc'; export const parser = decompress;" },
      'rdb/parser.ts: imports the package crc',
    ],
    [
      'a package of Node without its prefix',
      { 'io/index.ts': "import { readFileSync } from 'fs'; export const read = readFileSync;" },
      'io/index.ts: imports the package fs',
    ],
    [
      'an unknown package with a scope',
      { 'compression/index.ts': "export * from '@some/package/inner';" },
      'compression/index.ts: imports the package @some/package/inner',
    ],
    [
      'Buffer in a neutral room',
      { 'rdb/parser.ts': 'export const parser = Buffer.alloc(3);' },
      'rdb/parser.ts: uses Buffer, which only Node has',
    ],
    [
      'Buffer as a type',
      { 'rdb/parser.ts': 'export let parser: Buffer | undefined;' },
      'rdb/parser.ts: uses Buffer, which only Node has',
    ],
    [
      'Buffer behind a declaration of its own',
      { 'rdb/parser.ts': 'declare const Buffer: { alloc(n: number): unknown }; export const parser = Buffer;' },
      'rdb/parser.ts: uses Buffer, which only Node has',
    ],
    [
      'process behind a typeof',
      { 'rdb/parser.ts': "export const parser = typeof process === 'object';" },
      'rdb/parser.ts: uses process, which only Node has',
    ],
    [
      'a cycle of two files',
      {
        'rdb/index.ts': "export { parser } from './parser.ts'; export const one = 1;",
        'rdb/parser.ts': "import { one } from './index.ts'; export const parser = one;",
      },
      'import cycle: rdb/index.ts -> rdb/parser.ts -> rdb/index.ts',
    ],
    [
      'a cycle of three files, one import of it for its effects only',
      {
        'rdb/parser.ts': "import './b.ts'; export const parser = 1;",
        'rdb/b.ts': "export { c } from './c.ts';",
        'rdb/c.ts': "import { type parser as p, parser } from './parser.ts'; export const c: typeof p = parser;",
      },
      'import cycle: rdb/parser.ts -> rdb/b.ts -> rdb/c.ts -> rdb/parser.ts',
    ],
    [
      'an index that does something',
      { 'index.ts': "export { parser } from './rdb/index.ts'; console.log('here');" },
      'index.ts: does more than re-export',
    ],
  ])('sees %s', (_what, changes, expected) => {
    expect(check(changes)).toEqual([expected]);
  });

  it('lets two files of a room name each other’s types', () => {
    const changes = {
      'rdb/parser.ts': "import type { B } from './b.ts'; export const parser: B | undefined = undefined;",
      'rdb/b.ts': "import { type parser } from './parser.ts'; export type B = typeof parser;",
    };
    expect(check(changes)).toEqual([]);
  });

  it('lets a neutral room ask globalThis, and use such names for its own', () => {
    const changes = {
      'rdb/parser.ts': [
        'const host = globalThis as { Buffer?: unknown; process?: { pid: number } };',
        'export const parser = [host.Buffer, globalThis.process, { Buffer: 1 }];',
      ].join('\n'),
      'rdb/b.ts': 'export function process(a: number): number { return a && process(a - 1); }',
    };
    expect(check(changes)).toEqual([]);
  });
});
