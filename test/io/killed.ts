/** Writes a file and is killed at a call of the system: path, name of the call, before or behind it, force. */
import { AtomicFile, type FileSystem, nodeFiles } from '../../src/io/index.ts';

const [path = '', step, when, force] = process.argv.slice(2);

async function die(): Promise<void> {
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives when the system gets to it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

const real = nodeFiles[step as keyof FileSystem] as (...args: unknown[]) => unknown;
const system: FileSystem = {
  ...nodeFiles,
  [step as string]: (...args: unknown[]) => {
    if (when === 'before') void die();
    const result = real(...args);
    if (when === 'behind') void die();
    return result;
  },
};
const file = new AtomicFile(path, { force: force === 'true', system });
for (let i = 0; i < 4; i++) file.write(Buffer.alloc(100_000, 'x'));
await file.commit();
