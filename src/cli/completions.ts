import { builtIns, type Shell } from "./argv.ts"
import type { CommandShape, OptionShape } from "./grammar.ts"

interface Flat {
  readonly words: string
  readonly children: ReadonlyArray<CommandShape>
  readonly options: ReadonlyArray<OptionShape>
}

const flatten = (shape: CommandShape): ReadonlyArray<Flat> => [
  { words: shape.path.join(" "), children: shape.subcommands, options: [...shape.options, ...builtIns] },
  ...shape.subcommands.flatMap(flatten),
]

const last = (shape: CommandShape): string => shape.path.at(-1) as string

/** The last sentence part of a description, without what a shell's quoting could trip over. */
const plain = (text: string): string => text.replace(/['"`\\$:[\]]/g, "")

const bash = (root: CommandShape): string => {
  const commands = flatten(root)
  const valued = [
    ...new Set(
      commands.flatMap(({ options }) => options.filter(({ value }) => value).map(({ name }) => name)),
    ),
  ]
  const choices = new Map(
    commands.flatMap(({ options }) =>
      options.flatMap(({ choices: list, name }) => (list ? [[name, list] as const] : [])),
    ),
  )
  return `# bash completion for zpcli; to load it: source <(zpcli --completions bash)
_zpcli() {
  local current previous words command word skip=
  COMPREPLY=()
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  if [[ $current == = ]]; then current=; fi
  if [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  command=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      --) return ;;
      ${valued.join("|")}) skip=1 ;;
      -*|=) ;;
      *) case "$command $word" in
${commands
  .filter(({ words }) => words !== "")
  .map(({ words }) => `        "${words.includes(" ") ? words : ` ${words}`}") command="${words}" ;;`)
  .join("\n")}
      esac ;;
    esac
  done
  case $previous in
${[...choices].map(([name, list]) => `    ${name}) words='${list.join(" ")}' ;;`).join("\n")}
    --rcfile|--state|--out) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valued.filter((name) => !choices.has(name) && !["--rcfile", "--state", "--out"].includes(name)).join("|")}) return ;;
    *) case $command in
${commands
  .map(
    ({ children, options, words }) =>
      `      '${words}') words='${[...children.map(last), ...options.map(({ name }) => name)].join(" ")}' ;;`,
  )
  .join("\n")}
    esac ;;
  esac
  set -f
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  set +f
}
complete -F _zpcli zpcli
`
}

const zsh = (root: CommandShape): string => {
  const spec = ({ choices, description, name, repeated, value }: OptionShape): string => {
    const action =
      value === undefined
        ? ""
        : `:${value}:${choices ? `(${choices.map((choice) => choice.replace("*", "\\*")).join(" ")})` : /file/.test(value) ? "_files" : ""}`
    return `'${repeated ? "*" : ""}${name}${value === undefined ? "" : "="}[${plain(description)}]${action}'`
  }
  const body = ({ children, options, words }: Flat): string => {
    const name = `_zpcli${words === "" ? "" : `_${words.replace(" ", "_")}`}`
    const specs = options.map((option) => `    ${spec(option)}`).join(" \\\n")
    if (children.length === 0) return `${name}() {\n  _arguments -S -s \\\n${specs}\n}\n`
    const described = children.map((child) => `'${last(child)}:${plain(child.summary)}'`).join(" ")
    const calls = children
      .map((child) => `        ${last(child)}) _zpcli_${child.path.join("_")} ;;`)
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
  return `#compdef zpcli
# zsh completion for zpcli; to load it: source <(zpcli --completions zsh)
${flatten(root).map(body).join("\n")}
if [[ \${funcstack[1]-} == _zpcli ]]; then _zpcli "$@"; else compdef _zpcli zpcli; fi
`
}

const fish = (root: CommandShape): string => {
  const commands = flatten(root)
  const groups = commands.filter(({ children }) => children.length > 0)
  // A command is chosen when its words have been typed, options aside.
  const condition = (words: string): string => `test "$(__zpcli_command)" = "${words}"`
  const lines = commands.flatMap(({ options, words }) =>
    options.map(({ alias, choices, description, name, value }) => {
      const takes =
        value === undefined
          ? ""
          : ` -r ${choices || !/file/.test(value) ? "-f" : "-F"}${choices ? ` -a '${choices.join(" ")}'` : ""}`
      const short = alias === undefined ? "" : ` -s ${alias.slice(1)}`
      return `complete -c zpcli -n '${condition(words)}' -l ${name.slice(2)}${short}${takes} -d '${plain(description)}'`
    }),
  )
  return `# fish completion for zpcli; to load it: zpcli --completions fish | source
function __zpcli_command
  set -l command
  set -l known ${commands
    .filter(({ words }) => words !== "")
    .map(({ words }) => `"${words}"`)
    .join(" ")}
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim -- "$command $word")
    if contains -- "$longer" $known
      set command $longer
    end
  end
  echo "$command"
end
complete -c zpcli -f
${groups
  .flatMap(({ children, words }) =>
    children.map(
      (child) => `complete -c zpcli -n '${condition(words)}' -a ${last(child)} -d '${plain(child.summary)}'`,
    ),
  )
  .join("\n")}
${lines.join("\n")}
`
}

/** A completion script for a shell, made from the command tree: commands, options and the values that are fixed. */
export const completionsFor = (shell: Shell, root: CommandShape): string => ({ bash, zsh, fish })[shell](root)
