import { type CommandShape, type Entry, nameOf, type OptionShape } from "./shape.ts"

/** The shells with completions. */
export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

/** The values of `--log-level`. */
export const logLevels = ["all", "trace", "debug", "info", "warning", "error", "fatal", "none"] as const
export type LogLevel = (typeof logLevels)[number]

/** `help COMMAND` is the same as `COMMAND --help`. */
export const helpWord = "help"
export const helpSummary = "Show help for a command or a topic"

/** The title of the options that every command has. A program can add its own. */
export const globalOptions = "Global options"

const builtIn = (
  name: string,
  description: string,
  more: Pick<OptionShape, "alias" | "choices"> & { readonly value?: string } = {},
): OptionShape => ({ name, value: undefined, repeated: false, required: false, description, ...more })

/** The options that every command has. */
export const builtIns: ReadonlyArray<OptionShape> = [
  builtIn("--no-input", "Never ask for anything; fail instead"),
  builtIn("--no-color", "Don't use colour"),
  builtIn("--log-level", `Log this level and above to stderr: ${logLevels.join(", ")} (default: warning)`, {
    value: "level",
    choices: logLevels,
  }),
  builtIn("--completions", "Print a completion script for bash, zsh or fish", {
    value: "shell",
    choices: shells,
  }),
  builtIn("--version", "Print the version", { alias: "-V" }),
  builtIn("--help", "Print this help", { alias: "-h" }),
]

/** The options that a command takes: its own and the built-in ones. */
export const optionsOf = ({ options }: CommandShape): ReadonlyArray<OptionShape> => [...options, ...builtIns]

/** The words that may follow a group, with their descriptions: its commands, and `help` after the program's name. */
export const wordsAfter = ({ path, subcommands }: CommandShape): ReadonlyArray<Entry> => [
  ...subcommands.map((child): Entry => [nameOf(child), child.summary]),
  ...(path.length === 0 ? [[helpWord, helpSummary] as const] : []),
]
