import { builtIns, helpSummary, helpWord } from "./builtIns.ts"
import type { CommandShape, OptionShape } from "./shape.ts"

const width = 80
/** The widest name that shares a line with its description. */
const nameColumn = 26

/** Breaks text at spaces into lines of at most so many characters, unless a word is longer. */
const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] += ` ${word}`
    else lines.push(word)
  }
  return lines
}

/** A name and what is said of it, for a section of help. */
export const entry = (name: string, description: string): string => {
  const lines = wrap(description, width - nameColumn - 2)
  const indent = " ".repeat(nameColumn + 2)
  const head = `  ${name}`
  return head.length > nameColumn
    ? [head, ...lines.map((line) => indent + line)].join("\n")
    : [head.padEnd(nameColumn + 2) + lines[0], ...lines.slice(1).map((line) => indent + line)].join("\n")
}

/** A section of help, with a blank line before it; nothing if it has no entries. */
export const section = (title: string, lines: ReadonlyArray<string>): string =>
  lines.length === 0 ? "" : `\n${title}:\n${lines.join("\n")}\n`

const optionEntry = ({ alias, description, name, repeated, required, value }: OptionShape): string => {
  const spelt = `${alias === undefined ? "" : `${alias}, `}${name}${value === undefined ? "" : ` <${value}>`}`
  return entry(spelt, `${description}${required ? " (required)" : repeated ? " (repeatable)" : ""}`)
}

const usageOf = (shape: CommandShape): string => {
  const { command } = shape
  if (shape.subcommands.length > 0) return `${command} <command>`
  const args = shape.args.map(({ alternative, name, repeated, required }) => {
    const spelt = `<${name}>${repeated ? "..." : ""}`
    if (alternative !== undefined) {
      const option = shape.options.find((each) => each.name === alternative)
      return `(<${name}> | ${alternative}${option?.value === undefined ? "" : ` <${option.value}>`})`
    }
    return required ? spelt : `[-- ${spelt}]`
  })
  const required = shape.options
    .filter((option) => option.required)
    .map(({ name, repeated, value }) => `${name} <${value}>${repeated ? "..." : ""}`)
  return [
    command,
    ...args.filter((arg) => !arg.startsWith("[")),
    ...required,
    "[options]",
    ...args.filter((arg) => arg.startsWith("[")),
    ...(shape.trailing === undefined ? [] : [`[-- <${shape.trailing.name}>...]`]),
  ].join(" ")
}

const leaves = (shape: CommandShape): ReadonlyArray<CommandShape> =>
  shape.subcommands.length === 0 ? [shape] : shape.subcommands.flatMap(leaves)

/**
 * The help of a command, within 80 columns, as plain text with a line break at its end.
 *
 * @param footer - goes under it as it is, such as a `section` of the caller
 */
export const helpOf = (shape: CommandShape, footer = ""): string =>
  [
    `${shape.summary}.\n`,
    `\nUsage: ${usageOf(shape)}\n`,
    section(
      "Commands",
      shape.subcommands.length === 0
        ? []
        : [
            ...leaves(shape).map(({ path, summary }) => entry(path.join(" "), summary)),
            ...(shape.path.length === 0 ? [entry(helpWord, helpSummary)] : []),
          ],
    ),
    section(
      "Arguments",
      [...shape.args, ...(shape.trailing === undefined ? [] : [shape.trailing])].map(
        ({ description, name }) => entry(`<${name}>`, description),
      ),
    ),
    section("Options", [...shape.options, ...builtIns].map(optionEntry)),
    section(
      "Examples",
      shape.examples.map(({ command, description }) => `  # ${description}\n  ${command}`),
    ),
    footer,
  ].join("")
