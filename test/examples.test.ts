/**
 * Every example of the README and of the doc comments runs, compiles under the project's own strictness, and prints
 * what the comments in it say.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'test/.examples');

interface Example {
  /** Where it stands. */
  name: string;
  code: string;
}

/** Blocks of TypeScript in a text. */
function blocks(text: string): string[] {
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!);
}

/** The examples of a source file; what it exports is at hand where an example imports nothing. */
function docExamples(path: string): Example[] {
  const source = readFileSync(path, 'utf8');
  const exported = [...source.matchAll(/^export (?:async )?(?:class|function\*?|const) (\w+)/gm)].map(
    (match) => match[1]!,
  );
  const comments = [...source.matchAll(/\/\*\*.*?\*\//gs)].map((match) => match[0].replace(/^ *\* ?/gm, ''));
  return comments.flatMap(blocks).map((code, i) => {
    const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
    const prelude = code.includes('import ') ? '' : `import { ${used.join(', ')} } from '${relative(folder, path)}';\n`;
    return { name: `${relative(root, path)} ${i}`, code: prelude + code };
  });
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

const examples: Example[] = [
  ...blocks(readFileSync(join(root, 'README.md'), 'utf8')).map((code, i) => ({ name: `README ${i}`, code })),
  ...sources(join(root, 'src')).flatMap(docExamples),
];

const fileOf = (example: Example): string => join(folder, `${example.name.replaceAll(/[^\w.-]/g, '_')}.ts`);

/** The output that an example promises: comments behind `console.log` calls, and lines of comments below them. */
function promised(code: string): string[] {
  const lines = code.split('\n').flatMap((line) => {
    const match = /^(?:.*console\.log\(.*\);? *(?:\})*)?\/\/ (.+)$/.exec(line.trim());
    return match === null ? [] : [match[1]!];
  });
  return lines;
}

describe('examples', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const example of examples) writeFileSync(fileOf(example), `${example.code}\nexport {};\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('there are some', () => {
    expect(examples.filter(({ name }) => name.startsWith('README')).length).toBeGreaterThan(6);
    expect(examples.length).toBeGreaterThan(12);
  });

  it('compile', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(
      {
        ...config,
        compilerOptions: {
          ...config.compilerOptions,
          isolatedDeclarations: false,
          declaration: false,
          paths: { 'rdb-aof': ['./src/index.ts'], 'rdb-aof/node': ['./src/node.ts'] },
        },
      },
      ts.sys,
      root,
    );
    const program = ts.createProgram(examples.map(fileOf), options);
    const messages = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
      return `${diagnostic.file?.fileName}:${diagnostic.start}: ${text}`;
    });
    expect(messages).toEqual([]);
  });

  it.each(examples)('$name', async (example) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await import(/* @vite-ignore */ fileOf(example));
      const printed = log.mock.calls.map((call) => call.map(String).join(' '));
      for (const line of promised(example.code)) expect(printed).toContain(line);
    } finally {
      log.mockRestore();
    }
  });
});
