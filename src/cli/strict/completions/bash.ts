import { type CommandShape, nameOf } from "../shape.ts"
import { escaped, flatten, takesFile, valuesOf } from "./commands.ts"

export const bash = (root: CommandShape): string => {
  const program = root.command
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
  const files = [
    ...new Set(commands.flatMap(({ options }) => options.filter(takesFile).map(({ name }) => name))),
  ]
  return `# bash completion for ${program}; to load it: source <(${program} --completions bash)
_${program}() {
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
      `      '${words}') words='${[...children.map(nameOf), ...options.map(({ name }) => name)].join(" ")}' ;;`,
  )
  .join("\n")}
    esac ;;
  esac
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
}
complete -F _${program} ${program}
`
}
