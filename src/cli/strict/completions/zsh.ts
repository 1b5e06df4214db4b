import { type CommandShape, nameOf, type OptionShape, valuesOf } from "../shape.ts"
import { escaped, type Flat, flatten, namesOf, plain, takesFile, wordsAfter } from "./commands.ts"

const actionOf = (option: OptionShape): string => {
  if (option.value === undefined) return ""
  const known = valuesOf(option)
  return `:${option.value}:${known ? `(${escaped(known, "\\")})` : takesFile(option) ? "_files" : " "}`
}

const specOf = (option: OptionShape): string => {
  const { alias, description, name, repeated, value } = option
  const says = `[${plain(description)}]${actionOf(option)}`
  const equals = value === undefined ? "" : "="
  const many = repeated ? "*" : ""
  if (alias === undefined) return `'${many}${name}${equals}${says}'`
  const others = repeated ? "" : `(${namesOf(option).join(" ")})`
  return `'${many}${others}'{${alias}${value === undefined ? "" : "+"},${name}${equals}}'${says}'`
}

/** A completion script for zsh: a function for each command, of which a group's calls those in it. */
export const zsh = (root: CommandShape): string => {
  const program = root.command
  const functionOf = ({ path }: CommandShape) => `_${[program, ...path].join("_")}`
  const body = ({ options, shape }: Flat): string => {
    const specs = [
      ...options.map(specOf),
      // Nothing is offered for arguments; without them zsh would offer no options behind one.
      ...shape.args.map((arg) => `'${arg.repeated ? "*" : "1"}:${arg.name}: '`),
      ...(shape.trailing === undefined ? [] : [`'*:${shape.trailing.name}: '`]),
    ]
      .map((line) => `    ${line}`)
      .join(" \\\n")
    const children = shape.subcommands
    if (children.length === 0) return `${functionOf(shape)}() {\n  _arguments -S -s \\\n${specs}\n}\n`
    const described = wordsAfter(shape)
      .map(([word, summary]) => `'${word}:${plain(summary)}'`)
      .join(" ")
    const calls = children.map((child) => `        ${nameOf(child)}) ${functionOf(child)} ;;`).join("\n")
    return `${functionOf(shape)}() {
  local state line
  local -a commands=(${described})
  _arguments -C -S \\
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
${flatten(root).map(body).join("\n")}
if [[ \${funcstack[1]-} == _${program} ]]; then
  _${program} "$@"
elif (( \${+functions[compdef]} )); then
  compdef _${program} ${program}
else
  print -ru2 -- '${program}: completions need compinit; run this before loading them: autoload -Uz compinit && compinit'
fi
`
}
