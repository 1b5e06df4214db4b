import { helpWord } from "../builtIns.ts"
import { type CommandShape, type Entry, type OptionShape, valuesOf } from "../shape.ts"
import { dynamicArgument, flatten, takesFile, valuesLine, wordsAfter } from "./model.ts"

/** A text as one word of fish. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`

/** A completion script for fish. */
export const fish = (root: CommandShape): string => {
  const program = root.command
  const commands = flatten(root)
  // A command is chosen when its words have been typed, options aside.
  const complete = (words: string, rest: string) =>
    `complete -c ${program} -n 'test "$(__${program}_command)" = "${words}"' ${rest}`
  const topicLine = ([name, summary]: Entry) =>
    `complete -c ${program} -n 'test "$(__${program}_command)" = ""; and contains -- ${helpWord} (commandline -opc)' -a ${name} -d ${quoted(summary)}\n`
  const optionLine = (words: string, option: OptionShape): string => {
    const { alias, description, name, value } = option
    const known = valuesOf(option)
    const short = alias === undefined ? "" : ` -s ${alias.slice(1)}`
    const takes = value === undefined ? "" : ` -r ${takesFile(option) ? "-F" : "-f"}`
    const offers = known === undefined ? "" : ` -a ${quoted(known.map(quoted).join(" "))}`
    return complete(words, `-l ${name.slice(2)}${short}${takes}${offers} -d ${quoted(description)}`)
  }
  const valuesLines = (words: string, shape: CommandShape): ReadonlyArray<string> => {
    const argument = dynamicArgument(shape)
    if (argument === undefined) return []
    const line = `type -q ${program}; and ${valuesLine(program, argument)} (commandline -opc)[2..-1] </dev/null 2>/dev/null`
    return [`${complete(words, `-a '(${line} | string match -r "^[A-Za-z0-9._-]+(?:\\t.*)?\\$")'`)}\n`]
  }
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
${commands
  .flatMap(({ shape, words }) =>
    wordsAfter(shape).map(([word, summary]) => complete(words, `-a ${word} -d ${quoted(summary)}`)),
  )
  .join("\n")}
${(root.topics ?? []).map(topicLine).join("")}${commands.flatMap(({ shape, words }) => valuesLines(words, shape)).join("")}${commands.flatMap(({ options, words }) => options.map((option) => optionLine(words, option))).join("\n")}
`
}
