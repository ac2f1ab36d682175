/** Signals that end the process, with the exit code that says so. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const cleanups = new Set<() => void>();
let blocking = false;

/** Has something done however the process ends, unless it is killed. @returns what calls it off */
export function atExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Says that calls of the system may wait for others without end from now on, as those on named pipes do. */
export function expectBlocking(): void {
  blocking = true;
}

/** `atExit` for what a call of the system is busy with that takes as long as a file is large. */
export function atExitOfLongCall(cleanup: () => void): () => void {
  expectBlocking();
  return atExit(cleanup);
}

/** Makes signals end the process with their exit code, and has everything cleaned up at its end. */
export function watchEnd(): void {
  process.on('exit', cleanUp);
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      if (!blocking) process.exit(code);
      // Node waits at its exit for the call, so the signal itself ends the process; the shell sees the same code.
      cleanUp();
      process.kill(process.pid, signal);
    });
  }
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}
