import { exitCodeMeanings } from "../errors/exitCodes.ts"
import { wrap } from "../output/table.ts"
import { builtIns } from "./parse.ts"
import type { CommandShape, OptionShape } from "./read.ts"

const width = 80
/** The widest name that shares a line with its description. */
const nameColumn = 26

const entry = (name: string, description: string): string => {
  const lines = wrap(description, width - nameColumn - 2)
  const indent = " ".repeat(nameColumn + 2)
  const head = `  ${name}`
  return head.length > nameColumn
    ? [head, ...lines.map((line) => indent + line)].join("\n")
    : [head.padEnd(nameColumn + 2) + lines[0], ...lines.slice(1).map((line) => indent + line)].join("\n")
}

const section = (title: string, lines: ReadonlyArray<string>): string =>
  lines.length === 0 ? "" : `\n${title}:\n${lines.join("\n")}\n`

const optionEntry = ({ alias, description, name, repeated, required, value }: OptionShape): string => {
  const spelt = `${alias === undefined ? "" : `${alias}, `}${name}${value === undefined ? "" : ` <${value}>`}`
  return entry(spelt, `${description}${required ? " (required)" : repeated ? " (repeatable)" : ""}`)
}

const usageOf = (shape: CommandShape): string => {
  const command = ["zpcli", ...shape.path].join(" ")
  if (shape.subcommands.length > 0) return `${command} <command>`
  const args = shape.args.map(({ name, repeated, required }) => {
    const spelt = `<${name}>${repeated ? "..." : ""}`
    return required ? spelt : `[-- ${spelt}]`
  })
  const required = shape.options
    .filter((option) => option.required)
    .map(({ name, repeated, value }) => `${name} <${value}>${repeated ? "..." : ""}`)
  return [
    command,
    ...args.filter((arg) => arg.startsWith("<")),
    ...required,
    "[options]",
    ...args.filter((arg) => arg.startsWith("[")),
  ].join(" ")
}

const leaves = (shape: CommandShape): ReadonlyArray<CommandShape> =>
  shape.subcommands.length === 0 ? [shape] : shape.subcommands.flatMap(leaves)

/** The help of a command, within 80 columns, as plain text with a line break at its end. */
export const helpOf = (shape: CommandShape): string => {
  const isRoot = shape.path.length === 0
  const exits = Object.entries(exitCodeMeanings).map(([code, meaning]) => entry(code, meaning))
  return [
    `${shape.summary}.\n`,
    `\nUsage: ${usageOf(shape)}\n`,
    section(
      "Commands",
      shape.subcommands.length === 0
        ? []
        : leaves(shape).map(({ path, summary }) => entry(path.join(" "), summary)),
    ),
    section(
      "Arguments",
      shape.args.map(({ description, name }) => entry(`<${name}>`, description)),
    ),
    section("Options", [...shape.options, ...builtIns].map(optionEntry)),
    section(
      "Examples",
      shape.examples.map(({ line, says }) => `  # ${says}\n  ${line}`),
    ),
    isRoot ? section("Exit codes", exits) : "\nExit codes: zpcli --help lists them.\n",
  ].join("")
}
