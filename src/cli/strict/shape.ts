/** An option as plain data. */
export interface OptionShape {
  /** With its dashes, such as `--out`. */
  readonly name: string
  /** A letter with its dash, such as `-h`. */
  readonly alias?: string | undefined
  /** What help calls its value; undefined if it takes none. */
  readonly value: string | undefined
  /** The only values that it takes. */
  readonly choices?: ReadonlyArray<string> | undefined
  /** What completions offer: names of files, or these values. The option may take others. */
  readonly completions?: Completions | undefined
  /** The title that help lists it under. */
  readonly group?: string | undefined
  readonly repeated: boolean
  readonly required: boolean
  readonly description: string
}

/** What completions offer for the value of an option. */
export type Completions = "files" | ReadonlyArray<string>

/** An argument as plain data. */
export interface ArgumentShape {
  readonly name: string
  readonly repeated: boolean
  readonly required: boolean
  /** The option that takes its place, such as `--label`: one of the two is required. */
  readonly alternative?: string | undefined
  /** The command line, without the program's name, that prints what completions offer. */
  readonly values?: ReadonlyArray<string> | undefined
  readonly description: string
}

/** The words after `--`, where they are another program's command line. */
export interface TrailingShape {
  /** The option that they are handed on with, each between two colons; nobody can type it. */
  readonly option: string
  /** What help calls each word. */
  readonly name: string
  readonly required: boolean
  readonly description: string
}

/** What a command asks for at a terminal. */
export interface Asking {
  /** Arguments and options, such as `key_id` and `--scope`. */
  readonly names: ReadonlyArray<string>
  /** Options that come from scripts: with one of them nothing is asked. */
  readonly unless: ReadonlyArray<string>
}

/** A command line worth showing, and what it does. */
export interface Example {
  readonly command: string
  readonly description: string
}

/** A name, such as an option's, and what is said of it. */
export type Entry = readonly [name: string, description: string]

/** A section that a program adds to the help of a command. */
export interface HelpSection {
  readonly title: string
  readonly entries: ReadonlyArray<Entry>
}

/** What is said of words that a program does not have, and that its users try. A key may be several, with `, ` between. */
export interface Hints {
  /**
   * By a word, or two with a space between them, the command line that is meant, such as `git rm` for `delete`. By an
   * option, those that may be meant, such as `--status open` for `--open`: the first that the command has.
   */
  readonly means?: Readonly<Record<string, string | ReadonlyArray<string>>>
  /** By a word, two words or an option such as `-o`, a sentence about it. */
  readonly notes?: Readonly<Record<string, string>>
}

/**
 * A command as plain data: what a command line is checked against, and what
 * help and completions are made from. It can be kept as JSON.
 */
export interface CommandShape {
  /** As it is typed, such as `git remote add`. */
  readonly command: string
  /** Its words after the program's name, such as `["remote", "add"]`; empty for the program itself. */
  readonly path: ReadonlyArray<string>
  readonly summary: string
  readonly options: ReadonlyArray<OptionShape>
  readonly args: ReadonlyArray<ArgumentShape>
  /** Where it takes a command after `--`. */
  readonly trailing?: TrailingShape | undefined
  readonly asking?: Asking | undefined
  /** Not empty for a group, which has neither options nor arguments of its own. */
  readonly subcommands: ReadonlyArray<CommandShape>
  /** Commands of a group that nothing tells of. */
  readonly hidden?: ReadonlyArray<CommandShape> | undefined
  readonly examples: ReadonlyArray<Example>
  /** Sections of help after the examples. `read` leaves them out: a program adds them to what it gives. */
  readonly sections?: ReadonlyArray<HelpSection>
  readonly hints?: Hints | undefined
  /** Pages of help that are about no command. `read` leaves them out too, and only the program itself has them. */
  readonly topics?: ReadonlyArray<Entry>
}

/** The last word of a command: what it is called in its group. */
export const nameOf = (shape: CommandShape): string => shape.path.at(-1) ?? shape.command

/** The values that are known for an option; undefined if none are. */
export const valuesOf = ({ choices, completions }: OptionShape): ReadonlyArray<string> | undefined =>
  choices ?? (completions === "files" ? undefined : completions)
