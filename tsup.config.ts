import { readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

const common: Options = {
  outDir: 'dist',
  sourcemap: true,
  removeNodeProtocol: false,
  esbuildOptions(options) {
    // The tarball holds src/, so the maps need not hold it again.
    options.sourcesContent = false;
    // One character beyond Latin-1 would double what the text takes in memory.
    options.charset = 'ascii';
  },
};

/** What is bundled into the command line, with what that needs in turn, and where each has its license. */
const bundledIntoCli = {
  commander: 'commander/LICENSE',
  crc: 'crc/LICENSE',
  '@noble/hashes': '@noble/hashes/LICENSE',
  'cli-progress': 'cli-progress/LICENSE.md',
  'string-width': 'string-width/license',
  'is-fullwidth-code-point': 'is-fullwidth-code-point/license',
  'emoji-regex': 'emoji-regex/LICENSE-MIT.txt',
  'strip-ansi': 'strip-ansi/license',
  'ansi-regex': 'strip-ansi/node_modules/ansi-regex/license',
};

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts', node: 'src/node.ts' },
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    dts: true,
    // For CommonJS too: both entries must share one RedisFileError.
    splitting: true,
  },
  {
    ...common,
    entry: { cli: 'src/cli.ts' },
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    noExternal: Object.keys(bundledIntoCli),
    // What replays logs is a third of it, and is loaded when there is one.
    splitting: true,
    esbuildOptions(options, context) {
      common.esbuildOptions?.(options, context);
      // A third fewer bytes to parse at each start, some 20 ms. Names stay, for profiles.
      options.minifyWhitespace = options.minifySyntax = true;
      // As cli-progress calls them.
      options.alias = { events: 'node:events', readline: 'node:readline' };
    },
    // commander is CommonJS and asks for `require`.
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
    },
    async onSuccess() {
      const notices = Object.entries(bundledIntoCli).map(([name, path]) => {
        const license = readFileSync(`node_modules/${path}`, 'utf8').trim();
        return `cli.js contains ${name}, used under this license:\n\n${license}\n`;
      });
      writeFileSync('dist/cli.licenses.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
    },
  },
]);
