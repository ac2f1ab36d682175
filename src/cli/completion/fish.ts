import type { CommandModel, OptionModel, ProgramModel, Values } from './model.ts';

export function fishScript({ name, options, commands }: ProgramModel): string {
  const none = '__fish_use_subcommand';
  return `# fish completion of ${name}

complete -c ${name} -f
${options.map((option) => optionLine(name, none, option)).join('\n')}
${commands.map((command) => `complete -c ${name} -n ${none} -a ${command.name} -d ${quote(command.description)}`).join('\n')}
${commands.flatMap((command) => commandLines(name, command)).join('\n')}
`;
}

function commandLines(name: string, { name: command, options, operands }: CommandModel): string[] {
  const condition = `__fish_seen_subcommand_from ${command}`;
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
