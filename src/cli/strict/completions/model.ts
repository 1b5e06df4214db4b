import { builtIns, helpSummary, helpWord } from "../builtIns.ts"
import { type ArgumentShape, type CommandShape, nameOf, type OptionShape } from "../shape.ts"

/** A command as a completion script needs it. */
export interface Flat {
  readonly shape: CommandShape
  /** Its words after the program's name, joined with spaces. */
  readonly words: string
  /** Its own and those of every command. */
  readonly options: ReadonlyArray<OptionShape>
  /** Its own, those of every command, and those of all commands in it, which may come before their words. */
  readonly optionsBelow: ReadonlyArray<OptionShape>
}

const below = (shape: CommandShape): ReadonlyArray<OptionShape> => [
  ...shape.options,
  ...shape.subcommands.flatMap(below),
]

/** The words that may follow a group, and what they do: its commands, and `help` after the program's name. */
export const wordsAfter = (shape: CommandShape): ReadonlyArray<readonly [string, string]> => [
  ...shape.subcommands.map((child) => [nameOf(child), child.summary] as const),
  ...(shape.path.length === 0 ? [[helpWord, helpSummary] as const] : []),
]

/** A command and all commands below it. */
export const flatten = (shape: CommandShape): ReadonlyArray<Flat> => [
  {
    shape,
    words: shape.path.join(" "),
    options: [...shape.options, ...builtIns],
    optionsBelow: [...below(shape), ...builtIns],
  },
  ...shape.subcommands.flatMap(flatten),
]

/** The argument of a command whose values the program prints; the last if there are several. */
export const dynamicArgument = ({ args }: CommandShape): ArgumentShape | undefined =>
  args.findLast(({ values }) => values !== undefined)

/** The command line that prints the values of an argument, up to the words before the cursor. */
export const valuesLine = (program: string, { values = [] }: ArgumentShape): string =>
  [program, ...values, "--"].join(" ")

/** Whether an option takes the name of a file. */
export const takesFile = ({ completions }: OptionShape): boolean => completions === "files"

/** The name and alias of an option. */
export const namesOf = ({ alias, name }: OptionShape): ReadonlyArray<string> =>
  alias === undefined ? [name] : [alias, name]

/** A text as one word of bash and zsh, in which nothing is special. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
