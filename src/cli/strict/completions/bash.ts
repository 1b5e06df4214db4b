import { builtIns, helpWord, optionsOf, wordsAfter } from "../builtIns.ts"
import {
  allIn,
  type CommandShape,
  dynamicArgument,
  nameOf,
  namesOf,
  valuesLine,
  valuesOf,
  wordsOf,
} from "../shape.ts"

/** A text as one word of bash and zsh, without special characters. */
export const bashWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What completes the value of an option: cases by the command and the option before the cursor. */
const afterOption = (commands: ReadonlyArray<CommandShape>): ReadonlyArray<string> => {
  const bodies = new Map<string, Array<string>>()
  for (const shape of commands) {
    for (const option of optionsOf(shape).filter(({ value }) => value !== undefined)) {
      const known = valuesOf(option)
      const body =
        known !== undefined
          ? `words=(${known.map(bashWord).join(" ")})`
          : option.completions === "files"
            ? "files=1"
            : "return"
      const patterns = bodies.get(body) ?? []
      bodies.set(body, patterns)
      for (const name of namesOf(option)) {
        patterns.push(builtIns.includes(option) ? `*' ${name}'` : `'${wordsOf(shape)} ${name}'`)
      }
    }
  }
  return [...bodies].map(([body, patterns]) => `${[...new Set(patterns)].join("|")}) ${body} ;;`)
}

/** The options with values of a command and of those below it, whose options may come before their words. */
const valued = (shape: CommandShape): ReadonlyArray<string> => {
  const options = [...allIn(shape).flatMap(({ options }) => options), ...builtIns]
  return [...new Set(options.filter(({ value }) => value !== undefined).flatMap(namesOf))]
}

const lines = (indent: number, all: ReadonlyArray<string>): string =>
  all.map((line) => `${" ".repeat(indent)}${line}\n`).join("")

/** Sets the command line that prints the values of a command's argument, unless the argument was typed already. */
const valuesOfArgument = (program: string, shape: CommandShape): string => {
  const argument = dynamicArgument(shape)
  if (argument === undefined) return ""
  const set = `values=(${valuesLine(program, argument)})`
  return argument.repeated ? `; ${set}` : `; if [[ -z $argument ]]; then ${set}; fi`
}

/** Adds the topics to the words that may follow `help`. */
const topicsAfterHelp = ({ topics = [] }: CommandShape): string =>
  topics.length === 0
    ? ""
    : `; if [[ -n $topics ]]; then words+=(${topics.map(([name]) => name).join(" ")}); fi`

/** A completion script for bash. */
export const bash = (root: CommandShape): string => {
  const program = root.command
  const commands = allIn(root)
  return `# bash completion for ${program}; to load it: source <(${program} --completions bash)
_${program}() {
  local current previous command word typed skip= files= argument= topics=
  local -a words=() values=()
  COMPREPLY=()
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  if [[ $current == = ]]; then current=; fi
  if [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  command=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word == = ]]; then continue; fi
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      --) return ;;
      -*) case $command in
${lines(
  8,
  commands.map((shape) => `'${wordsOf(shape)}') case $word in ${valued(shape).join("|")}) skip=1 ;; esac ;;`),
)}      esac ;;
      *) case "$command $word" in
${lines(
  8,
  commands.flatMap((shape) =>
    shape.subcommands.map((child) => `'${wordsOf(shape)} ${nameOf(child)}') command='${wordsOf(child)}' ;;`),
  ),
)}        ' ${helpWord}') topics=1 ;;
        *) argument=1 topics= ;;
      esac ;;
    esac
  done
  case "$command $previous" in
${lines(4, afterOption(commands))}    *) case $command in
${lines(
  6,
  commands.map((shape) => {
    const words = [...wordsAfter(shape).map(([word]) => word), ...optionsOf(shape).map(({ name }) => name)]
    const more = topicsAfterHelp(shape) + valuesOfArgument(program, shape)
    return `'${wordsOf(shape)}') words=(${words.join(" ")})${more} ;;`
  }),
)}    esac ;;
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    return
  fi
  for word in "\${words[@]}"; do
    printf -v typed %q "$word"
    if [[ $word == "$current"* || $typed == "$current"* ]]; then COMPREPLY+=("$typed"); fi
  done
  if [[ \${#values[@]} == 0 || $current == -* ]]; then return; fi
  while IFS=$'\\t' read -r word _; do
    case $word in
      ''|*[!A-Za-z0-9._-]*) ;;
      "$current"*) COMPREPLY+=("$word") ;;
    esac
  done < <("\${values[@]}" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" </dev/null 2>/dev/null)
}
complete -F _${program} ${program}
`
}
