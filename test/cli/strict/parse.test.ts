import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { shape } from "../../../src/cli/root.ts"
import { builtIns } from "../../../src/cli/strict/builtIns.ts"
import type { Problem, UsageError } from "../../../src/cli/strict/errors.ts"
import { parse, type Request } from "../../../src/cli/strict/parse.ts"
import { scopes } from "../../../src/domain/Scope.ts"
import { jwt, pat } from "../../support/fixtures.ts"
import { runIn } from "../../support/world/world.ts"

const tree = shape()
const read = (...argv: ReadonlyArray<string>) => parse(tree, argv)

const problem = (...argv: ReadonlyArray<string>): Problem & { readonly command: string } => {
  const parsed = read(...argv)
  // What the program would ask for at a terminal is a problem elsewhere.
  const request = parsed._tag === "Run" && parsed.missing !== undefined ? parsed.missing : parsed
  if (request._tag !== "UsageError")
    throw new Error(`${argv.join(" ")} was taken for ${JSON.stringify(request)}`)
  return { command: request.command, ...request.problem }
}

const runs = (argv: ReadonlyArray<string>) => ({
  _tag: "Run",
  argv,
  logLevel: undefined,
  noInput: false,
  noColor: false,
})
const create = ["pat", "create"]

describe("a command line", () => {
  it.each([
    [["pat", "create", "x", "--scope", "job", "--json"]],
    [["pat", "create", "--scope", "job", "--json", "x"]],
    [["pat", "create", "--scope=job", "x", "--json"]],
    [["pat", "--scope", "job", "create", "x", "--json"]],
    [["--scope=job", "--json", "pat", "create", "x"]],
    [["pat", "create", "--scope=job", "--json", "--", "x"]],
  ])("%j is one and the same", (argv) => {
    expect(read(...argv)).toMatchObject(runs(["pat", "create", "--scope", "job", "--json", "--", "x"]))
  })

  it("takes a repeated option in both forms, in order", () => {
    expect(read(...create, "x", "--scope=job", "--scope", "zpool", "--scope=*")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--scope", "zpool", "--scope", "*", "--", "x"]),
    )
  })

  it.each<readonly [argv: ReadonlyArray<string>, missing: string]>([
    [["pat", "revoke"], "key_id"],
    [["pat", "show", "--local"], "key_id"],
    [["pat", "rotate", "--expires-in", "30d", "--", "gh", "secret"], "key_id"],
    [["pat", "create"], "label"],
    [["pat", "create", "--scope", "job"], "label"],
    [["pat", "create", "x", "--token-only"], "--scope"],
  ])("of %j lacks something that can be asked for: %s", ([...argv], missing) => {
    const { problem } = (read(...argv) as Extract<Request, { _tag: "Run" }>).missing as UsageError
    expect("argument" in problem ? problem.argument : "option" in problem && problem.option).toBe(missing)
  })

  it.each([
    [["pat", "revoke", "--yes"]],
    [["pat", "revoke", "--json"]],
    [["pat", "show", "--json"]],
    [["pat", "create", "x", "--web"]],
    [["pat", "create", "--json"]],
    [["pat", "rotate", "--expiring-within", "14d"]],
    [["pat", "rotate", "--all"]],
    [["pat", "rotate", "-y"]],
    [["pat", "run", "--", "x"]],
    [["pat", "revoke", "--frob"]],
    [["pat", "show", "a-b-c-d", "e-f-g-h"]],
  ])("of %j is never asked for what it lacks", (argv) => {
    expect(read(...argv)).toMatchObject({ _tag: "UsageError" })
  })

  it("tells which options were given without a value, also if it can't be understood", () => {
    expect(read("pat", "list", "--json", "--label", "x")).toMatchObject({ flags: ["--json"] })
    expect(read("pat", "frob", "--json")).toMatchObject({ flags: ["--json"] })
    expect(read("pat", "list", "--label", "--json")).toMatchObject({ flags: ["--label", "--json"] })
    expect(read(...create, "--scope", "job", "--", "--json")).toMatchObject({ flags: [] })
  })

  it("takes a value behind = whatever it is", () => {
    expect(read(...create, "x", "--scope=job", "--tenant-id=--json")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--tenant-id", "--json", "--", "x"]),
    )
    expect(read(...create, "x", "--scope=job", "--tenant-id=a=b")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--tenant-id", "a=b", "--", "x"]),
    )
  })

  it("takes everything behind -- for an argument, commands and options too", () => {
    expect(read(...create, "--scope", "job", "--", "--json")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--", "--json"]),
    )
    expect(read(...create, "--scope", "job", "--", "list")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--", "list"]),
    )
    const command = ["zpcli", "pat", "list", "--help", "--", "x"].flatMap((word) => [
      "--command",
      `:${word}:`,
    ])
    expect(read("sandbox", "--", "zpcli", "pat", "list", "--help", "--", "x")).toMatchObject(
      runs(["sandbox", ...command, "--"]),
    )
  })

  it.each([
    [["pat", "create", "--jsn", "--scope", "job"], "--jsn", "--json"],
    [["pat", "create", "x", "--scope", "job", "--JSON"], "--JSON", "--json"],
    [["pat", "create", "x", "--Scope", "job"], "--Scope", "--scope"],
    [["pat", "list", "--locl"], "--locl", "--local"],
    [["pat", "list", "--no-json"], "--no-json", undefined],
    [["pat", "list", "--tenant", "job"], "--tenant", undefined],
    [["pat", "list", "-x"], "-x", undefined],
    [["pat", "list", "--hlep"], "--hlep", "--help"],
    [["pat", "list", "--frobnicate", "--help"], "--frobnicate", undefined],
    [["sandbox", "--prot", "1", "--", "true"], "--prot", "--port"],
  ])("%j names the unknown option and the nearest one", (argv, option, nearest) => {
    const suggestions = nearest === undefined ? [] : [nearest]
    expect(problem(...argv)).toMatchObject({ _tag: "UnrecognizedOption", option, suggestions })
  })

  it.prop(
    "never makes an argument of an unknown option",
    [fc.stringMatching(/^--?[a-z][a-z-]{0,12}$/)],
    ([option]) => {
      const known = [
        "-h",
        ...builtIns.map(({ name }) => name),
        ...[...tree.subcommands, ...tree.subcommands.flatMap((child) => child.subcommands)].flatMap(
          ({ options }) => options.map(({ name }) => name),
        ),
      ]
      fc.pre(!known.some((name) => name === option || /^-h(h*$|h*-)/.test(option)))
      expect(problem(...create, option, "--scope", "job")).toMatchObject({ _tag: "UnrecognizedOption" })
      expect(problem(...create, "--scope", "job", option)).toMatchObject({ _tag: "UnrecognizedOption" })
    },
  )

  it.each([
    [["--help"], []],
    [["-h"], []],
    [["--help", "pat"], ["pat"]],
    [["pat", "-h"], ["pat"]],
    [
      ["pat", "--help", "create"],
      ["pat", "create"],
    ],
    [
      ["pat", "create", "--help"],
      ["pat", "create"],
    ],
    [
      ["pat", "create", "x", "y", "--json", "-h"],
      ["pat", "create"],
    ],
    [[], []],
    [["pat"], ["pat"]],
    [["pat", "--log-level", "debug"], ["pat"]],
    [["help"], []],
    [["help", "pat"], ["pat"]],
    [
      ["--log-level", "debug", "help", "pat", "create", "help"],
      ["pat", "create"],
    ],
  ])("%j asks for the help of %j", (argv, path) => {
    expect(read(...argv)).toMatchObject({ _tag: "Help", command: { path } })
  })

  it.each([
    [["help", "ci"], "ci"],
    [["help", "exit-codes", "--no-color"], "exit-codes"],
    [["--log-level", "debug", "help", "json"], "json"],
    [["help", "help", "environment"], "environment"],
    [["help", "ci", "more"], "ci"],
  ])("%j asks for the topic %s", (argv, name) => {
    expect(read(...argv)).toEqual({ _tag: "Topic", name })
  })

  it.each([
    [["help", "exit-code"], ["exit-codes"]],
    [["help", "Environment"], ["environment"]],
    [["help", "logn"], ["login"]],
    [["help", "frob"], []],
  ])("%j names the command or topic that is meant", (argv, suggestions) => {
    expect(problem(...argv)).toMatchObject({
      _tag: "UnknownSubcommand",
      topics: ["exit-codes", "environment", "ci", "json"],
      suggestions,
    })
  })

  it.each([[["ci"]], [["--help", "ci"]]])("%j lacks the word help", (argv) => {
    const found = problem(...argv)
    expect(found).toMatchObject({ _tag: "UnknownSubcommand", suggestions: ["zpcli help ci"] })
    expect(found).not.toHaveProperty("topics")
  })

  it("takes a topic for no argument of a command", () => {
    expect(read("help", "pat", "ci")).toMatchObject({ _tag: "UsageError" })
    expect(read("help", "pat", "create", "ci")).toMatchObject({
      _tag: "Help",
      command: { path: ["pat", "create"] },
    })
    expect(problem("help", "ci", "--json")).toMatchObject({ _tag: "UnrecognizedOption", option: "--json" })
  })

  it("asks for the version or completions anywhere", () => {
    expect(read("--version")).toEqual({ _tag: "Version" })
    expect(read("pat", "create", "--version")).toEqual({ _tag: "Version" })
    expect(read("-V")).toEqual({ _tag: "Version" })
    expect(read("--completions", "fish")).toEqual({ _tag: "Completions", shell: "fish" })
    expect(problem("--completions", "tcsh")).toMatchObject({
      _tag: "InvalidValue",
      choices: ["bash", "zsh", "fish"],
    })
  })

  it.each<[ReadonlyArray<string>, object]>([
    [["pat", "create", "--scope", "job"], { _tag: "MissingArgument", argument: "label" }],
    [["pat", "create"], { _tag: "MissingArgument", argument: "label" }],
    [["pat", "revoke"], { _tag: "MissingArgument", argument: "key_id" }],
    [
      ["pat", "create", "x"],
      { _tag: "MissingOption", option: "--scope", values: [...scopes], repeated: true },
    ],
    [["pat", "create", "x", "y", "--scope", "job"], { _tag: "UnexpectedArgument", value: "y" }],
    [["pat", "list", "x"], { _tag: "UnexpectedArgument", value: "x", expanded: undefined }],
    [
      ["pat", "create", "CI", "--scope", "build", "docs", "src"],
      { _tag: "UnexpectedArgument", value: "docs", expanded: ["--scope", "*"] },
    ],
    [
      ["pat", "rotate", "--label", "CI", "--or-create", "--scope", "build", "docs"],
      { _tag: "ExclusiveOptions", options: ["<key_id>", "--label"], expanded: ["--scope", "*"] },
    ],
    [
      ["pat", "create", "CI", "x", "--scope", "*"],
      { _tag: "UnexpectedArgument", value: "x", expanded: undefined },
    ],
    [["pat", "create", "x", "--scope"], { _tag: "MissingValue", option: "--scope", beforeDash: false }],
    [["pat", "create", "x", "--scope="], { _tag: "EmptyValue", option: "--scope" }],
    [["pat", "create", "x", "--scope", ""], { _tag: "EmptyValue", option: "--scope" }],
    [["pat", "list", "--auth="], { _tag: "EmptyValue", option: "--auth" }],
    [["pat", "create", "\uFFFD", "--help"], { _tag: "NotUtf8", word: "\uFFFD" }],
    [["pat", "create", "--scope", "job", "--", "a\uFFFD"], { _tag: "NotUtf8", word: "a\uFFFD" }],
    [
      ["pat", "create", "x", "--scope", "--json"],
      { _tag: "MissingValue", option: "--scope", beforeDash: true },
    ],
    [["pat", "create", "x", "--scope", "-1"], { _tag: "MissingValue", option: "--scope" }],
    [["pat", "list", "--json=yes"], { _tag: "UnexpectedValue", option: "--json", value: "yes" }],
    [["pat", "list", "--auth", "jwt", "--auth", "pat"], { _tag: "DuplicateOption", option: "--auth" }],
    [
      ["pat", "create", "x", "--scope", "job", "--expiry=2030-01-01", "--expiry=2031-01-01"],
      { _tag: "DuplicateOption", option: "--expiry" },
    ],
    [
      ["pat", "list", "--auth", "JWT"],
      { _tag: "InvalidValue", option: "--auth", value: "JWT", suggestions: ["jwt"] },
    ],
    [["pat", "list", "--log-level", "loud"], { _tag: "InvalidValue", option: "--log-level" }],
    [["pats"], { _tag: "UnknownSubcommand", subcommand: "pats", suggestions: ["pat"] }],
    [["Pat", "list"], { _tag: "UnknownSubcommand", subcommand: "Pat", suggestions: ["pat"] }],
    [["--", "pat", "list"], { _tag: "MissingSubcommand", found: "pat", command: "zpcli" }],
    [["help", "frob"], { _tag: "UnknownSubcommand", subcommand: "frob" }],
    [["help", "--json"], { _tag: "UnrecognizedOption", option: "--json" }],
    [["pat", "--", "list"], { _tag: "MissingSubcommand", found: "list", command: "zpcli pat" }],
    [["pat", "remove"], { _tag: "UnknownSubcommand", subcommand: "remove", command: "zpcli pat" }],
  ])("%j can't be understood", (argv, expected) => {
    expect(problem(...argv)).toMatchObject(expected)
  })

  it("names the commands of the group if one is wrong", () => {
    const names = (...argv: ReadonlyArray<string>) => {
      const found = problem(...argv)
      return found._tag === "UnknownSubcommand" ? found.subcommands : []
    }
    expect(names("pat", "lst")).toEqual(expect.arrayContaining(["list", "create", "revoke"]))
    expect(names("frob")).toEqual(expect.arrayContaining(["pat", "sandbox"]))
  })

  it.each([
    [["pat", "creat", "x", "--scope", "job"], "creat"],
    [["pat", "creat", "--frobnicate"], "creat"],
    [["pat", "--scope", "job", "creat", "x"], "creat"],
    [["pat", "creat", "--help"], "creat"],
    [["--json", "pta", "list"], "pta"],
  ])("%j is about the command %j before its options", (argv, subcommand) => {
    expect(problem(...argv)).toMatchObject({ _tag: "UnknownSubcommand", subcommand })
  })

  it("takes a word after a misspelt option for its value, rather than for a command", () => {
    expect(problem("pat", "--scop", "job", "create", "x")).toMatchObject({
      _tag: "UnrecognizedOption",
      option: "--scop",
      command: "zpcli pat",
    })
  })

  it.each(Array.from("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", (dash) => [`${dash}json`]))(
    "refuses the word %j for its dash, as an option, argument or value",
    (word) => {
      const expected = { _tag: "TypographicDash", word }
      expect(problem("pat", "list", word)).toMatchObject(expected)
      expect(problem("pat", "create", word, "--scope", "job")).toMatchObject(expected)
      expect(problem("pat", "create", "x", "--scope", word)).toMatchObject(expected)
      expect(problem(word, "pat", "list")).toMatchObject(expected)
      expect(problem("pat", word)).toMatchObject(expected)
      expect(problem("pat", word, "creat")).toMatchObject(expected)
      expect(problem("pat", "creat", word)).toMatchObject({ _tag: "UnknownSubcommand" })
      expect(read("pat", "create", "--scope=job", `--tenant-id=${word}`, "--", word)).toMatchObject(
        runs(["pat", "create", "--scope", "job", "--tenant-id", word, "--", word]),
      )
    },
  )

  it("hands --log-level on beside the command's own words", () => {
    expect(read("--log-level", "debug", "pat", "list")).toMatchObject({
      ...runs(["pat", "list", "--"]),
      logLevel: "debug",
    })
  })

  it.each([
    ["--no-input", { noInput: true }],
    ["--no-color", { noColor: true }],
  ])("hands %s on beside the command's own words, wherever it is", (option, more) => {
    for (const argv of [
      [option, "pat", "list"],
      ["pat", option, "list"],
      ["pat", "list", option, option],
    ]) {
      expect(read(...argv)).toMatchObject({ ...runs(["pat", "list", "--"]), ...more })
    }
    expect(problem("pat", "list", `${option}=yes`)).toMatchObject({ _tag: "UnexpectedValue", option })
  })
})

describe("what stands behind --", () => {
  it.prop("is handed on unchanged", [fc.string()], ([label]) => {
    expect(read(...create, "--scope", "job", "--", label)).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--", label]),
    )
  })

  const tricky = fc.constantFrom(
    "--json",
    "-h",
    "--help",
    "--version",
    "--",
    "-",
    "pat",
    "list",
    "--scope=job",
    "--wizard",
    "a b",
    "'q'",
    "$HOME",
    "*",
    "-1",
    "=",
    "👩‍💻",
  )
  const plain = fc.fullUnicodeString({ minLength: 1, maxLength: 20 })
  const label = fc.oneof(tricky, plain).filter((text) => text.trim() !== "" && !/\p{Cc}/u.test(text))

  it.effect.prop("arrives unchanged at the API", [label], ([text]) =>
    Effect.gen(function* () {
      const { code, requests } = yield* runIn([...create, "--scope", "job", "--", text], {
        env: pat,
        api: {
          "POST /pat": {
            status: 201,
            body: { message: "PAT created", detail: { key_id: "a-b-c-d", token: jwt } },
          },
        },
      })
      expect(code).toBe(0)
      expect(requests.map(({ body }) => body)).toEqual([{ label: text, scopes: ["job"] }])
    }),
  )
})
