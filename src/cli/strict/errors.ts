/** An option and its value with a `*`, which a shell may have replaced with the names of files. */
export type Expanded = readonly [option: string, value: string]

/** What is wrong with a command line. The names are those of Effect 4's `effect/cli`, if it has one. */
export type Problem =
  | {
      readonly _tag: "UnrecognizedOption"
      readonly option: string
      readonly suggestions: ReadonlyArray<string>
      /** Whether it may be meant as an argument, which can be any text. */
      readonly takesText: boolean
      readonly note?: string | undefined
    }
  | {
      readonly _tag: "UnknownSubcommand"
      readonly subcommand: string
      readonly subcommands: ReadonlyArray<string>
      /** The topics, if a topic would do too. */
      readonly topics?: ReadonlyArray<string>
      readonly suggestions: ReadonlyArray<string>
      readonly note?: string | undefined
    }
  | {
      readonly _tag: "MissingSubcommand"
      /** The first word after `--`. */
      readonly found: string
      readonly subcommands: ReadonlyArray<string>
    }
  | {
      readonly _tag: "MissingOption"
      readonly option: string
      readonly values: ReadonlyArray<string>
      readonly repeated: boolean
    }
  /** A word begins with a dash that editors and chats make of `--`. */
  | { readonly _tag: "TypographicDash"; readonly word: string }
  | {
      readonly _tag: "MissingArgument"
      readonly argument: string
      readonly alternative?: string | undefined
      /** Whether there are words after `--`, which are a command and no argument. */
      readonly trailing?: boolean
    }
  /** No command after `--`. `terminated` is false if `--` is missing as well. */
  | { readonly _tag: "MissingTrailing"; readonly name: string; readonly terminated: boolean }
  | {
      readonly _tag: "MissingValue"
      readonly option: string
      /** Whether the next word starts with a dash, and may be meant as the value. */
      readonly beforeDash: boolean
    }
  /** `--name=`, or an empty word after the name. */
  | { readonly _tag: "EmptyValue"; readonly option: string }
  /** Node has replaced bytes that are not UTF-8 with U+FFFD. */
  | { readonly _tag: "NotUtf8"; readonly word: string }
  | { readonly _tag: "UnexpectedValue"; readonly option: string; readonly value: string }
  | {
      readonly _tag: "UnexpectedArgument"
      readonly value: string
      /** The name of what may come after `--`. */
      readonly trailing?: string | undefined
      /** Whether the command takes arguments at all. */
      readonly others?: boolean
      readonly expanded?: Expanded | undefined
    }
  | { readonly _tag: "DuplicateOption"; readonly option: string }
  | { readonly _tag: "RequiresOption"; readonly option: string; readonly needed: ReadonlyArray<string> }
  | {
      readonly _tag: "ExclusiveOptions"
      readonly options: readonly [string, string]
      readonly expanded?: Expanded | undefined
    }
  | {
      readonly _tag: "InvalidValue"
      readonly option: string
      readonly value: string
      readonly choices: ReadonlyArray<string>
      readonly suggestions: ReadonlyArray<string>
    }
  /** By `@effect/cli` itself, in its own words. */
  | { readonly _tag: "Rejected"; readonly reason: string }

/** A command line that can't be understood. It isn't a `Data.TaggedError`, since Effect may not be loaded yet. */
export class UsageError {
  readonly _tag = "UsageError"
  /**
   * @param command - the command as it is typed, such as `git remote add`
   * @param flags - the options that were given without a value, such as `--json`
   */
  constructor(
    readonly command: string,
    readonly problem: Problem,
    readonly flags: ReadonlyArray<string> = [],
  ) {}

  /** One line, in which words of the command line are as they were typed. */
  get message(): string {
    return wordsOf(this.problem, this.command)[0]
  }

  /** What to do about it, in one line like `message`. */
  get hint(): string {
    return wordsOf(this.problem, this.command)[1]
  }
}

const didYouMean = ([suggestion]: ReadonlyArray<string>): string =>
  suggestion === undefined ? "" : ` Did you mean ${suggestion}?`

/** What a word with typographic dashes means: `—json` is `--json`, and `–y` is `-y`. */
const withHyphens = (word: string): string => {
  const rest = word.replace(/^[-\u2010-\u2015\u2212]+/, "")
  const long = rest === "" ? /[\u2014\u2015]/.test(word) : rest.length > 1
  return `${long ? "--" : "-"}${rest}`
}

/** A value as it is typed: a shell would expand a bare `*`. */
const quoted = (value: string): string => (/[*?[\]\s]/.test(value) ? `'${value}'` : value)

const quoteHint = ([option, value]: Expanded): string =>
  `If you typed ${option} ${value}, quote it: ${option} ${quoted(value)}. The shell replaces it with file names.`

const wordsOf = (problem: Problem, command: string): readonly [message: string, hint: string] => {
  const help = `See: ${command} --help`
  switch (problem._tag) {
    case "UnrecognizedOption": {
      const { note, option, suggestions, takesText } = problem
      const dash = takesText ? ". To pass an argument that starts with a dash, put it after --." : ""
      return [`Unknown option ${option} for ${command}.${didYouMean(suggestions)}`, note ?? help + dash]
    }
    case "UnknownSubcommand": {
      const { note, subcommand, subcommands, suggestions, topics } = problem
      const unknown =
        topics === undefined
          ? `Unknown command "${subcommand}" for ${command}.`
          : `Unknown command or help topic "${subcommand}".`
      const there = topics === undefined ? "" : ` Topics: ${topics.join(", ")}.`
      return [
        unknown + didYouMean(suggestions),
        note ?? `Commands of ${command}: ${subcommands.join(", ")}.${there}`,
      ]
    }
    case "MissingSubcommand":
      return [
        `${command} needs a command before --, but "${problem.found}" comes after it.`,
        `Commands of ${command}: ${problem.subcommands.join(", ")}.`,
      ]
    case "MissingOption": {
      const { option, repeated } = problem
      const values = problem.values.length === 0 ? "" : `Values: ${problem.values.map(quoted).join(", ")}. `
      const repeat = repeated ? `Repeat ${option} for more than one. ` : ""
      return [`Option ${option} is required.`, values + repeat + help]
    }
    case "TypographicDash": {
      const { word } = problem
      const code = word.charCodeAt(0).toString(16).toUpperCase()
      return [
        `"${word}" starts with a typographic dash (U+${code}), not with a hyphen.`,
        `Type ${withHyphens(word)}, or put the word after -- to pass it as it is.`,
      ]
    }
    case "MissingArgument": {
      const { alternative, argument, trailing } = problem
      const or = alternative === undefined ? "" : ` or the option ${alternative}`
      return [`The argument <${argument}>${or} is missing.`, trailing ? `Put it before --. ${help}` : help]
    }
    case "MissingTrailing": {
      const { name, terminated } = problem
      const advice = terminated
        ? "If it is a variable, check that it is set."
        : `Add -- and the ${name} at the end.`
      return [`The <${name}> after -- is missing.`, `${advice} ${help}`]
    }
    case "MissingValue":
      return [
        `Option ${problem.option} needs a value.`,
        problem.beforeDash ? `Write a value that starts with a dash as ${problem.option}=VALUE.` : help,
      ]
    case "EmptyValue":
      return [
        `Option ${problem.option} has an empty value.`,
        `If it is a variable, check that it is set. ${help}`,
      ]
    case "NotUtf8":
      return [
        `"${problem.word}" is not valid UTF-8.`,
        "Type it in UTF-8: other bytes can't be passed on unchanged.",
      ]
    case "UnexpectedValue":
      return [`Option ${problem.option} does not take a value, but was given "${problem.value}".`, help]
    case "UnexpectedArgument": {
      const { expanded, others, trailing, value } = problem
      const advice =
        expanded !== undefined
          ? [quoteHint(expanded)]
          : [
              ...(others === false ? [] : ["Quote an argument that contains spaces."]),
              ...(trailing === undefined ? [] : [`Put a ${trailing} after --.`]),
            ]
      return [`Unexpected argument "${value}" for ${command}.`, [...advice, help].join(" ")]
    }
    case "DuplicateOption":
      return [`Option ${problem.option} can be given only once.`, help]
    case "RequiresOption":
      return [`${problem.option} needs ${problem.needed.join(" or ")}.`, help]
    case "ExclusiveOptions":
      return [
        `${problem.options.join(" and ")} can't be used together.`,
        problem.expanded === undefined ? help : `${quoteHint(problem.expanded)} ${help}`,
      ]
    case "InvalidValue":
      return [
        `Invalid value "${problem.value}" for ${problem.option}.${didYouMean(problem.suggestions)}`,
        `${problem.option} takes one of: ${problem.choices.join(", ")}.`,
      ]
    case "Rejected":
      return [problem.reason === "" ? "The command line can't be understood." : problem.reason, help]
  }
}
