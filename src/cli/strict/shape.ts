/** An option as plain data. */
export interface OptionShape {
  /** With its dashes, such as `--out`. */
  readonly name: string
  /** A letter with its dash, such as `-h`. */
  readonly alias?: string | undefined
  /** The name of its value in help; undefined if it takes none. */
  readonly value: string | undefined
  /** All values that it takes. */
  readonly choices?: ReadonlyArray<string> | undefined
  readonly completions?: Completions | undefined
  /** The title that help lists it under. */
  readonly group?: string | undefined
  readonly repeated: boolean
  readonly required: boolean
  readonly description: string
}

/** What completions offer for the value of an option, which may take other values too. */
export type Completions = "files" | ReadonlyArray<string>

/** An argument as plain data. */
export interface ArgumentShape {
  readonly name: string
  readonly repeated: boolean
  readonly required: boolean
  /** The option that can be given instead, such as `--label`. */
  readonly alternative?: string | undefined
  /** The command line, without the program's name, that prints values for completions. */
  readonly values?: ReadonlyArray<string> | undefined
  readonly description: string
}

/** What a command asks for at a terminal. */
export interface Asking {
  /** Arguments and options, such as `key_id` and `--scope`. */
  readonly names: ReadonlyArray<string>
  /** Options for scripts: if one of them is given, nothing is asked. */
  readonly unless: ReadonlyArray<string>
}

/** A command line for help to show, and what it does. */
export interface Example {
  readonly command: string
  readonly description: string
}

/** A name and its description, such as in a line of help. */
export type Entry = readonly [name: string, description: string]

/** A section that a program adds to the help of a command. */
export interface HelpSection {
  readonly title: string
  readonly entries: ReadonlyArray<Entry>
}

/** What to say about words of other tools that users try. A key may be several words, joined with `, `. */
export interface OtherWords {
  /**
   * What to use instead. For a word, or two with a space between them: a command line, such as `git rm` for `delete`.
   * For an option: the first of these options that the command has, such as `--status open` for `--open`.
   */
  readonly means?: Readonly<Record<string, string | ReadonlyArray<string>>>
  /** A sentence to show about a word, two words, or an option such as `-o`. */
  readonly notes?: Readonly<Record<string, string>>
}

/**
 * A command as plain data, which can be kept as JSON. Command lines are checked
 * against it, and help and completions are made from it.
 */
export interface CommandShape {
  /** Such as `git remote add`. */
  readonly command: string
  /** The words after the program's name, such as `["remote", "add"]`; empty for the program itself. */
  readonly path: ReadonlyArray<string>
  readonly summary: string
  readonly options: ReadonlyArray<OptionShape>
  readonly args: ReadonlyArray<ArgumentShape>
  /**
   * Another program's command line, after `--`. Each word is passed on between two colons, as an option with this name
   * that nobody can type.
   */
  readonly trailing?: ArgumentShape | undefined
  readonly asking?: Asking | undefined
  /** Only a group has them; it has neither options nor arguments. */
  readonly subcommands: ReadonlyArray<CommandShape>
  /** Commands of a group that don't appear in help, completions and suggestions. */
  readonly hidden?: ReadonlyArray<CommandShape> | undefined
  readonly examples: ReadonlyArray<Example>
  /** Sections of help after the examples. The program adds them to the shape that `read` returns. */
  readonly sections?: ReadonlyArray<HelpSection>
  readonly otherWords?: OtherWords | undefined
  /** Pages of help that aren't about a command. The program adds them to its own shape. */
  readonly topics?: ReadonlyArray<Entry>
}

/** The name of a command in its group. */
export const nameOf = (shape: CommandShape): string => shape.path.at(-1) ?? shape.command

/** A command and all commands below it, except hidden ones. */
export const allIn = (shape: CommandShape): ReadonlyArray<CommandShape> => [
  shape,
  ...shape.subcommands.flatMap(allIn),
]

/** The words of a command after the program's name. */
export const wordsOf = ({ path }: CommandShape): string => path.join(" ")

/** The name of an option, after its alias if it has one. */
export const namesOf = ({ alias, name }: OptionShape): ReadonlyArray<string> =>
  alias === undefined ? [name] : [alias, name]

/** The argument whose values the program prints; the last one if there are several. */
export const dynamicArgument = ({ args }: CommandShape): ArgumentShape | undefined =>
  args.findLast(({ values }) => values !== undefined)

/** The command line that prints the values of an argument; the words before the cursor follow it. */
export const valuesLine = (program: string, { values = [] }: ArgumentShape): string =>
  [program, ...values, "--"].join(" ")

/** The known values of an option; undefined if there are none. */
export const valuesOf = ({ choices, completions }: OptionShape): ReadonlyArray<string> | undefined =>
  choices ?? (completions === "files" ? undefined : completions)
