import { type CommandShape, nameOf, type OptionShape } from "../shape.ts"
import { escaped, type Flat, flatten, plain, takesFile, valuesOf } from "./commands.ts"

export const zsh = (root: CommandShape): string => {
  const program = root.command
  const spec = (option: OptionShape): string => {
    const { description, name, repeated, value } = option
    const known = valuesOf(option)
    const action =
      value === undefined
        ? ""
        : `:${value}:${known ? `(${escaped(known, "\\")})` : takesFile(option) ? "_files" : " "}`
    return `'${repeated ? "*" : ""}${name}${value === undefined ? "" : "="}[${plain(description)}]${action}'`
  }
  const body = ({ args, children, options, words }: Flat): string => {
    const name = `_${program}${words === "" ? "" : `_${words.replace(" ", "_")}`}`
    const specs = [
      ...options.map(spec),
      // Nothing is offered for arguments; without them zsh would offer no options behind one.
      ...args.map((arg) => `'${arg.repeated ? "*" : "1"}:${arg.name}: '`),
    ]
      .map((line) => `    ${line}`)
      .join(" \\\n")
    if (children.length === 0) return `${name}() {\n  _arguments -S -s \\\n${specs}\n}\n`
    const described = children.map((child) => `'${nameOf(child)}:${plain(child.summary)}'`).join(" ")
    const calls = children
      .map((child) => `        ${nameOf(child)}) _${program}_${child.path.join("_")} ;;`)
      .join("\n")
    return `${name}() {
  local state line
  local -a commands=(${described})
  _arguments -C -S \\
${specs} \\
    '1: :->command' '*:: :->rest'
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
if [[ \${funcstack[1]-} == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`
}
