import { helpWord, optionsOf, wordsAfter } from "../builtIns.ts"
import {
  allIn,
  type CommandShape,
  dynamicArgument,
  type Entry,
  nameOf,
  namesOf,
  type OptionShape,
  valuesLine,
  valuesOf,
} from "../shape.ts"
import { bashWord } from "./bash.ts"

/** Part of a spec of `_arguments`, in which a colon would end it. */
const part = (text: string): string => text.replaceAll(":", "\\:")

/** A description in brackets, as `_arguments` reads it. */
const inBrackets = (text: string): string => `[${text.replace(/[[\]\\]/g, "\\$&")}]`

const actionOf = (option: OptionShape): string => {
  if (option.value === undefined) return ""
  const known = valuesOf(option)
  const action = known
    ? `(${part(known.map(bashWord).join(" "))})`
    : option.completions === "files"
      ? "_files"
      : " "
  return `:${part(option.value)}:${action}`
}

const specOf = (option: OptionShape): string => {
  const { alias, description, name, repeated, value } = option
  const says = bashWord(`${inBrackets(description)}${actionOf(option)}`)
  const equals = value === undefined ? "" : "="
  const many = repeated ? "*" : ""
  if (alias === undefined) return `'${many}${name}${equals}'${says}`
  const others = repeated ? "" : `(${namesOf(option).join(" ")})`
  return `'${many}${others}'{${alias}${value === undefined ? "" : "+"},${name}${equals}}${says}`
}

/** A completion script for zsh, with a function for each command. The function of a group calls those of its commands. */
export const zsh = (root: CommandShape): string => {
  const program = root.command
  const functionOf = ({ path }: CommandShape) => `_${[program, ...path].join("_")}`
  const valuesFunction = (shape: CommandShape) => `${functionOf(shape)}_values`
  const valuesOfArgument = (shape: CommandShape): string => {
    const argument = dynamicArgument(shape)
    if (argument === undefined) return ""
    return `${valuesFunction(shape)}() {
  local word description
  local -a found shown
  if [[ $PREFIX == -* ]]; then return 1; fi
  while IFS=$'\\t' read -r word description; do
    if [[ -z $word || $word == *[^A-Za-z0-9._-]* ]]; then continue; fi
    found+=("$word")
    shown+=("$word\${description:+  -- $description}")
  done < <(${valuesLine(program, argument)} "\${(@)_${program}_typed}" </dev/null 2>/dev/null)
  compadd "$@" -l -d shown -a found
}
`
  }
  const body = (shape: CommandShape): string => {
    const specs = [
      ...optionsOf(shape).map(specOf),
      // Without a spec for the arguments, zsh would offer no options after one.
      ...shape.args.map(
        (arg) =>
          `'${arg.repeated ? "*" : "1"}:${arg.name}:${arg.values === undefined ? " " : valuesFunction(shape)}'`,
      ),
      ...(shape.trailing === undefined ? [] : [`'*:${shape.trailing.name}: '`]),
    ]
      .map((line) => `    ${line}`)
      .join(" \\\n")
    const children = shape.subcommands
    const start = shape.path.length > 0 ? "" : `  local -a _${program}_typed=("\${(@)words[2,CURRENT-1]}")\n`
    if (children.length === 0)
      return `${functionOf(shape)}() {\n${start}  _arguments -S -s \\\n${specs}\n}\n${valuesOfArgument(shape)}`
    const describe = (words: ReadonlyArray<Entry>) =>
      words.map(([word, summary]) => bashWord(`${word}:${summary.replaceAll("\\", "\\\\")}`)).join(" ")
    const topics =
      shape.topics === undefined
        ? ""
        : `  if [[ \${1-} == ${helpWord} ]]; then commands+=(${describe(shape.topics)}); fi\n`
    const calls = [
      ...children.map((child) => [nameOf(child), functionOf(child)]),
      // A command follows, and is completed as one.
      ...(shape.path.length === 0 ? [[helpWord, `${functionOf(shape)} ${helpWord}`]] : []),
    ]
      .map(([word, call]) => `        ${word}) ${call} ;;`)
      .join("\n")
    return `${functionOf(shape)}() {
${start}  local state line
  local -a commands=(${describe(wordsAfter(shape))})
${topics}  _arguments -C -S \\
${specs} \\
    '(-)1: :->command' '(-)*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${calls}
      esac ;;
  esac
}
`
  }
  return `#compdef ${program}
# zsh completion for ${program}; to load it: source <(${program} --completions zsh)
${allIn(root).map(body).join("\n")}
if [[ \${funcstack[1]-} == _${program} ]]; then
  _${program} "$@"
elif (( \${+functions[compdef]} )); then
  compdef _${program} ${program}
else
  print -ru2 -- '${program}: completions need compinit; run this before loading them: autoload -Uz compinit && compinit'
fi
`
}
