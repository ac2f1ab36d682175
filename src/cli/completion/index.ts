import type { Command } from 'commander';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { describeProgram, type ProgramModel } from './model.ts';
import { zshScript } from './zsh.ts';

export { suggest } from './model.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

const SCRIPTS: Readonly<Record<Shell, (program: ProgramModel) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export const SHELLS: Shell[] = Object.keys(SCRIPTS) as Shell[];

/** What a shell runs to complete the command lines of a program. */
export function completionScript(shell: Shell, root: Command): string {
  return SCRIPTS[shell](describeProgram(root));
}
