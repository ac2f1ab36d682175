import type { CommandModel, ProgramModel, Values } from './model.ts';

/** Works in bash from 3.2 on, which macOS has, and needs no package. */
export function bashScript({ name, options, commands }: ProgramModel): string {
  const id = `_${name.replaceAll('-', '_')}`;
  const all = commands.map((command) => command.name);
  const groups = commands.filter((command) => command.commands.length > 0).map((group) => group.name);
  // Those of a group by both words.
  const every = commands.flatMap((command) => [
    command,
    ...command.commands.map((sub) => ({ ...sub, name: `${command.name} ${sub.name}` })),
  ]);
  return `# bash completion of ${name}

${id}() {
  local line="\${COMP_LINE:0:COMP_POINT}" command='' option='' operand=1 kind='' values='' word full cur head='' i
  local IFS=$' \\t\\n' words breaks
  # From the line, as bash takes words apart at : and = too.
  read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  full="\${words[\${#words[@]}-1]}"
  cur="$full"
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word="\${words[i]}"
    if [[ $word != -* ]]; then
      command="\${command:+$command }$word"
      [[ ' ${groups.join(' ')} ' == *" $command "* ]] || break
    fi
  done
  # An option that waits for its value.
  if [[ $cur == --*=* ]]; then
    option="\${cur%%=*}"
    head="$option="
    cur="\${cur#*=}"
  elif ((\${#words[@]} > 2)); then
    option="\${words[\${#words[@]}-2]}"
  fi
  case "$command $option" in
${every.flatMap(optionCases).join('\n')}
  esac
  if [[ -z $kind ]]; then
    if [[ -z $command ]]; then
      kind=choice
      values='${all.join(' ')}'
      [[ $cur == -* ]] && values='${flagsOf(options)}'
    else
      case "$command" in
${every.map(commandCase).join('\n')}
      esac
    fi
  fi
  COMPREPLY=()
  # Without a reply bash completes names of files.
  [[ $kind == file ]] && return
  compopt +o default 2> /dev/null
  if [[ $kind == list && $cur == *,* ]]; then
    head="$head\${cur%,*},"
    cur="\${cur##*,}"
  fi
  COMPREPLY=($(compgen -P "$head" -W "$values" -- "$cur"))
  # Bash puts the reply behind the last of these characters in the word.
  breaks="\${COMP_WORDBREAKS//[^:=]/}"
  if [[ -n $breaks && $full == *[$breaks]* ]]; then
    head="\${full%"\${full##*[$breaks]}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$head"}")
  fi
}

complete -o default -F ${id} ${name}
`;
}

/** What stands behind the options of a command that take a value. */
function optionCases({ name, options }: CommandModel): string[] {
  return options
    .filter(({ values }) => values.kind !== 'none')
    .map(({ flags, values }) => {
      const patterns = flags.map((flag) => `'${name} ${flag}'`).join(' | ');
      return `    ${patterns}) ${assign(values)} ;;`;
    });
}

function commandCase({ name, options, operands }: CommandModel): string {
  return `        '${name}')
          ${assign(operands)}
          [[ $cur == -* ]] && kind=choice values='${flagsOf(options)}'
          ;;`;
}

function assign(values: Values): string {
  const words = values.kind === 'choice' || values.kind === 'list' ? ` values='${values.of.join(' ')}'` : '';
  return `kind=${values.kind}${words}`;
}

function flagsOf(options: ProgramModel['options']): string {
  return options.flatMap(({ flags }) => flags).join(' ');
}
