import { helpWord, type LogLevel, logLevels, type Shell, shells } from "./builtIns.ts"
import { countError, optionError, split, subcommandError } from "./check.ts"
import { UsageError } from "./errors.ts"
import { type CommandShape, nameOf } from "./shape.ts"
import { hasTypographicDash, isTopic, sort, withTopics } from "./sort.ts"

/** What a command line asks for. */
export type Request =
  | { readonly _tag: "Help"; readonly command: CommandShape }
  /** A topic of the program. */
  | { readonly _tag: "Topic"; readonly name: string }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Completions"; readonly shell: Shell }
  | {
      readonly _tag: "Run"
      /** In the one form that `@effect/cli` parses reliably: path, options, `--`, arguments. */
      readonly argv: ReadonlyArray<string>
      /** The words of the command, such as `["remote", "add"]`. */
      readonly path: ReadonlyArray<string>
      /** The error if the program may not ask for what is missing on the command line. */
      readonly missing: UsageError | undefined
      readonly logLevel: LogLevel | undefined
      /** Whether `--no-input` was given: the program must not ask for anything. */
      readonly noInput: boolean
      /** Whether `--no-color` was given. */
      readonly noColor: boolean
    }
  | UsageError

/**
 * Checks a command line (without the program's name) against the command tree.
 * `@effect/cli` takes an unknown option for an argument, fails on a repeated
 * `--name=value`, and drops options whose case differs. So every word is checked
 * here, and passed on in one plain form. The word that names the command is checked
 * before the options after it, and all options before any is obeyed. `help COMMAND`
 * means `COMMAND --help`, and `help TOPIC` asks for a topic.
 */
export const parse = (root: CommandShape, argv: ReadonlyArray<string>): Request => {
  const sorted = sort(root, argv)
  const { command, given, givenBeforeArgs } = sorted
  if (command === root && sorted.args[0] === helpWord) {
    const at = argv.indexOf(helpWord)
    return parse(withTopics(root), ["--help", ...argv.slice(0, at), ...argv.slice(at + 1)])
  }

  const undecodable = argv.find((word) => word.includes("\uFFFD"))
  if (undecodable !== undefined) {
    // Node replaces bytes that aren't UTF-8 with U+FFFD.
    const hint = "Type it in UTF-8: other bytes can't be passed on unchanged."
    return new UsageError(command.command, `"${undecodable}" is not valid UTF-8.`, hint)
  }
  const misnamed = subcommandError(root, sorted)
  if (misnamed !== undefined) {
    // The word may be the value of a misspelt option before it.
    const unknown = given.slice(0, givenBeforeArgs).find(({ option }) => option === undefined)
    return (unknown && optionError(root, sorted, unknown)) ?? misnamed
  }
  // Words with a typographic dash first: otherwise the option before one seems to lack its value.
  const dashed = given.filter(({ typed }) => hasTypographicDash(typed))
  for (const one of [...dashed, ...given]) {
    const error = optionError(root, sorted, one)
    if (error !== undefined) return error
  }

  const find = (name: string) => given.find(({ option }) => option?.name === name)
  if (find("--help") !== undefined)
    return isTopic(command) ? { _tag: "Topic", name: nameOf(command) } : { _tag: "Help", command }
  if (find("--version") !== undefined) return { _tag: "Version" }
  const shell = shells.find((name) => name === find("--completions")?.value)
  if (shell !== undefined) return { _tag: "Completions", shell }
  if (command.subcommands.length > 0) return { _tag: "Help", command }

  const words = split(sorted)
  if (words instanceof UsageError) return words
  const missing = countError(sorted, words, false)
  const asks = !given.some(({ option }) => command.asking?.unless.includes(option?.name ?? ""))
  if (missing !== undefined && (!asks || countError(sorted, words, true) !== undefined)) return missing
  const options = command.options.flatMap((option) => {
    const values = given.filter((one) => one.option === option).map(({ value }) => value)
    if (option.value === undefined) return values.length === 0 ? [] : [option.name]
    return values.flatMap((value) => (value === undefined ? [] : [option.name, value]))
  })
  const trailing = words.trailing.flatMap((word) => [`--${command.trailing?.name}`, `:${word}:`])
  return {
    _tag: "Run",
    path: command.path,
    missing,
    argv: [...command.path, ...options, ...trailing, "--", ...words.args],
    logLevel: logLevels.find((level) => level === find("--log-level")?.value),
    noInput: find("--no-input") !== undefined,
    noColor: find("--no-color") !== undefined,
  }
}
