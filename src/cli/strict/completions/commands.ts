import { builtIns } from "../builtIns.ts"
import type { ArgumentShape, CommandShape, OptionShape } from "../shape.ts"

/** A command as a completion script needs it. */
export interface Flat {
  /** Its words after the program's name, a space between them. */
  readonly words: string
  readonly children: ReadonlyArray<CommandShape>
  readonly args: ReadonlyArray<ArgumentShape>
  readonly options: ReadonlyArray<OptionShape>
}

/** A command and all that are below it. */
export const flatten = (shape: CommandShape): ReadonlyArray<Flat> => [
  {
    words: shape.path.join(" "),
    children: shape.subcommands,
    args: shape.args,
    options: [...shape.options, ...builtIns],
  },
  ...shape.subcommands.flatMap(flatten),
]

/** The values that are offered for an option; undefined if none are known. */
export const valuesOf = ({ choices, completions }: OptionShape): ReadonlyArray<string> | undefined =>
  choices ?? (completions === "files" ? undefined : completions)

/** Whether an option's value is completed to the name of a file. */
export const takesFile = ({ completions }: OptionShape): boolean => completions === "files"

/** Puts backslashes before a `*`: a shell would take a bare one for the names of files. */
export const escaped = (values: ReadonlyArray<string>, backslashes: string): string =>
  values.map((value) => value.replace("*", () => `${backslashes}*`)).join(" ")

/** A description without what a shell's quoting could trip over. */
export const plain = (text: string): string => text.replace(/['"`\\$:[\]]/g, "")
