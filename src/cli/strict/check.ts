import { optionsOf, wordsAfter } from "./builtIns.ts"
import type { Expanded, Problem } from "./errors.ts"
import { type ArgumentShape, type CommandShape, valuesOf } from "./shape.ts"
import { type Given, hasTypographicDash, type Sorted } from "./sort.ts"
import { commandsMeant, noteOn, optionMeant, suggestions } from "./suggest.ts"

/** What is wrong with a word where a group needs the name of a command. */
export const subcommandProblem = (
  root: CommandShape,
  { args, argsBeforeTerminator, command }: Sorted,
  topics: ReadonlyArray<string>,
): Problem | undefined => {
  const [word, next] = args
  if (command.subcommands.length === 0 || word === undefined) return undefined
  const subcommands = wordsAfter(command).map(([name]) => name)
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
export const optionProblem = (
  root: CommandShape,
  command: CommandShape,
  { beforeDash = false, option, typed, value }: Given,
): Problem | undefined => {
  const available = optionsOf(command)
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

export const duplicateProblem = (
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

/**
 * The first argument that is missing: neither it nor the option in its place is given.
 *
 * @param asks - whether what the program asks for is not missing
 */
const missingIn = (
  { command, given }: Sorted,
  args: ReadonlyArray<string>,
  asks = false,
): ArgumentShape | undefined =>
  command.args.filter(({ alternative, name, required }) => {
    const asked = command.asking?.names.includes(name) === true
    if (asked && asks) return false
    return alternative === undefined
      ? required || asked
      : !given.some(({ option }) => option?.name === alternative)
  })[args.length]

/**
 * Where a command takes another one after `--`, its arguments come before. One
 * word after `--` is the argument that is missing, if one is: several never
 * are, so that a forgotten argument makes no command of the next word.
 */
export const split = (sorted: Sorted): Words | Problem => {
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

/**
 * What is wrong with a command's options and arguments as a whole.
 *
 * @param asks - whether what the program asks for is not missing
 */
export const countProblem = (
  sorted: Sorted,
  { args, trailing }: Words,
  asks: boolean,
): Problem | undefined => {
  const { command, given } = sorted
  const absent = missingIn(sorted, args, asks)
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
  const missing = command.options.find((option) => {
    const asked = command.asking?.names.includes(option.name) === true
    return (asked ? !asks : option.required) && !given.some((one) => one.option === option)
  })
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
