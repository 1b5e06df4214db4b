import { describe, expect, it } from "vitest"
import { type Problem, UsageError } from "../../../src/cli/strict/errors.ts"

const cases: ReadonlyArray<readonly [Problem, message: string, hint: string]> = [
  [
    { _tag: "UnrecognizedOption", option: "--spead", suggestions: ["--speed"], takesText: true },
    "Unknown option --spead for fleet move. Did you mean --speed?",
    "See: fleet move --help. To pass an argument that starts with a dash, put it after --.",
  ],
  [
    { _tag: "UnrecognizedOption", option: "-v", suggestions: [], takesText: false },
    "Unknown option -v for fleet move.",
    "See: fleet move --help",
  ],
  [
    { _tag: "UnrecognizedOption", option: "-v", suggestions: [], takesText: true, note: "Try -V." },
    "Unknown option -v for fleet move.",
    "Try -V.",
  ],
  [
    { _tag: "UnknownSubcommand", subcommand: "sink", subcommands: ["move", "stop"], suggestions: [] },
    'Unknown command "sink" for fleet move.',
    "Commands of fleet move: move, stop.",
  ],
  [
    { _tag: "MissingSubcommand", found: "move", subcommands: ["move", "stop"] },
    'fleet move needs a command before --, but "move" comes after it.',
    "Commands of fleet move: move, stop.",
  ],
  [
    { _tag: "MissingOption", option: "--cargo", values: ["tea", "rum*"], repeated: true },
    "Option --cargo is required.",
    "Values: tea, 'rum*'. Repeat --cargo for more than one. See: fleet move --help",
  ],
  [
    { _tag: "MissingOption", option: "--name", values: [], repeated: false },
    "Option --name is required.",
    "See: fleet move --help",
  ],
  [
    { _tag: "ExclusiveOptions", options: ["<ship>", "--name"] },
    "<ship> and --name can't be used together.",
    "See: fleet move --help",
  ],
  [
    { _tag: "ExclusiveOptions", options: ["<ship>", "--name"], expanded: ["--cargo", "rum*"] },
    "<ship> and --name can't be used together.",
    "If you typed --cargo rum*, quote it: --cargo 'rum*'. The shell replaces it with file names. See: fleet move --help",
  ],
  [
    { _tag: "MissingArgument", argument: "ship" },
    "The argument <ship> is missing.",
    "See: fleet move --help",
  ],
  [
    { _tag: "TypographicDash", word: "\u2014speed" },
    '"\u2014speed" starts with a typographic dash (U+2014), not with a hyphen.',
    "Type --speed, or put the word after -- to pass it as it is.",
  ],
  [
    { _tag: "TypographicDash", word: "\u2013s" },
    '"\u2013s" starts with a typographic dash (U+2013), not with a hyphen.',
    "Type -s, or put the word after -- to pass it as it is.",
  ],
  [
    { _tag: "MissingValue", option: "--cargo", beforeDash: false },
    "Option --cargo needs a value.",
    "See: fleet move --help",
  ],
  [
    { _tag: "MissingValue", option: "--cargo", beforeDash: true },
    "Option --cargo needs a value.",
    "Write a value that starts with a dash as --cargo=VALUE.",
  ],
  [
    { _tag: "EmptyValue", option: "--cargo" },
    "Option --cargo has an empty value.",
    "If it is a variable, check that it is set. See: fleet move --help",
  ],
  [
    { _tag: "NotUtf8", word: "caf\uFFFD" },
    '"caf\uFFFD" is not valid UTF-8.',
    "Type it in UTF-8: other bytes can't be passed on unchanged.",
  ],
  [
    { _tag: "UnexpectedValue", option: "--lights", value: "on" },
    'Option --lights does not take a value, but was given "on".',
    "See: fleet move --help",
  ],
  [
    { _tag: "UnexpectedArgument", value: "y" },
    'Unexpected argument "y" for fleet move.',
    "Quote an argument that contains spaces. See: fleet move --help",
  ],
  [
    { _tag: "UnexpectedArgument", value: "y", trailing: "command", others: true },
    'Unexpected argument "y" for fleet move.',
    "Quote an argument that contains spaces. Put a command after --. See: fleet move --help",
  ],
  [
    { _tag: "UnexpectedArgument", value: "y", others: true, expanded: ["--cargo", "*"] },
    'Unexpected argument "y" for fleet move.',
    "If you typed --cargo *, quote it: --cargo '*'. The shell replaces it with file names. See: fleet move --help",
  ],
  [
    { _tag: "UnexpectedArgument", value: "y", trailing: "command", others: false },
    'Unexpected argument "y" for fleet move.',
    "Put a command after --. See: fleet move --help",
  ],
  [
    { _tag: "DuplicateOption", option: "--speed" },
    "Option --speed can be given only once.",
    "See: fleet move --help",
  ],
  [
    { _tag: "ExclusiveOptions", options: ["--log", "--json"] },
    "--log and --json can't be used together.",
    "See: fleet move --help",
  ],
  [
    { _tag: "InvalidValue", option: "--way", value: "nort", choices: ["north"], suggestions: ["north"] },
    'Invalid value "nort" for --way. Did you mean north?',
    "--way takes one of: north.",
  ],
  [{ _tag: "Rejected", reason: "Too fast." }, "Too fast.", "See: fleet move --help"],
  [{ _tag: "Rejected", reason: "" }, "The command line can't be understood.", "See: fleet move --help"],
]

describe("a usage error", () => {
  it.each(cases)("%j has a message and a hint", (problem, message, hint) => {
    expect(new UsageError("fleet move", problem)).toMatchObject({ _tag: "UsageError", message, hint })
  })
})
