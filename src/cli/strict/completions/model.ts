import { builtIns, helpSummary, helpWord } from "../builtIns.ts"
import { type ArgumentShape, type CommandShape, nameOf, type OptionShape } from "../shape.ts"

/** A command as a completion script needs it. */
export interface Flat {
  readonly shape: CommandShape
  /** Its words after the program's name, a space between them. */
  readonly words: string
  /** Its own and the ones that every command has. */
  readonly options: ReadonlyArray<OptionShape>
  /** All that may come before the words of a command in it, and those of the command itself. */
  readonly optionsBelow: ReadonlyArray<OptionShape>
}

const below = (shape: CommandShape): ReadonlyArray<OptionShape> => [
  ...shape.options,
  ...shape.subcommands.flatMap(below),
]

/** What may follow a group's words, and what it does: the commands in it, and `help` after the program's name. */
export const wordsAfter = (shape: CommandShape): ReadonlyArray<readonly [string, string]> => [
  ...shape.subcommands.map((child) => [nameOf(child), child.summary] as const),
  ...(shape.path.length === 0 ? [[helpWord, helpSummary] as const] : []),
]

/** A command and all that are below it. */
export const flatten = (shape: CommandShape): ReadonlyArray<Flat> => [
  {
    shape,
    words: shape.path.join(" "),
    options: [...shape.options, ...builtIns],
    optionsBelow: [...below(shape), ...builtIns],
  },
  ...shape.subcommands.flatMap(flatten),
]

/** The argument of a command whose values the program prints; the last, where there are several. */
export const dynamicArgument = ({ args }: CommandShape): ArgumentShape | undefined =>
  args.findLast(({ values }) => values !== undefined)

/** The command line that prints the values of an argument, up to the words before the cursor. */
export const valuesLine = (program: string, { values = [] }: ArgumentShape): string =>
  [program, ...values, "--"].join(" ")

/** Whether an option's value is completed to the name of a file. */
export const takesFile = ({ completions }: OptionShape): boolean => completions === "files"

/** What an option can be typed as. */
export const namesOf = ({ alias, name }: OptionShape): ReadonlyArray<string> =>
  alias === undefined ? [name] : [alias, name]

/** A text as one word of bash and zsh, which take nothing in it for their own. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
