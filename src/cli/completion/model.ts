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
  /** Those that stand behind it, where it is a group of commands; operands are their names then. */
  commands: CommandModel[];
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
  const commands = visible(root);
  return {
    name: root.name(),
    options: optionsOf(root),
    commands: commands.map((command) =>
      command.name() === 'help'
        ? { ...describeCommand(command), operands: namesOf(commands) }
        : describeCommand(command),
    ),
  };
}

function describeCommand(command: Command): CommandModel {
  const commands = visible(command);
  return {
    name: command.name(),
    description: command.description(),
    options: optionsOf(command),
    operands: commands.length > 0 ? namesOf(commands) : operandsOf(command),
    commands: commands.map(describeCommand),
  };
}

function visible(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}

function namesOf(commands: readonly Command[]): Values {
  return { kind: 'choice', of: commands.map((command) => command.name()) };
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
  if (name === 'file' || name === 'path') return { kind: 'file' };
  if (option.argChoices !== undefined) return { kind: 'choice', of: option.argChoices };
  return suggested.get(option) ?? { kind: 'text', name };
}

function operandsOf(command: Command): Values {
  const [operand] = command.registeredArguments;
  if (operand === undefined) return { kind: 'none' };
  if (operand.argChoices !== undefined) return { kind: 'choice', of: operand.argChoices };
  return { kind: 'file' };
}
