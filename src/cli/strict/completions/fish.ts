import { type CommandShape, nameOf } from "../shape.ts"
import { escaped, flatten, plain, takesFile, valuesOf } from "./commands.ts"

export const fish = (root: CommandShape): string => {
  const program = root.command
  const commands = flatten(root)
  const groups = commands.filter(({ children }) => children.length > 0)
  // A command is chosen when its words have been typed, options aside.
  const condition = (words: string): string => `test "$(__${program}_command)" = "${words}"`
  const lines = commands.flatMap(({ options, words }) =>
    options.map((option) => {
      const { alias, description, name, value } = option
      const known = valuesOf(option)
      const takes =
        value === undefined
          ? ""
          : ` -r ${takesFile(option) ? "-F" : "-f"}${known ? ` -a '${escaped(known, "\\\\")}'` : ""}`
      const short = alias === undefined ? "" : ` -s ${alias.slice(1)}`
      return `complete -c ${program} -n '${condition(words)}' -l ${name.slice(2)}${short}${takes} -d '${plain(description)}'`
    }),
  )
  return `# fish completion for ${program}; to load it: ${program} --completions fish | source
function __${program}_command
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
complete -c ${program} -f
${groups
  .flatMap(({ children, words }) =>
    children.map(
      (child) =>
        `complete -c ${program} -n '${condition(words)}' -a ${nameOf(child)} -d '${plain(child.summary)}'`,
    ),
  )
  .join("\n")}
${lines.join("\n")}
`
}
