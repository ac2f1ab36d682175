/** Asks on the terminal. @returns true only for an answer that begins with y */
export async function ask(question: string): Promise<boolean> {
  // Loaded only here, as it would slow down every start.
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let interrupted = false;
  // While an answer is awaited, ^C is a character of it. It ends the process as at any other time, and is no answer.
  terminal.once('SIGINT', () => {
    interrupted = true;
    terminal.close();
    process.stderr.write('\n');
    process.emit('SIGINT', 'SIGINT');
  });
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => interrupted || resolve('')));
    const answer = await Promise.race([terminal.question(`${question} [y/N] `).catch(() => closed), closed]);
    return /^y/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
