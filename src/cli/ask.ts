/** Asks on the terminal. @returns true only for an answer that begins with y */
export async function ask(question: string): Promise<boolean> {
  // Loaded only here, as it would slow down every start.
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
