import { helpWord, optionsOf, wordsAfter } from "../builtIns.ts"
import {
  allIn,
  type CommandShape,
  dynamicArgument,
  type Entry,
  type OptionShape,
  valuesLine,
  valuesOf,
  wordsOf,
} from "../shape.ts"

/** A text as one word of fish. */
const fishWord = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`

/** A completion script for fish. */
export const fish = (root: CommandShape): string => {
  const program = root.command
  const commands = allIn(root)
  // Offered when the words of the command have been typed; options don't matter.
  const complete = (shape: CommandShape, rest: string) =>
    `complete -c ${program} -n 'test "$(__${program}_command)" = "${wordsOf(shape)}"' ${rest}`
  const topicLine = ([name, summary]: Entry) =>
    `complete -c ${program} -n 'test "$(__${program}_command)" = ""; and contains -- ${helpWord} (commandline -opc)' -a ${name} -d ${fishWord(summary)}\n`
  const optionLine = (shape: CommandShape, option: OptionShape): string => {
    const { alias, description, name, value } = option
    const known = valuesOf(option)
    const short = alias === undefined ? "" : ` -s ${alias.slice(1)}`
    const takes = value === undefined ? "" : ` -r ${option.completions === "files" ? "-F" : "-f"}`
    const offers = known === undefined ? "" : ` -a ${fishWord(known.map(fishWord).join(" "))}`
    return complete(shape, `-l ${name.slice(2)}${short}${takes}${offers} -d ${fishWord(description)}`)
  }
  const valuesLines = (shape: CommandShape): ReadonlyArray<string> => {
    const argument = dynamicArgument(shape)
    if (argument === undefined) return []
    const line = `type -q ${program}; and ${valuesLine(program, argument)} (commandline -opc)[2..-1] </dev/null 2>/dev/null`
    return [`${complete(shape, `-a '(${line} | string match -r "^[A-Za-z0-9._-]+(?:\\t.*)?\\$")'`)}\n`]
  }
  return `# fish completion for ${program}; to load it: ${program} --completions fish | source
function __${program}_command
  set -l command
  set -l known ${commands
    .filter(({ path }) => path.length > 0)
    .map((shape) => `"${wordsOf(shape)}"`)
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
  .flatMap((shape) =>
    wordsAfter(shape).map(([word, summary]) => complete(shape, `-a ${word} -d ${fishWord(summary)}`)),
  )
  .join("\n")}
${(root.topics ?? []).map(topicLine).join("")}${commands.flatMap(valuesLines).join("")}${commands.flatMap((shape) => optionsOf(shape).map((option) => optionLine(shape, option))).join("\n")}
`
}
