import type { Command, Option } from 'commander';

/** What may stand behind an option or a command. */
export type Values =
  | { kind: 'none' }
  | { kind: 'file' }
  /** Something that nobody can guess. */
  | { kind: 'text'; name: string }
  | { kind: 'choice'; of: readonly string[] }
  /** Several of them, separated by commas. */
  | { kind: 'list'; of: readonly string[] };

export interface OptionModel {
  /** As they are typed: `-o`, `--output`. */
  flags: string[];
  description: string;
  values: Values;
}

export interface CommandModel {
  name: string;
  description: string;
  options: OptionModel[];
  /** What its arguments are. */
  operands: Values;
}

/** A program as completion scripts see it. */
export interface ProgramModel {
  name: string;
  /** Those that stand before a command. */
  options: OptionModel[];
  commands: CommandModel[];
}

const suggested = new WeakMap<Option, Values>();

/** Gives an option values for completion, besides which it may have others. `list`: several, separated by commas. */
export function suggest(option: Option, of: readonly string[], kind: 'choice' | 'list' = 'choice'): Option {
  suggested.set(option, { kind, of });
  return option;
}

export function describeProgram(root: Command): ProgramModel {
  const help = root.createHelp();
  const commands = help.visibleCommands(root);
  return {
    name: root.name(),
    options: optionsOf(root),
    commands: commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      options: optionsOf(command),
      operands:
        command.name() === 'help' ? { kind: 'choice', of: commands.map((other) => other.name()) } : operandsOf(command),
    })),
  };
}

function optionsOf(command: Command): OptionModel[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      description: option.description,
      values: valuesOf(option),
    }));
}

function valuesOf(option: Option): Values {
  if (!option.required && !option.optional) return { kind: 'none' };
  const name = /<(.*)>/.exec(option.flags)?.[1] ?? '';
  if (name === 'file') return { kind: 'file' };
  if (option.argChoices !== undefined) return { kind: 'choice', of: option.argChoices };
  return suggested.get(option) ?? { kind: 'text', name };
}

function operandsOf(command: Command): Values {
  const [operand] = command.registeredArguments;
  if (operand === undefined) return { kind: 'none' };
  if (operand.argChoices !== undefined) return { kind: 'choice', of: operand.argChoices };
  return { kind: 'file' };
}
