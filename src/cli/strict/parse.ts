import { parseArgs } from "node:util"
import { nearest } from "../../domain/nearest.ts"
import type { CommandShape, OptionShape } from "./read.ts"

/** A command line that can't be understood, as fields; `failure.ts` words it. */
export interface Misuse {
  readonly _tag: "Misuse"
  readonly kind:
    | "unknown-option"
    | "unknown-command"
    | "missing-value"
    | "unexpected-value"
    | "given-twice"
    | "missing-option"
    | "missing-argument"
    | "unexpected-argument"
    | "not-a-choice"
    | "excluded"
  /** The option, argument or word in question. */
  readonly name: string
  readonly value?: string
  readonly nearest?: string | undefined
  /** What would have been valid. */
  readonly valid?: ReadonlyArray<string>
  readonly path: ReadonlyArray<string>
}

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
  | Misuse

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

export const logLevels = ["all", "trace", "debug", "info", "warning", "error", "fatal", "none"] as const
export type LogLevel = (typeof logLevels)[number]

/** The options that every command has and that are answered before any command runs. */
export const builtIns: ReadonlyArray<OptionShape> = [
  {
    name: "--log-level",
    value: "level",
    repeated: false,
    required: false,
    description: `What is told on stderr beside errors: ${logLevels.join(", ")} (default: warning)`,
    choices: logLevels,
  },
  {
    name: "--completions",
    value: "shell",
    repeated: false,
    required: false,
    description: "Print a completion script: bash, zsh or fish",
    choices: shells,
  },
  { name: "--version", value: undefined, repeated: false, required: false, description: "Print the version" },
  {
    name: "--help",
    alias: "-h",
    value: undefined,
    repeated: false,
    required: false,
    description: "Print this help",
  },
]

const optionsIn = (shape: CommandShape): ReadonlyArray<OptionShape> => [
  ...shape.options,
  ...shape.subcommands.flatMap(optionsIn),
]

/** Whether a command line asks for JSON, which decides the form of its errors even where it can't be understood. */
export const wantsJson = (argv: ReadonlyArray<string>): boolean => {
  const end = argv.indexOf("--")
  return argv.slice(0, end === -1 ? undefined : end).includes("--json")
}

/**
 * Reads a command line (without the program's name) against the command tree.
 * `@effect/cli` takes an unknown option for an argument, fails on a repeated
 * `--name=value` and drops what differs in case; so the words are sorted by
 * Node's own parser, checked by name here, and handed on in one plain form.
 */
export const interpret = (root: CommandShape, argv: ReadonlyArray<string>): Request => {
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
        : command.subcommands.find((candidate) => candidate.path.at(-1) === token.value)
    if (child !== undefined) command = child
    else args.push(token.value)
  }
  const path = command.path
  const misuse = (kind: Misuse["kind"], name: string, more: Partial<Misuse> = {}): Misuse => ({
    _tag: "Misuse",
    kind,
    name,
    path,
    ...more,
  })

  // The options, each of them checked by name before any of them is obeyed.
  const available = [...command.options, ...builtIns]
  const given = new Map<OptionShape, Array<string>>()
  for (const token of tokens) {
    if (token.kind !== "option") continue
    const option = available.find(({ alias, name }) => token.rawName === name || token.rawName === alias)
    if (option === undefined) {
      const names = available.map(({ name }) => name)
      return misuse("unknown-option", token.rawName, { nearest: nearest(token.rawName, names) })
    }
    const { choices, name, repeated, value } = option
    const values = given.get(option) ?? []
    given.set(option, values)
    if (value === undefined) {
      if (token.value !== undefined) return misuse("unexpected-value", name, { value: token.value })
      continue
    }
    // A value that looks like an option is a forgotten value, unless it is tied to its name.
    if (token.value === undefined || (!token.inlineValue && /^-./.test(token.value))) {
      return misuse("missing-value", name)
    }
    if (values.length > 0 && !repeated) return misuse("given-twice", name)
    if (choices !== undefined && !choices.includes(token.value)) {
      return misuse("not-a-choice", name, {
        value: token.value,
        valid: choices,
        nearest: nearest(token.value, choices),
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
    const valid = command.subcommands.map((child) => child.path.at(-1) as string)
    if (args[0] === undefined) return { _tag: "Help", command }
    return misuse("unknown-command", args[0], { valid, nearest: nearest(args[0], valid) })
  }
  const missing = command.options.find((option) => option.required && !given.has(option))
  const expected = command.args.filter(({ required }) => required)
  if (args.length < expected.length) {
    return misuse("missing-argument", (expected[args.length] as { name: string }).name)
  }
  if (missing !== undefined) return misuse("missing-option", missing.name, { value: missing.description })
  const surplus = command.args.some(({ repeated }) => repeated) ? undefined : args[command.args.length]
  if (surplus !== undefined) return misuse("unexpected-argument", surplus)

  const options = [...given].flatMap(([option, values]) =>
    builtIns.includes(option)
      ? []
      : option.value === undefined
        ? [option.name]
        : values.flatMap((value) => [option.name, value]),
  )
  return {
    _tag: "Run",
    argv: [...path, ...options, "--", ...args],
    logLevel: valueOf("--log-level") as LogLevel | undefined,
  }
}
