import { builtIns, helpWord, optionsOf } from "./builtIns.ts"
import { type CommandShape, nameOf, type OptionShape } from "./shape.ts"

/** An option as it was given. */
export interface Given {
  /** As it was typed, without a value: `--out`, `-o`, or an unknown word such as `-weird`. */
  readonly typed: string
  /** Undefined if it is unknown. */
  readonly option: OptionShape | undefined
  readonly value: string | undefined
  /** Whether the value is missing because the next word looks like an option. */
  readonly beforeDash?: boolean
}

/** A command line, sorted into its command, options and arguments. */
export interface Sorted {
  readonly command: CommandShape
  /** In the order given. */
  readonly given: ReadonlyArray<Given>
  /** How many options come before the first argument. */
  readonly givenBeforeArgs: number
  /** The arguments before `--`. */
  readonly args: ReadonlyArray<string>
  /** The words after `--`; undefined without it. */
  readonly rest: ReadonlyArray<string> | undefined
}

/** Whether a word begins with a dash other than the hyphen. It is neither an argument nor a value then. */
export const hasTypographicDash = (word: string): boolean => /^[\u2010-\u2015\u2212]/.test(word)

/** Whether a word is an option, known or not. A single hyphen isn't. */
const looksLikeOption = (word: string): boolean => /^-./.test(word) || hasTypographicDash(word)

/** The options in one word: several letters (`-ab`), or one with a value (`--name=value`, `-n5`). */
const optionsIn = (word: string, known: ReadonlyArray<OptionShape>): ReadonlyArray<Given> => {
  if (hasTypographicDash(word)) return [{ typed: word, option: undefined, value: undefined }]
  const find = (typed: string) => known.find(({ alias, name }) => typed === name || typed === alias)
  if (word.startsWith("--")) {
    const [typed = word] = word.split("=", 1)
    const value = typed.length < word.length ? word.slice(typed.length + 1) : undefined
    return [{ typed, option: find(typed), value }]
  }
  const found: Array<Given> = []
  for (let index = 1; index < word.length; index++) {
    const typed = `-${word[index]}`
    const option = find(typed)
    if (option === undefined) return [{ typed: word, option, value: undefined }]
    if (option.value !== undefined) {
      const value = word.slice(index + 1)
      return [...found, { typed, option, value: value === "" ? undefined : value }]
    }
    found.push({ typed, option, value: undefined })
  }
  return found
}

const within = ({ hidden = [], subcommands }: CommandShape) => [...subcommands, ...hidden]

/** Whether a command is a topic, added by `withTopics`. */
export const isTopic = ({ path }: CommandShape): boolean => path[0] === helpWord

/** The names of the topics that `withTopics` added. */
export const topicsIn = ({ hidden = [] }: CommandShape): ReadonlyArray<string> =>
  hidden.filter(isTopic).map(nameOf)

/** The program after the word `help`, when a topic may follow: each topic is a hidden command. */
export const withTopics = (root: CommandShape): CommandShape => ({
  ...root,
  hidden: [
    ...(root.hidden ?? []).filter((command) => !isTopic(command)),
    ...(root.topics ?? []).map(([name]) => ({
      command: `${root.command} ${helpWord} ${name}`,
      path: [helpWord, name],
      summary: "",
      options: [],
      args: [],
      subcommands: [],
      examples: [],
    })),
  ],
})

const sortWith = (
  root: CommandShape,
  argv: ReadonlyArray<string>,
  known: ReadonlyArray<OptionShape>,
): Sorted => {
  const end = argv.indexOf("--")
  const words = end < 0 ? argv : argv.slice(0, end)
  let command = root
  const given: Array<Given> = []
  const args: Array<string> = []
  let givenBeforeArgs: number | undefined
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (!looksLikeOption(word)) {
      const child = args.length > 0 ? undefined : within(command).find((each) => nameOf(each) === word)
      if (child !== undefined) command = child
      else {
        givenBeforeArgs ??= given.length
        args.push(word)
      }
      continue
    }
    for (const one of optionsIn(word, known)) {
      const { option, value } = one
      const next = words[index + 1]
      if (option?.value === undefined || value !== undefined || next === undefined) given.push(one)
      // A word that looks like an option is a value only if it is one of the choices.
      else if (looksLikeOption(next) && !option.choices?.includes(next))
        given.push({ ...one, beforeDash: true })
      else {
        given.push({ ...one, value: next })
        index++
      }
    }
  }
  return {
    command,
    given,
    givenBeforeArgs: givenBeforeArgs ?? given.length,
    args,
    rest: end < 0 ? undefined : argv.slice(end + 1),
  }
}

const all = (shape: CommandShape): ReadonlyArray<CommandShape> => [shape, ...within(shape).flatMap(all)]

/**
 * Sorts a command line. Options may come before the words that name the command, and
 * the same option may take a value in one command but not in another. So the options
 * of each command are tried, until the line leads to that command.
 */
export const sort = (root: CommandShape, argv: ReadonlyArray<string>): Sorted => {
  const commands = all(root)
  for (const command of commands) {
    if (command.subcommands.length > 0) continue
    const sorted = sortWith(root, argv, optionsOf(command))
    if (sorted.command === command) return sorted
  }
  // No command is named: the options of all commands say which words are values.
  return sortWith(root, argv, [...builtIns, ...commands.flatMap(({ options }) => options)])
}
