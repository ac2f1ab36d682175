import { readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

const common: Options = {
  outDir: 'dist',
  sourcemap: true,
  removeNodeProtocol: false,
  esbuildOptions(options) {
    // The tarball holds src/, so the maps need not hold it again.
    options.sourcesContent = false;
    options.charset = 'utf8';
  },
};

const bundledIntoCli = ['commander', 'crc'];

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
    noExternal: bundledIntoCli,
    splitting: false,
    // One file starts faster than many; commander is CommonJS and asks for `require`.
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
    },
    async onSuccess() {
      const notices = bundledIntoCli.map((name) => {
        const license = readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim();
        return `cli.js contains ${name}, used under this license:\n\n${license}\n`;
      });
      writeFileSync('dist/cli.licenses.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
    },
  },
]);
