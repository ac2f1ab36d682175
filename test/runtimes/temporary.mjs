// @ts-check
/** Folders that go when the process does, however it ends. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {string} name what its name begins with
 * @param {string} [parent] made where it is missing
 */
export function temporaryFolder(name, parent = tmpdir()) {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, name));
  process.on('exit', () => removeFolder(folder));
  return folder;
}

/** @param {string} folder */
export function removeFolder(folder) {
  // Processes that were just killed may still be writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
