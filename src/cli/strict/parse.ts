import { builtIns, helpWord, type LogLevel, logLevels, type Shell, shells } from "./builtIns.ts"
import { type Expanded, type Problem, UsageError } from "./errors.ts"
import { type ArgumentShape, type CommandShape, nameOf, valuesOf } from "./shape.ts"
import { type Given, hasTypographicDash, type Sorted, sort, topicsOf, withTopics } from "./sort.ts"
import { commandsMeant, noteOn, optionMeant, suggestions } from "./suggest.ts"

/** What a command line asks for. */
export type Request =
  | { readonly _tag: "Help"; readonly command: CommandShape }
  /** A topic of the program. */
  | { readonly _tag: "Topic"; readonly name: string }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Completions"; readonly shell: Shell }
  | {
      readonly _tag: "Run"
      /** In the one form that `@effect/cli` parses without surprise: path, options, `--`, arguments. */
      readonly argv: ReadonlyArray<string>
      readonly logLevel: LogLevel | undefined
      /** Whether `--no-input` was given: the program must not ask for anything. */
      readonly noInput: boolean
      /** Whether `--no-color` was given. */
      readonly noColor: boolean
    }
  | UsageError

/** What is wrong with a word where a group needs the name of a command. */
const subcommandProblem = (
  root: CommandShape,
  { args, argsBeforeTerminator, command }: Sorted,
  topics: ReadonlyArray<string>,
): Problem | undefined => {
  const [word, next] = args
  if (command.subcommands.length === 0 || word === undefined) return undefined
  const subcommands = [...command.subcommands.map(nameOf), ...(command === root ? [helpWord] : [])]
  if (argsBeforeTerminator === 0) return { _tag: "MissingSubcommand", found: word, subcommands }
  const note = noteOn(root, command, word, ...(next === undefined ? [] : [next]))
  return {
    _tag: "UnknownSubcommand",
    subcommand: word,
    subcommands,
    ...(command === root && topics.length > 0 ? { topics } : {}),
    suggestions: note === undefined ? commandsMeant(root, command, word, { next, topics }) : [],
    note,
  }
}

/** What is wrong with an option, looked at by itself. */
const optionProblem = (
  root: CommandShape,
  command: CommandShape,
  { beforeDash = false, option, typed, value }: Given,
): Problem | undefined => {
  const available = [...command.options, ...builtIns]
  if (hasTypographicDash(typed)) return { _tag: "TypographicDash", word: typed }
  if (option === undefined || !available.includes(option)) {
    const names = available.map(({ name }) => name)
    const meant = optionMeant(root, command, typed, names)
    const short = /^-[^-]/.test(typed) ? noteOn(root, command, typed.slice(0, 2)) : undefined
    const note = meant === undefined ? (noteOn(root, command, typed) ?? short) : undefined
    // What the program says of a word is better than one that looks like it.
    const near = note === undefined ? suggestions(typed, names) : []
    return {
      _tag: "UnrecognizedOption",
      option: typed,
      suggestions: meant === undefined ? near : [meant],
      // What completions offer, such as the names of things, starts with no dash.
      takesText: command.args.some(({ values }) => values === undefined),
      note,
    }
  }
  const { choices, name } = option
  if (option.value === undefined) {
    return value === undefined ? undefined : { _tag: "UnexpectedValue", option: name, value }
  }
  if (value === undefined) return { _tag: "MissingValue", option: name, beforeDash }
  if (value === "") return { _tag: "EmptyValue", option: name }
  return choices === undefined || choices.includes(value)
    ? undefined
    : { _tag: "InvalidValue", option: name, value, choices, suggestions: suggestions(value, choices) }
}

const duplicateProblem = (
  given: ReadonlyArray<Given>,
  { option }: Given,
  index: number,
): Problem | undefined =>
  option?.value !== undefined &&
  !option.repeated &&
  given.findIndex((other) => other.option === option) < index
    ? { _tag: "DuplicateOption", option: option.name }
    : undefined

/** Arguments, and the words of another program's command line. */
interface Words {
  readonly args: ReadonlyArray<string>
  readonly trailing: ReadonlyArray<string>
}

/** The first argument that is missing: neither it nor the option in its place is given. */
const missingIn = ({ command, given }: Sorted, args: ReadonlyArray<string>): ArgumentShape | undefined =>
  command.args.filter(
    ({ alternative, required }) =>
      required || (alternative !== undefined && !given.some(({ option }) => option?.name === alternative)),
  )[args.length]

/**
 * Where a command takes another one after `--`, its arguments come before. One
 * word after `--` is the argument that is missing, if one is: several never
 * are, so that a forgotten argument makes no command of the next word.
 */
const split = (sorted: Sorted): Words | Problem => {
  const { argsBeforeTerminator, command, terminated } = sorted
  if (command.trailing === undefined) return { args: sorted.args, trailing: [] }
  const args = sorted.args.slice(0, argsBeforeTerminator)
  const trailing = sorted.args.slice(argsBeforeTerminator)
  if (!terminated || missingIn(sorted, args) === undefined) {
    return terminated && trailing.length === 0
      ? { _tag: "MissingTrailing", name: command.trailing.name, terminated }
      : { args, trailing }
  }
  return trailing.length === 1 ? { args: trailing, trailing: [] } : { args, trailing }
}

/** An option that knows a value with a `*`, and was given one that it does not know. */
const expandedIn = ({ given }: Sorted): Expanded | undefined => {
  for (const { option, value } of given) {
    const known = (option && valuesOf(option)) ?? []
    const glob = known.find((one) => one.includes("*"))
    if (option !== undefined && value !== undefined && glob !== undefined && !known.includes(value))
      return [option.name, glob]
  }
  return undefined
}

/** What is wrong with a command's options and arguments as a whole. */
const countProblem = (sorted: Sorted, { args, trailing }: Words): Problem | undefined => {
  const { command, given } = sorted
  const absent = missingIn(sorted, args)
  if (absent !== undefined) {
    const { alternative, name } = absent
    return { _tag: "MissingArgument", argument: name, alternative, trailing: trailing.length > 0 }
  }
  const doubled = command.args
    .slice(0, args.length)
    .find(({ alternative }) => given.some(({ option }) => option?.name === alternative))
  if (doubled?.alternative !== undefined) {
    const options = [`<${doubled.name}>`, doubled.alternative] as const
    return { _tag: "ExclusiveOptions", options, expanded: expandedIn(sorted) }
  }
  const missing = command.options.find(
    (option) => option.required && !given.some((one) => one.option === option),
  )
  if (missing !== undefined) {
    return {
      _tag: "MissingOption",
      option: missing.name,
      values: valuesOf(missing) ?? [],
      repeated: missing.repeated,
    }
  }
  const surplus = command.args.some(({ repeated }) => repeated) ? undefined : args[command.args.length]
  if (surplus !== undefined) {
    return {
      _tag: "UnexpectedArgument",
      value: surplus,
      trailing: command.trailing?.name,
      others: command.args.length > 0,
      expanded: expandedIn(sorted),
    }
  }
  return command.trailing?.required && trailing.length === 0
    ? { _tag: "MissingTrailing", name: command.trailing.name, terminated: sorted.terminated }
    : undefined
}

/**
 * Reads a command line (without the program's name) against the command tree.
 * `@effect/cli` takes an unknown option for an argument, fails on a repeated
 * `--name=value` and drops what differs in case; so each word is checked here,
 * and handed on in one plain form. The word that names the command is checked
 * before the options after it, and each option before any is obeyed. The word
 * `help` before a command is the same as `--help` behind it; before a topic it
 * asks for that.
 */
export const parse = (root: CommandShape, argv: ReadonlyArray<string>): Request => parseWith(root, argv, [])

/** @param topics - those that may be named, which are commands of `root` then */
const parseWith = (
  root: CommandShape,
  argv: ReadonlyArray<string>,
  topics: ReadonlyArray<string>,
): Request => {
  const sorted = sort(root, argv)
  const { command, given, givenBeforeArgs } = sorted
  if (command === root && sorted.argsBeforeTerminator > 0 && sorted.args[0] === helpWord) {
    const at = argv.indexOf(helpWord)
    return parseWith(
      withTopics(root),
      ["--help", ...argv.slice(0, at), ...argv.slice(at + 1)],
      topicsOf(root),
    )
  }
  const wrong = (problem: Problem) => new UsageError(command.command, problem)

  const undecodable = argv.find((word) => word.includes("\uFFFD"))
  if (undecodable !== undefined) return wrong({ _tag: "NotUtf8", word: undecodable })
  const misnamed = subcommandProblem(root, sorted, topics)
  if (misnamed !== undefined) {
    // The word may be the value of an option before it that is misspelt.
    const unknown = given.slice(0, givenBeforeArgs).find(({ option }) => option === undefined)
    return wrong((unknown && optionProblem(root, command, unknown)) ?? misnamed)
  }
  // A word with a typographic dash first: the option before it seems to lack its value.
  const dashed = given.find(({ typed }) => hasTypographicDash(typed))
  for (const [index, one] of (dashed === undefined ? given : [dashed]).entries()) {
    const problem = optionProblem(root, command, one) ?? duplicateProblem(given, one, index)
    if (problem !== undefined) return wrong(problem)
  }

  const find = (name: string) => given.find(({ option }) => option?.name === name)
  if (find("--help") !== undefined) {
    const topic = topics.find((name) => command.path.length === 1 && name === nameOf(command))
    return topic === undefined ? { _tag: "Help", command } : { _tag: "Topic", name: topic }
  }
  if (find("--version") !== undefined) return { _tag: "Version" }
  const shell = shells.find((name) => name === find("--completions")?.value)
  if (shell !== undefined) return { _tag: "Completions", shell }
  if (command.subcommands.length > 0) return { _tag: "Help", command }

  const words = split(sorted)
  if ("_tag" in words) return wrong(words)
  const problem = countProblem(sorted, words)
  if (problem !== undefined) return wrong(problem)
  const options = command.options.flatMap((option) => {
    const values = given.filter((one) => one.option === option).map(({ value }) => value)
    if (option.value === undefined) return values.length === 0 ? [] : [option.name]
    return values.flatMap((value) => (value === undefined ? [] : [option.name, value]))
  })
  const trailing = words.trailing.flatMap((word) => [command.trailing?.option ?? "", `:${word}:`])
  return {
    _tag: "Run",
    argv: [...command.path, ...options, ...trailing, "--", ...words.args],
    logLevel: logLevels.find((level) => level === find("--log-level")?.value),
    noInput: find("--no-input") !== undefined,
    noColor: find("--no-color") !== undefined,
  }
}
