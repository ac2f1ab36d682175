import type { CommandModel, OptionModel, ProgramModel, Values } from './model.ts';

/** To be sourced, or put into a directory of `fpath` under the name of the function. */
export function zshScript({ name, options, commands }: ProgramModel): string {
  const id = `_${name}`;
  const described = commands.map((command) => quote(`${colons(command.name)}:${command.description}`));
  return `#compdef ${name}

${id}() {
  local curcontext="$curcontext" state line ret=1
  local -a commands
  commands=(
    ${described.join('\n    ')}
  )
  _arguments -C ${options.map(optionSpec).join(' ')} '1: :->command' '*:: :->operands' && ret=0
  case $state in
    command)
      _describe -t commands 'command' commands && ret=0
      ;;
    operands)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
  return ret
}

if [[ $funcstack[1] == ${id} ]]; then
  ${id} "$@"
else
  compdef ${id} ${name}
fi
`;
}

function commandCase(command: CommandModel): string {
  const { name, options, operands, commands } = command;
  if (commands.length > 0) return groupCase(command);
  const specs = options.map(optionSpec);
  if (operands.kind !== 'none') specs.push(quote(`*:${name === 'help' ? 'command' : 'input'}:${action(operands)}`));
  return `        ${name})
          _arguments \\
            ${specs.join(' \\\n            ')} && ret=0
          ;;`;
}

/** A word further on, it is the same again. */
function groupCase({ name, options, commands }: CommandModel): string {
  const described = commands.map((sub) => quote(`${colons(sub.name)}:${sub.description}`));
  return `        ${name})
          commands=(
            ${described.join('\n            ')}
          )
          _arguments -C ${options.map(optionSpec).join(' ')} '1: :->command' '*:: :->operands' && ret=0
          case $state in
            command)
              _describe -t commands 'command' commands && ret=0
              ;;
            operands)
              case $words[1] in
${commands.map(commandCase).join('\n')}
              esac
              ;;
          esac
          ;;`;
}

function optionSpec({ flags, description, values }: OptionModel): string {
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  if (values.kind === 'none') {
    return flags.length > 1 ? `'(${flags.join(' ')})'{${flags.join(',')}}${quote(text)}` : quote(`${flags[0]}${text}`);
  }
  const message = values.kind === 'text' ? colons(values.name) : values.kind === 'file' ? 'file' : 'value';
  // Behind it or, in one word, behind = or at once.
  const forms = flags.map((flag) => (flag.startsWith('--') ? `${flag}=` : `${flag}+`));
  const rest = quote(`${text}:${message}:${action(values)}`);
  return forms.length > 1 ? `'*'{${forms.join(',')}}${rest}` : `'*'${forms[0]}${rest}`;
}

/** What completes a value. */
function action(values: Values): string {
  switch (values.kind) {
    case 'file':
      return '_files';
    case 'choice':
      return `(${values.of.map(colons).join(' ')})`;
    case 'list':
      return `_sequence compadd - ${values.of.join(' ')}`;
    default:
      return ' ';
  }
}

function colons(text: string): string {
  return text.replaceAll(':', '\\:');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
