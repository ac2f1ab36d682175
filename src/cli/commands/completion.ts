import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/index.ts';
import { runJob } from '../job.ts';
import { writeText } from '../output.ts';

/** `completion`: a script that makes a shell complete command lines of this tool. */
export function addCompletion(root: Command): void {
  root
    .command('completion')
    .description('write a script that completes command lines in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  For bash, in ~/.bashrc:
  $ source <(rdb-aof completion bash)

  For zsh, in ~/.zshrc, behind compinit:
  $ source <(rdb-aof completion zsh)

  For fish, once:
  $ rdb-aof completion fish > ~/.config/fish/completions/rdb-aof.fish`,
    )
    .exitOverride()
    .action((shell: Shell) =>
      runJob({ progress: false }, 0, true, async ({ output }) => {
        await writeText(output, completionScript(shell, root));
      }),
    );
}
