import { parseArgs } from "node:util"
import { builtIns, type LogLevel, type Shell } from "./builtIns.ts"
import { type Problem, UsageError } from "./errors.ts"
import { type CommandShape, nameOf, type OptionShape } from "./shape.ts"
import { suggestions } from "./suggest.ts"

/** What a command line asks for. */
export type Request =
  | { readonly _tag: "Help"; readonly command: CommandShape }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Completions"; readonly shell: Shell }
  | {
      readonly _tag: "Run"
      /** In the one form that `@effect/cli` parses without surprise: path, options, `--`, arguments. */
      readonly argv: ReadonlyArray<string>
      readonly logLevel: LogLevel | undefined
    }
  | UsageError

const optionsIn = (shape: CommandShape): ReadonlyArray<OptionShape> => [
  ...shape.options,
  ...shape.subcommands.flatMap(optionsIn),
]

/**
 * Reads a command line (without the program's name) against the command tree.
 * `@effect/cli` takes an unknown option for an argument, fails on a repeated
 * `--name=value` and drops what differs in case; so the words are sorted by
 * Node's own parser, checked by name here, and handed on in one plain form.
 */
export const parse = (root: CommandShape, argv: ReadonlyArray<string>): Request => {
  const known = new Map<string, OptionShape>()
  for (const option of [...optionsIn(root), ...builtIns]) known.set(option.name, option)
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      [...known.values()].map(({ alias, name, value }) => [
        name.slice(2),
        {
          type: value === undefined ? ("boolean" as const) : ("string" as const),
          multiple: true,
          ...(alias === undefined ? {} : { short: alias.slice(1) }),
        },
      ]),
    ),
  })

  // The words that name the command, and the arguments behind them.
  let command = root
  let terminated = false
  const args: Array<string> = []
  for (const token of tokens) {
    if (token.kind === "option-terminator") terminated = true
    if (token.kind !== "positional") continue
    const child: CommandShape | undefined =
      terminated || args.length > 0
        ? undefined
        : command.subcommands.find((candidate) => nameOf(candidate) === token.value)
    if (child !== undefined) command = child
    else args.push(token.value)
  }
  const wrong = (problem: Problem) => new UsageError(command.command, problem)

  // The options, each of them checked by name before any of them is obeyed.
  const available = [...command.options, ...builtIns]
  const given = new Map<OptionShape, Array<string>>()
  for (const token of tokens) {
    if (token.kind !== "option") continue
    const option = available.find(({ alias, name }) => token.rawName === name || token.rawName === alias)
    if (option === undefined) {
      const names = available.map(({ name }) => name)
      return wrong({
        _tag: "UnrecognizedOption",
        option: token.rawName,
        suggestions: suggestions(token.rawName, names),
      })
    }
    const { choices, name, repeated, value } = option
    const values = given.get(option) ?? []
    given.set(option, values)
    if (value === undefined) {
      if (token.value !== undefined) {
        return wrong({ _tag: "UnexpectedValue", option: name, value: token.value })
      }
      continue
    }
    // A value that looks like an option is a forgotten value, unless it is tied to its name.
    if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
      return wrong({ _tag: "MissingValue", option: name })
    }
    if (values.length > 0 && !repeated) return wrong({ _tag: "DuplicateOption", option: name })
    if (choices !== undefined && !choices.includes(token.value)) {
      return wrong({
        _tag: "InvalidValue",
        option: name,
        value: token.value,
        choices,
        suggestions: suggestions(token.value, choices),
      })
    }
    values.push(token.value)
  }

  const has = (name: string) => [...given.keys()].some((option) => option.name === name)
  const valueOf = (name: string) => [...given].find(([option]) => option.name === name)?.[1][0]
  if (has("--help")) return { _tag: "Help", command }
  if (has("--version")) return { _tag: "Version" }
  const shell = valueOf("--completions")
  if (shell !== undefined) return { _tag: "Completions", shell: shell as Shell }

  if (command.subcommands.length > 0) {
    const subcommands = command.subcommands.map(nameOf)
    if (args[0] === undefined) return { _tag: "Help", command }
    return wrong({
      _tag: "UnknownSubcommand",
      subcommand: args[0],
      subcommands,
      suggestions: suggestions(args[0], subcommands),
    })
  }
  const missing = command.options.find((option) => option.required && !given.has(option))
  const expected = command.args.filter(({ required }) => required)
  if (args.length < expected.length) {
    return wrong({ _tag: "MissingArgument", argument: (expected[args.length] as { name: string }).name })
  }
  if (missing !== undefined) {
    return wrong({ _tag: "MissingOption", option: missing.name, description: missing.description })
  }
  const surplus = command.args.some(({ repeated }) => repeated) ? undefined : args[command.args.length]
  if (surplus !== undefined) return wrong({ _tag: "UnexpectedArgument", value: surplus })

  const options = [...given].flatMap(([option, values]) =>
    builtIns.includes(option)
      ? []
      : option.value === undefined
        ? [option.name]
        : values.flatMap((value) => [option.name, value]),
  )
  return {
    _tag: "Run",
    argv: [...command.path, ...options, "--", ...args],
    logLevel: valueOf("--log-level") as LogLevel | undefined,
  }
}
