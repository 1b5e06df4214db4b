import { builtIns, type Shell } from "./parse.ts"
import type { ArgumentShape, CommandShape, OptionShape } from "./read.ts"

interface Flat {
  readonly words: string
  readonly children: ReadonlyArray<CommandShape>
  readonly args: ReadonlyArray<ArgumentShape>
  readonly options: ReadonlyArray<OptionShape>
}

const flatten = (shape: CommandShape): ReadonlyArray<Flat> => [
  {
    words: shape.path.join(" "),
    children: shape.subcommands,
    args: shape.args,
    options: [...shape.options, ...builtIns],
  },
  ...shape.subcommands.flatMap(flatten),
]

const last = (shape: CommandShape): string => shape.path.at(-1) as string

/** The values that an option's are completed from, where they are known. */
const valuesOf = ({ choices, suggestions }: OptionShape): ReadonlyArray<string> | undefined =>
  choices ?? suggestions

/** Puts backslashes before the `*` of a scope: a shell would take a bare one for the names of files. */
const escaped = (values: ReadonlyArray<string>, backslashes: string): string =>
  values.map((value) => value.replace("*", () => `${backslashes}*`)).join(" ")

/** The last sentence part of a description, without what a shell's quoting could trip over. */
const plain = (text: string): string => text.replace(/['"`\\$:[\]]/g, "")

const bash = (root: CommandShape): string => {
  const commands = flatten(root)
  const valued = [
    ...new Set(
      commands.flatMap(({ options }) => options.filter(({ value }) => value).map(({ name }) => name)),
    ),
  ]
  const values = new Map(
    commands.flatMap(({ options }) =>
      options.flatMap((option) => {
        const known = valuesOf(option)
        return known === undefined ? [] : [[option.name, known] as const]
      }),
    ),
  )
  const files = ["--rcfile", "--state", "--out"]
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
    if [[ $word == = ]]; then continue; fi
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      --) return ;;
      ${valued.join("|")}) skip=1 ;;
      -*) ;;
      *) case "$command $word" in
${commands
  .filter(({ words }) => words !== "")
  .map(({ words }) => `        "${words.includes(" ") ? words : ` ${words}`}") command="${words}" ;;`)
  .join("\n")}
      esac ;;
    esac
  done
  case $previous in
${[...values].map(([name, known]) => `    ${name}) words='${escaped(known, "\\\\")}' ;;`).join("\n")}
    ${files.join("|")})
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      return ;;
    ${valued.filter((name) => !values.has(name) && !files.includes(name)).join("|")}) return ;;
    *) case $command in
${commands
  .map(
    ({ children, options, words }) =>
      `      '${words}') words='${[...children.map(last), ...options.map(({ name }) => name)].join(" ")}' ;;`,
  )
  .join("\n")}
    esac ;;
  esac
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
}
complete -F _zpcli zpcli
`
}

const zsh = (root: CommandShape): string => {
  const spec = (option: OptionShape): string => {
    const { description, name, repeated, value } = option
    const known = valuesOf(option)
    const action =
      value === undefined
        ? ""
        : `:${value}:${known ? `(${escaped(known, "\\")})` : /file/.test(value) ? "_files" : " "}`
    return `'${repeated ? "*" : ""}${name}${value === undefined ? "" : "="}[${plain(description)}]${action}'`
  }
  const body = ({ args, children, options, words }: Flat): string => {
    const name = `_zpcli${words === "" ? "" : `_${words.replace(" ", "_")}`}`
    const specs = [
      ...options.map(spec),
      // Nothing is offered for arguments; without them zsh would offer no options behind one.
      ...args.map((arg) => `'${arg.repeated ? "*" : "1"}:${arg.name}: '`),
    ]
      .map((line) => `    ${line}`)
      .join(" \\\n")
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
    options.map((option) => {
      const { alias, description, name, value } = option
      const known = valuesOf(option)
      const takes =
        value === undefined
          ? ""
          : ` -r ${known || !/file/.test(value) ? "-f" : "-F"}${known ? ` -a '${escaped(known, "\\\\")}'` : ""}`
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
