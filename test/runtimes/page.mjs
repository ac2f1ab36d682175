// @ts-check
/** The suite in a page; its address says how the checksum is computed, and where the results go. */
import { forceCrc } from './crc.mjs';
import { loadFiles } from './files.mjs';
import { Results, runSuite } from './suite.mjs';

const crc = /** @type {import('./crc.mjs').CrcPath} */ (new URLSearchParams(location.search).get('crc'));
const results = new Results(`${crc}: `);
try {
  const verifyCrc = forceCrc(crc);
  const files = await loadFiles(async (path) => {
    const response = await fetch(`/fixtures/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  // The import map of the page says where it is.
  const main = 'rdb-aof';
  await runSuite(await import(main), files, results.check);
  await results.check(`the checksum is computed by ${crc}`, verifyCrc);
} catch (error) {
  results.failures.push(`${crc}: ${error instanceof Error ? error.stack : error}`);
}
const { passed, failures } = results;
await fetch(`/results/${crc}`, { method: 'POST', body: JSON.stringify({ passed, failures }) });
