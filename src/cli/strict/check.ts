import { optionsOf, wordsAfter } from "./builtIns.ts"
import { seeHelp, UsageError } from "./errors.ts"
import { type ArgumentShape, type CommandShape, type OptionShape, valuesOf } from "./shape.ts"
import { type Given, hasTypographicDash, type Sorted, topicsIn } from "./sort.ts"
import { commandMeant, noteOn, optionMeant, suggestion } from "./suggest.ts"

const didYouMean = (meant: string | undefined): string =>
  meant === undefined ? "" : ` Did you mean ${meant}?`

/** @param advice - what to do, before the reference to help */
const advised = (
  command: string,
  message: string,
  ...advice: ReadonlyArray<string | false | undefined>
): UsageError => new UsageError(command, message, [...advice, seeHelp(command)].filter(Boolean).join(" "))

/** The advice about an empty value or a missing word. */
const checkVariable = "If it is a variable, check that it is set."

/** The error if a word isn't a command of the group before it. */
export const subcommandError = (
  root: CommandShape,
  { args, command: group, rest = [] }: Sorted,
): UsageError | undefined => {
  const [word, next] = [...args, ...rest]
  if (group.subcommands.length === 0 || word === undefined) return undefined
  const { command } = group
  const names = wordsAfter(group).map(([name]) => name)
  const commands = `Commands of ${command}: ${names.join(", ")}.`
  if (args.length === 0) {
    const message = `${command} needs a command before --, but "${word}" comes after it.`
    return new UsageError(command, message, commands)
  }
  const topics = group === root ? topicsIn(root) : []
  const unknown =
    topics.length === 0
      ? `Unknown command "${word}" for ${command}.`
      : `Unknown command or help topic "${word}".`
  const note = noteOn(root, group, word, next)
  if (note !== undefined) return new UsageError(command, unknown, note)
  const hint = topics.length === 0 ? commands : `${commands} Topics: ${topics.join(", ")}.`
  return new UsageError(command, unknown + didYouMean(commandMeant(root, group, word, next)), hint)
}

/** Replaces typographic dashes: `—json` means `--json`, and `–y` means `-y`. */
const withHyphens = (word: string): string => {
  const rest = word.replace(/^[-\u2010-\u2015\u2212]+/, "")
  const long = rest === "" ? /[\u2014\u2015]/.test(word) : rest.length > 1
  return `${long ? "--" : "-"}${rest}`
}

/** The error about one of the given options, if there is one. */
export const optionError = (
  root: CommandShape,
  { command: shape, given }: Sorted,
  one: Given,
): UsageError | undefined => {
  const { beforeDash = false, option, typed, value } = one
  const { command } = shape
  const wrong = (message: string, hint?: string) => new UsageError(command, message, hint)
  if (hasTypographicDash(typed)) {
    const code = typed.charCodeAt(0).toString(16).toUpperCase()
    return wrong(
      `"${typed}" starts with a typographic dash (U+${code}), not with a hyphen.`,
      `Type ${withHyphens(typed)}, or put the word after -- to pass it as it is.`,
    )
  }
  const available = optionsOf(shape)
  if (option === undefined || !available.includes(option)) {
    const unknown = `Unknown option ${typed} for ${command}.`
    const names = available.map(({ name }) => name)
    const meant = optionMeant(root, shape, typed, names)
    if (meant === undefined) {
      const short = /^-[^-]/.test(typed) ? noteOn(root, shape, typed.slice(0, 2)) : undefined
      const note = noteOn(root, shape, typed) ?? short
      // The program's note about a word is better than a word that looks similar.
      if (note !== undefined) return wrong(unknown, note)
    }
    // It may be meant as an argument, unless the values are known: none of them starts with a dash.
    const dashed = shape.args.some(({ values }) => values === undefined)
      ? ". To pass an argument that starts with a dash, put it after --."
      : ""
    return wrong(unknown + didYouMean(meant ?? suggestion(typed, names)), seeHelp(command) + dashed)
  }
  const { choices, name } = option
  if (option.value === undefined) {
    return value === undefined
      ? undefined
      : wrong(`Option ${name} does not take a value, but was given "${value}".`)
  }
  if (value === undefined) {
    const hint = beforeDash ? `Write a value that starts with a dash as ${name}=VALUE.` : undefined
    return wrong(`Option ${name} needs a value.`, hint)
  }
  if (value === "") return advised(command, `Option ${name} has an empty value.`, checkVariable)
  if (choices !== undefined && !choices.includes(value)) {
    return wrong(
      `Invalid value "${value}" for ${name}.${didYouMean(suggestion(value, choices))}`,
      `${name} takes one of: ${choices.join(", ")}.`,
    )
  }
  const [first] = given.filter((other) => other.option === option)
  return option.repeated || first === one ? undefined : wrong(`Option ${name} can be given only once.`)
}

/** The arguments, and the command line of another program. */
interface Words {
  readonly args: ReadonlyArray<string>
  readonly trailing: ReadonlyArray<string>
}

/** @param asks - whether the program may ask for what is missing */
const isRequired = (
  { asking }: CommandShape,
  { name, required }: ArgumentShape | OptionShape,
  asks: boolean,
): boolean => (asking?.names.includes(name) === true ? !asks : required)

const isGiven = (given: ReadonlyArray<Given>, name: string | undefined): boolean =>
  name !== undefined && given.some(({ option }) => option?.name === name)

/** The first argument that is missing, if neither it nor its alternative is given. */
const missingIn = (
  { command, given }: Sorted,
  args: ReadonlyArray<string>,
  asks = false,
): ArgumentShape | undefined =>
  command.args.filter((arg) => isRequired(command, arg, asks) && !isGiven(given, arg.alternative))[
    args.length
  ]

/** @param name - the name of what is missing after `--` */
const trailingError = ({ command: { command }, rest }: Sorted, name: string): UsageError => {
  const advice = rest === undefined ? `Add -- and the ${name} at the end.` : checkVariable
  return advised(command, `The <${name}> after -- is missing.`, advice)
}

/**
 * Splits words into arguments and, if the command takes one, another program's
 * command line after `--`. If an argument is missing, a single word after `--` is that
 * argument. Several words never are, or a forgotten argument would change the command
 * that is run.
 */
export const split = (sorted: Sorted): Words | UsageError => {
  const { args, command, rest } = sorted
  if (command.trailing === undefined) return { args: [...args, ...(rest ?? [])], trailing: [] }
  if (rest === undefined) return { args, trailing: [] }
  const missing = missingIn(sorted, args) !== undefined
  if (missing && rest.length === 1) return { args: rest, trailing: [] }
  return missing || rest.length > 0 ? { args, trailing: rest } : trailingError(sorted, command.trailing.name)
}

/** A value as it is typed, quoted if a shell would expand it. */
const asTyped = (value: string): string => (/[*?[\]\s]/.test(value) ? `'${value}'` : value)

/**
 * A hint if an option has a known value with a `*`, but was given an unknown value:
 * the shell may have replaced the `*` with file names.
 */
const expansionHint = ({ given }: Sorted): string | undefined => {
  for (const { option, value } of given) {
    const known = (option && valuesOf(option)) ?? []
    const glob = known.find((one) => one.includes("*"))
    if (option !== undefined && value !== undefined && glob !== undefined && !known.includes(value))
      return `If you typed ${option.name} ${glob}, quote it: ${option.name} ${asTyped(glob)}. The shell replaces it with file names.`
  }
  return undefined
}

/**
 * The error about missing or surplus arguments and options, if there is one.
 *
 * @param asks - whether the program may ask for what is missing
 */
export const countError = (
  sorted: Sorted,
  { args, trailing }: Words,
  asks: boolean,
): UsageError | undefined => {
  const { command: shape, given } = sorted
  const { command } = shape
  const absent = missingIn(sorted, args, asks)
  if (absent !== undefined) {
    const or = absent.alternative === undefined ? "" : ` or the option ${absent.alternative}`
    const message = `The argument <${absent.name}>${or} is missing.`
    return advised(command, message, trailing.length > 0 && "Put it before --.")
  }
  const doubled = shape.args.slice(0, args.length).find(({ alternative }) => isGiven(given, alternative))
  const expansion = expansionHint(sorted)
  if (doubled !== undefined) {
    const message = `<${doubled.name}> and ${doubled.alternative} can't be used together.`
    return advised(command, message, expansion)
  }
  const missing = shape.options.find(
    (option) => isRequired(shape, option, asks) && !isGiven(given, option.name),
  )
  if (missing !== undefined) {
    const { name, repeated } = missing
    const values = valuesOf(missing)
    return advised(
      command,
      `Option ${name} is required.`,
      values && `Values: ${values.map(asTyped).join(", ")}.`,
      repeated && `Repeat ${name} for more than one.`,
    )
  }
  const surplus = shape.args.some(({ repeated }) => repeated) ? undefined : args[shape.args.length]
  if (surplus !== undefined) {
    const message = `Unexpected argument "${surplus}" for ${command}.`
    if (expansion !== undefined) return advised(command, message, expansion)
    return advised(
      command,
      message,
      shape.args.length > 0 && "Quote an argument that contains spaces.",
      shape.trailing && `Put a ${shape.trailing.name} after --.`,
    )
  }
  return shape.trailing?.required && trailing.length === 0
    ? trailingError(sorted, shape.trailing.name)
    : undefined
}
