import type { CommandModel, OptionModel, ProgramModel, Values } from './model.ts';

export function fishScript({ name, options, commands }: ProgramModel): string {
  const none = '__fish_use_subcommand';
  return `# fish completion of ${name}

complete -c ${name} -f
${options.map((option) => optionLine(name, none, option)).join('\n')}
${commands.map((command) => nameLine(name, none, command)).join('\n')}
${commands.flatMap((command) => commandLines(name, command, ownCondition(command, commands))).join('\n')}
`;
}

/** That a command was typed, and is not the one of that name in a group. */
function ownCondition({ name }: CommandModel, commands: readonly CommandModel[]): string {
  const groups = commands.filter((group) => group.commands.some((sub) => sub.name === name));
  const others = groups.map((group) => `; and not ${seen(group.name)}`);
  return seen(name) + others.join('');
}

function seen(...names: string[]): string {
  return `__fish_seen_subcommand_from ${names.join(' ')}`;
}

function nameLine(name: string, condition: string, command: CommandModel): string {
  return `complete -c ${name} -n ${quote(condition)} -a ${command.name} -d ${quote(command.description)}`;
}

function commandLines(name: string, { options, operands, commands }: CommandModel, condition: string): string[] {
  if (commands.length > 0) {
    const alone = `${condition}; and not ${seen(...commands.map((sub) => sub.name))}`;
    return [
      ...options.map((option) => optionLine(name, alone, option)),
      ...commands.map((sub) => nameLine(name, alone, sub)),
      ...commands.flatMap((sub) => commandLines(name, sub, `${condition}; and ${seen(sub.name)}`)),
    ];
  }
  const lines = options.map((option) => optionLine(name, condition, option));
  if (operands.kind === 'file') lines.push(`complete -c ${name} -n ${quote(condition)} -F`);
  else if (operands.kind !== 'none') lines.push(`complete -c ${name} -n ${quote(condition)}${candidates(operands)}`);
  return lines;
}

function optionLine(name: string, condition: string, { flags, description, values }: OptionModel): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join('');
  return `complete -c ${name} -n ${quote(condition)}${names}${candidates(values)} -d ${quote(description)}`;
}

function candidates(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'file':
      return ' -r -F';
    case 'text':
      return ' -x';
    case 'choice':
      return ` -x -a ${quote(values.of.join(' '))}`;
    case 'list':
      return ` -x -a ${quote(`(__fish_append , ${values.of.join(' ')})`)}`;
  }
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
