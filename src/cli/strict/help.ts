import { builtIns, globalOptions, helpSummary, helpWord } from "./builtIns.ts"
import { type ArgumentShape, allIn, type CommandShape, type Entry, type OptionShape } from "./shape.ts"

/** The widest column of names. */
const maxNameColumn = 26
/** On a narrower terminal, every description starts on a line of its own. */
const minColumns = 60

/** The width of help: the terminal's, at most 100; 80 if there is no terminal. */
export const helpColumns = (terminal: number | undefined): number => Math.min(terminal || 80, 100)

/** Fills lines of at most this width with words, which are never broken. */
const fill = (words: ReadonlyArray<string>, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] += ` ${word}`
    else lines.push(word)
  }
  return lines
}

const wrap = (text: string, columns: number) => fill(text.split(" "), columns)

const indented = (lines: ReadonlyArray<string>, first: string, others = first): ReadonlyArray<string> =>
  lines.map((line, index) => (index === 0 ? first : others) + line)

const entryLines = (
  [name, description]: Entry,
  columns: number,
  nameColumn: number,
): ReadonlyArray<string> => {
  const head = `  ${name}`
  if (columns < minColumns) return [head, ...indented(wrap(description, columns - 6), " ".repeat(6))]
  const indent = " ".repeat(nameColumn + 2)
  const lines = wrap(description, columns - indent.length)
  return head.length > nameColumn
    ? [head, ...indented(lines, indent)]
    : indented(lines, head.padEnd(indent.length), indent)
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", `${title}:`, ...lines]

/** An option with the name of its value, as it is typed. */
const spelt = ({ name, value }: OptionShape): string => (value === undefined ? name : `${name} <${value}>`)

const optionEntry = (option: OptionShape): Entry => {
  const { alias, description, repeated, required } = option
  const notes = [...(required ? ["required"] : []), ...(repeated ? ["repeatable"] : [])]
  return [
    `${alias === undefined ? "" : `${alias}, `}${spelt(option)}`,
    `${description}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`,
  ]
}

/** Part of a usage line, with dots if it may be repeated. */
const dotted = (text: string, { repeated }: { readonly repeated: boolean }): string =>
  repeated ? `${text}...` : text

/** The parts of a usage line, which are never broken. */
const usageOf = ({ args, asking, command, options, subcommands, trailing }: CommandShape) => {
  if (subcommands.length > 0) return [command, "<command>"]
  const asked = ({ name }: OptionShape | ArgumentShape) => asking?.names.includes(name) === true
  const first: Array<string> = []
  const last: Array<string> = []
  for (const arg of args) {
    const option = options.find(({ name }) => name === arg.alternative)
    const words = option === undefined ? dotted(`<${arg.name}>`, arg) : `<${arg.name}> | ${spelt(option)}`
    if (asked(arg)) first.push(`[${words}]`)
    else if (option !== undefined) first.push(`(${words})`)
    else if (arg.required) first.push(words)
    else last.push(`[-- ${words}]`)
  }
  if (trailing !== undefined) {
    const words = `-- ${dotted(`<${trailing.name}>`, trailing)}`
    last.push(trailing.required ? words : `[${words}]`)
  }
  const required = options.filter((option) => option.required || asked(option))
  return [command, ...first, ...required.map((option) => dotted(spelt(option), option)), "[options]", ...last]
}

/** A command line, continued with backslashes if it is too long. */
const commandLines = (command: string, columns: number): ReadonlyArray<string> => {
  if (command.length <= columns - 2) return [`  ${command}`]
  // A quoted word is never broken, since a backslash would become part of it.
  const words = command.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? []
  const lines = indented(fill(words, columns - 6), "  ", "    ")
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line))
}

/** A list with commas, whose units are never broken. */
const listed = (title: string, units: ReadonlyArray<string>, columns: number): ReadonlyArray<string> => {
  const last = units.length - 1
  const words = units.map((unit, index) => (index < last ? `${unit},` : unit))
  return section(title, indented(fill(words, columns - 2), "  "))
}

/** Options by title, in the order of each title's first option. Options without a title come last. */
const inGroups = (
  options: ReadonlyArray<OptionShape>,
): ReadonlyArray<readonly [title: string, options: ReadonlyArray<OptionShape>]> => {
  const titles = [...new Set(options.map(({ group }) => group))].filter((title) => title !== undefined)
  return [...titles, undefined].map((title) => [
    title ?? (titles.length === 0 ? "Options" : "Other"),
    options.filter(({ group }) => group === title),
  ])
}

const isGlobal = ({ group }: OptionShape): boolean => group === globalOptions

/** The global options of a command or, for a group, of all commands in it. */
const globalsOf = (shape: CommandShape): ReadonlyArray<OptionShape> => {
  const all = [...allIn(shape).flatMap(({ options }) => options.filter(isGlobal)), ...builtIns]
  return [...new Map(all.map((option) => [option.name, option])).values()]
}

/**
 * The help of a command as plain text, with a line break at its end. Only the
 * program's own help describes the global options and the topics; the help of a
 * command just names them.
 *
 * @param root - the program
 */
export const helpOf = (shape: CommandShape, columns = helpColumns(undefined), root = shape): string => {
  const isRoot = shape.path.length === root.path.length
  const list = (title: string, entries: ReadonlyArray<Entry>, nameColumn = maxNameColumn) =>
    section(
      title,
      entries.flatMap((entry) => entryLines(entry, columns, nameColumn)),
    )
  const commands = allIn(shape)
    .filter((each) => each !== shape && each.subcommands.length === 0)
    .map(({ path, summary }): Entry => [path.join(" "), summary])
  const help: ReadonlyArray<Entry> =
    shape.path.length === 0 && commands.length > 0 ? [[helpWord, helpSummary]] : []
  const args = [...shape.args, ...(shape.trailing === undefined ? [] : [shape.trailing])]
  const examples = shape.examples.flatMap(({ command, description }) => [
    ...indented(wrap(description, columns - 4), "  # "),
    ...commandLines(command, columns),
  ])
  const sections = (shape.sections ?? []).flatMap(({ entries, title }) =>
    list(title, entries, Math.min(maxNameColumn, 2 + Math.max(...entries.map(([name]) => name.length)))),
  )
  const globals = globalsOf(shape)
  const topics = (root.topics ?? []).map(([name, summary]): Entry => [`${helpWord} ${name}`, summary])
  const typedTopics = topics.map(([words]) => `${root.command} ${words}`)
  return [
    ...wrap(`${shape.summary}.`, columns),
    "",
    ...indented(fill(usageOf(shape), columns - 7), "Usage: ", " ".repeat(7)),
    ...list("Commands", [...commands, ...help]),
    ...list(
      "Arguments",
      args.map(({ description, name }) => [`<${name}>`, description]),
    ),
    ...inGroups(shape.options.filter((option) => !isGlobal(option))).flatMap(([title, options]) =>
      list(title, options.map(optionEntry)),
    ),
    ...section("Examples", examples),
    ...sections,
    ...(isRoot
      ? [...list(globalOptions, globals.map(optionEntry)), ...list("Help topics", topics)]
      : [
          ...listed(`${globalOptions} (see ${root.command} --help)`, globals.map(spelt), columns),
          ...listed("Help topics", typedTopics, columns),
        ]),
    "",
  ].join("\n")
}
