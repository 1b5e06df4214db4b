import type { ArgumentShape, CommandShape, OptionShape } from "../shape.ts"

/** The words of a command after the program's name. */
export const wordsOf = ({ path }: CommandShape): string => path.join(" ")

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
