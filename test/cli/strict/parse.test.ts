import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { shape } from "../../../src/cli/root.ts"
import { builtIns } from "../../../src/cli/strict/builtIns.ts"
import { UsageError } from "../../../src/cli/strict/errors.ts"
import { parse, type Request } from "../../../src/cli/strict/parse.ts"
import { jwt, pat } from "../../support/fixtures.ts"
import { runIn } from "../../support/world/world.ts"

const tree = shape()
const read = (...argv: ReadonlyArray<string>) => parse(tree, argv)

const wrong = (...argv: ReadonlyArray<string>): UsageError => {
  const request = read(...argv)
  // What the program would ask for at a terminal is missing elsewhere.
  const error = request._tag === "Run" ? request.missing : request
  if (error instanceof UsageError) return error
  throw new Error(`${argv.join(" ")} was taken for ${JSON.stringify(request)}`)
}
const message = (...argv: ReadonlyArray<string>): string => wrong(...argv).message

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
  ])("%j means the same in any order", (argv) => {
    expect(read(...argv)).toMatchObject(runs(["pat", "create", "--scope", "job", "--json", "--", "x"]))
  })

  it("keeps the order of a repeated option in both forms", () => {
    expect(read(...create, "x", "--scope=job", "--scope", "zpool", "--scope=*")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--scope", "zpool", "--scope", "*", "--", "x"]),
    )
  })

  it.each<readonly [argv: ReadonlyArray<string>, missing: string]>([
    [["pat", "revoke"], "The argument <key_id>"],
    [["pat", "show", "--local"], "The argument <key_id>"],
    [["pat", "rotate", "--expires-in", "30d", "--", "gh", "secret"], "The argument <key_id>"],
    [["pat", "create"], "The argument <label>"],
    [["pat", "create", "--scope", "job"], "The argument <label>"],
    [["pat", "create", "x", "--token-only"], "Option --scope"],
  ])("%j lacks something that can be prompted for: %s", ([...argv], missing) => {
    const request = read(...argv) as Extract<Request, { _tag: "Run" }>
    expect(request.missing?.message.startsWith(missing)).toBe(true)
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
  ])("%j is never completed with a prompt", (argv) => {
    expect(read(...argv)).toMatchObject({ _tag: "UsageError" })
  })

  it("takes any value after =", () => {
    expect(read(...create, "x", "--scope=job", "--tenant-id=--json")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--tenant-id", "--json", "--", "x"]),
    )
    expect(read(...create, "x", "--scope=job", "--tenant-id=a=b")).toMatchObject(
      runs(["pat", "create", "--scope", "job", "--tenant-id", "a=b", "--", "x"]),
    )
  })

  it("treats everything after -- as an argument, including commands and options", () => {
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
  ])("%j is refused with the unknown option's name and the nearest one", (argv, option, nearest) => {
    const { command, message } = wrong(...argv)
    const suggestion = nearest === undefined ? "" : ` Did you mean ${nearest}?`
    expect(message).toBe(`Unknown option ${option} for ${command}.${suggestion}`)
  })

  it.prop(
    "never treats an unknown option as an argument",
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
      expect(message(...create, option, "--scope", "job")).toMatch(/^Unknown option /)
      expect(message(...create, "--scope", "job", option)).toMatch(/^Unknown option /)
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
    ["exit-code", " Did you mean exit-codes?"],
    ["Environment", " Did you mean environment?"],
    ["logn", " Did you mean login?"],
    ["frob", ""],
  ])("help %s is refused with the nearest command or topic", (word, suggestion) => {
    for (const words of [["help"], ["help", "help"]]) {
      const { hint, message } = wrong(...words, word)
      expect(message).toBe(`Unknown command or help topic "${word}".${suggestion}`)
      expect(hint).toBe(
        "Commands of zpcli: pat, login, hello, sandbox, help. Topics: exit-codes, environment, ci, json.",
      )
    }
  })

  it.each([[["ci"]], [["--help", "ci"]]])("%j is refused because it lacks the word help", (argv) => {
    expect(wrong(...argv)).toMatchObject({
      message: 'Unknown command "ci" for zpcli. Did you mean zpcli help ci?',
      hint: "Commands of zpcli: pat, login, hello, sandbox, help.",
    })
  })

  it("doesn't confuse a topic with a command's argument", () => {
    expect(read("help", "pat", "ci")).toMatchObject({
      _tag: "UsageError",
      message: 'Unknown command "ci" for zpcli pat. Did you mean zpcli help ci?',
    })
    expect(read("help", "pat", "create", "ci")).toMatchObject({
      _tag: "Help",
      command: { path: ["pat", "create"] },
    })
    expect(message("help", "ci", "--json")).toBe("Unknown option --json for zpcli help ci.")
  })

  it("can ask for the version or completions anywhere", () => {
    expect(read("--version")).toEqual({ _tag: "Version" })
    expect(read("pat", "create", "--version")).toEqual({ _tag: "Version" })
    expect(read("-V")).toEqual({ _tag: "Version" })
    expect(read("--completions", "fish")).toEqual({ _tag: "Completions", shell: "fish" })
    expect(wrong("--completions", "tcsh").hint).toBe("--completions takes one of: bash, zsh, fish.")
  })

  const see = (command: string) => `See: ${command} --help`
  const notSet = `If it is a variable, check that it is set. ${see("zpcli pat create")}`
  const spaces = "Quote an argument that contains spaces."
  const glob = "If you typed --scope *, quote it: --scope '*'. The shell replaces it with file names."
  const scopes = "Values: '*', zpool, job, sshkey, pat, billing. Repeat --scope for more than one."

  it.each<[ReadonlyArray<string>, message: string, hint?: string]>([
    [["pat", "create", "--scope", "job"], "The argument <label> is missing."],
    [["pat", "create"], "The argument <label> is missing."],
    [["pat", "revoke"], "The argument <key_id> is missing."],
    [["pat", "create", "x"], "Option --scope is required.", `${scopes} ${see("zpcli pat create")}`],
    [
      ["pat", "create", "x", "y", "--scope", "job"],
      'Unexpected argument "y" for zpcli pat create.',
      `${spaces} Put a command after --. ${see("zpcli pat create")}`,
    ],
    [["pat", "list", "x"], 'Unexpected argument "x" for zpcli pat list.', see("zpcli pat list")],
    [
      ["pat", "create", "CI", "--scope", "build", "docs", "src"],
      'Unexpected argument "docs" for zpcli pat create.',
      `${glob} ${see("zpcli pat create")}`,
    ],
    [
      ["pat", "rotate", "--label", "CI", "--or-create", "--scope", "build", "docs"],
      "<key_id> and --label can't be used together.",
      `${glob} ${see("zpcli pat rotate")}`,
    ],
    [
      ["pat", "show", "a-b-c-d", "--label", "CI"],
      "<key_id> and --label can't be used together.",
      see("zpcli pat show"),
    ],
    [
      ["pat", "create", "CI", "x", "--scope", "*"],
      'Unexpected argument "x" for zpcli pat create.',
      `${spaces} Put a command after --. ${see("zpcli pat create")}`,
    ],
    [["pat", "create", "x", "--scope"], "Option --scope needs a value.", see("zpcli pat create")],
    [["pat", "create", "x", "--scope="], "Option --scope has an empty value.", notSet],
    [["pat", "create", "x", "--scope", ""], "Option --scope has an empty value.", notSet],
    [["pat", "list", "--auth="], "Option --auth has an empty value."],
    [
      ["pat", "create", "\uFFFD", "--help"],
      '"\uFFFD" is not valid UTF-8.',
      "Type it in UTF-8: other bytes can't be passed on unchanged.",
    ],
    [["pat", "create", "--scope", "job", "--", "a\uFFFD"], '"a\uFFFD" is not valid UTF-8.'],
    [
      ["pat", "create", "x", "--scope", "--json"],
      "Option --scope needs a value.",
      "Write a value that starts with a dash as --scope=VALUE.",
    ],
    [["pat", "create", "x", "--scope", "-1"], "Option --scope needs a value."],
    [
      ["pat", "list", "--json=yes"],
      'Option --json does not take a value, but was given "yes".',
      see("zpcli pat list"),
    ],
    [
      ["pat", "list", "--auth", "jwt", "--auth", "pat"],
      "Option --auth can be given only once.",
      see("zpcli pat list"),
    ],
    [
      ["pat", "create", "x", "--scope", "job", "--expiry=2030-01-01", "--expiry=2031-01-01"],
      "Option --expiry can be given only once.",
    ],
    [
      ["pat", "list", "--auth", "JWT"],
      'Invalid value "JWT" for --auth. Did you mean jwt?',
      "--auth takes one of: auto, pat, jwt.",
    ],
    [["pat", "list", "--log-level", "loud"], 'Invalid value "loud" for --log-level.'],
    [["pats"], 'Unknown command "pats" for zpcli. Did you mean pat?'],
    [["Pat", "list"], 'Unknown command "Pat" for zpcli. Did you mean pat?'],
    [["--", "pat", "list"], 'zpcli needs a command before --, but "pat" comes after it.'],
    [["help", "frob"], 'Unknown command or help topic "frob".'],
    [["help", "--json"], "Unknown option --json for zpcli.", see("zpcli")],
    [
      ["pat", "--", "list"],
      'zpcli pat needs a command before --, but "list" comes after it.',
      "Commands of zpcli pat: list, show, create, revoke, rotate, run.",
    ],
    [["pat", "remove"], 'Unknown command "remove" for zpcli pat. Did you mean zpcli pat revoke?'],
  ])("%j is refused", (argv, message, hint) => {
    const error = wrong(...argv)
    expect(error.message).toBe(message)
    if (hint !== undefined) expect(error.hint).toBe(hint)
  })

  it("is refused with the group's commands if one is wrong", () => {
    expect(wrong("pat", "lst").hint).toBe("Commands of zpcli pat: list, show, create, revoke, rotate, run.")
    expect(wrong("frob").hint).toBe("Commands of zpcli: pat, login, hello, sandbox, help.")
  })

  it.each([
    [["pat", "creat", "x", "--scope", "job"], "creat"],
    [["pat", "creat", "--frobnicate"], "creat"],
    [["pat", "--scope", "job", "creat", "x"], "creat"],
    [["pat", "creat", "--help"], "creat"],
    [["--json", "pta", "list"], "pta"],
  ])("%j is refused because of the command %j, before its options are checked", (argv, subcommand) => {
    expect(message(...argv)).toMatch(new RegExp(`^Unknown command "${subcommand}" `))
  })

  it("treats a word after a misspelt option as its value, not as a command", () => {
    expect(message("pat", "--scop", "job", "create", "x")).toBe("Unknown option --scop for zpcli pat.")
  })

  it.each(Array.from("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", (dash) => [`${dash}json`]))(
    "is refused if the word %j, with its wrong dash, is an option, argument or value",
    (word) => {
      const code = word.charCodeAt(0).toString(16).toUpperCase()
      for (const argv of [
        ["pat", "list", word],
        ["pat", "create", word, "--scope", "job"],
        ["pat", "create", "x", "--scope", word],
        [word, "pat", "list"],
        ["pat", word],
        ["pat", word, "creat"],
      ])
        expect(wrong(...argv)).toMatchObject({
          message: `"${word}" starts with a typographic dash (U+${code}), not with a hyphen.`,
          hint: "Type --json, or put the word after -- to pass it as it is.",
        })
      expect(message("pat", "creat", word)).toMatch(/^Unknown command "creat"/)
      expect(read("pat", "create", "--scope=job", `--tenant-id=${word}`, "--", word)).toMatchObject(
        runs(["pat", "create", "--scope", "job", "--tenant-id", word, "--", word]),
      )
    },
  )

  it.each([
    ["\u2013j", "-j"],
    ["\u2014", "--"],
    ["\u2013-json", "--json"],
  ])("is refused with the correct form: %j should be %s", (word, meant) => {
    expect(wrong("pat", "list", word).hint).toBe(
      `Type ${meant}, or put the word after -- to pass it as it is.`,
    )
  })

  it("passes --log-level on separately from the command's own words", () => {
    expect(read("--log-level", "debug", "pat", "list")).toMatchObject({
      ...runs(["pat", "list", "--"]),
      logLevel: "debug",
    })
  })

  it.each([
    ["--no-input", { noInput: true }],
    ["--no-color", { noColor: true }],
  ])("passes %s on separately from the command's own words, in any position", (option, more) => {
    for (const argv of [
      [option, "pat", "list"],
      ["pat", option, "list"],
      ["pat", "list", option, option],
    ]) {
      expect(read(...argv)).toMatchObject({ ...runs(["pat", "list", "--"]), ...more })
    }
    expect(message("pat", "list", `${option}=yes`)).toMatch(`Option ${option} does not take a value`)
  })
})

describe("what comes after --", () => {
  it.prop("is passed on unchanged", [fc.string()], ([label]) => {
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

  it.effect.prop("reaches the API unchanged", [label], ([text]) =>
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
