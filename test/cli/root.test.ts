import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import stringWidth from "fast-string-width"
import { exitCodeMeanings } from "../../src/cli/errors/exitCodes.ts"
import { shape } from "../../src/cli/root.ts"
import { builtIns, globalOptions } from "../../src/cli/strict/builtIns.ts"
import { helpOf } from "../../src/cli/strict/help.ts"
import { parse } from "../../src/cli/strict/parse.ts"
import type { CommandShape } from "../../src/cli/strict/shape.ts"
import { runIn } from "../support/world/world.ts"

const all = (command: CommandShape): ReadonlyArray<CommandShape> => [
  command,
  ...command.subcommands.flatMap(all),
]
const commands = all(shape()).map((command) => [command.command, command] as const)

const topics = (shape().topics ?? []).map(([name]) => name)

/** Splits a line as a shell does, as far as our examples go. */
const words = (line: string) =>
  Array.from(
    line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? (bare as string),
  )

describe.each(commands)("%s --help", (name, command) => {
  const help = Effect.map(runIn([...command.path, "--help"]), (ran) => {
    expect(ran).toMatchObject({ code: 0, stderr: "", requests: [] })
    return ran.stdout
  })

  it.effect("fits 80 columns, without trailing spaces", () =>
    Effect.map(help, (text) => {
      for (const line of text.split("\n")) {
        expect(stringWidth(line), line).toBeLessThanOrEqual(80)
        expect(line).not.toMatch(/\s$/)
      }
    }),
  )

  it.effect("shows the full path, and describes every option and argument", () =>
    Effect.map(help, (text) => {
      expect(text).toContain(`Usage: ${name} `)
      for (const { description, group, name: option } of command.options) {
        if (group !== globalOptions) expect(text).toMatch(new RegExp(`^  (-\\w, )?${option}\\b`, "m"))
        expect(description.length, option).toBeGreaterThan(9)
      }
      for (const { name: option } of builtIns) expect(text).toContain(option)
      for (const arg of command.args) expect(text).toContain(`<${arg.name}>`)
      for (const child of command.subcommands) expect(text).toContain(child.path.join(" "))
    }),
  )

  it("fits terminals of 40 to 100 columns without breaking a word", () => {
    const words = (text: string) =>
      text
        .replaceAll(" \\\n", " ")
        .split(/\s+/)
        .filter((word) => word !== "#")
    for (const columns of [40, 60, 80, 100]) {
      const text = helpOf(command, columns, shape())
      for (const line of text.split("\n")) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
      expect(words(text)).toEqual(words(helpOf(command, 1000, shape())))
    }
  })

  it.effect("ends with the help topics, as they are typed", () =>
    Effect.map(help, (text) => {
      const last = text.slice(text.indexOf("\nHelp topics:\n"))
      for (const name of topics)
        expect(last).toContain(`${command.path.length === 0 ? "" : "zpcli "}help ${name}`)
      expect(last.split("\n").length).toBeLessThanOrEqual(command.path.length === 0 ? 7 : 4)
      expect(text).not.toContain("docs/")
    }),
  )

  it.effect("lists the choices of every option that has choices", () =>
    Effect.map(help, (text) => {
      const described = command.path.length === 0 ? builtIns : command.options
      for (const { choices = [], group, name: option } of described) {
        if (group === globalOptions) continue
        const [, said = ""] = text.split(new RegExp(`^  (?:-\\w, )?${option}\\b`, "m"))
        const about = said.split(/^ {2}\S/m)[0] as string
        for (const choice of choices.filter((one) => !one.startsWith("-"))) expect(about).toContain(choice)
      }
    }),
  )

  it.effect("has no filler and no ANSI", () =>
    Effect.map(help, (text) => {
      expect(text).not.toContain("A true or false value")
      expect(text).not.toContain("\u001b")
    }),
  )

  it("has two or three examples that the program understands", () => {
    expect(command.examples.length).toBeGreaterThanOrEqual(2)
    expect(command.examples.length).toBeLessThanOrEqual(3)
    for (const { command: line } of command.examples) {
      const [program, ...argv] = words(line.replace(/ \| .*/, ""))
      expect(program).toBe("zpcli")
      expect(parse(shape(), argv), line).toMatchObject({ _tag: "Run" })
    }
  })

  it("shows no default for a flag, since it is always off", () => {
    for (const { description, name: option, value } of command.options) {
      if (value === undefined && option !== "--local") expect(description, option).not.toContain("default")
    }
  })
})

describe("zpcli --help", () => {
  const help = helpOf(shape(), 80)

  it("says how to sign in, and what each exit code means", () => {
    expect(/\nSign in:\n(( {2}.+\n)+)\n/.exec(help)?.[1]?.split("\n")).toHaveLength(4)
    expect(help).toContain("Exit codes:\n")
    for (const code of Object.keys(exitCodeMeanings)) expect(help).toMatch(new RegExp(`^  ${code} `, "m"))
    expect(help).toContain("143")
  })

  it("describes the global options, which every command has", () => {
    for (const name of ["--rcfile", "--auth", ...builtIns.map(({ name }) => name)])
      expect(help).toMatch(new RegExp(`^  (-\\w, )?${name}\\b`, "m"))
    const [, about = ""] = help.split("\n  --auth <auth>")
    for (const word of ["(pat)", "(jwt)", "(auto)"]) expect(about).toContain(word)
  })
})

describe("the help of a command", () => {
  const helpFor = (...path: ReadonlyArray<string>) =>
    helpOf(all(shape()).find((each) => each.path.join() === path.join()) as CommandShape, 80, shape())
  const titles = (help: string) => Array.from(help.matchAll(/^([A-Z][^\n]*):$/gm), ([, title]) => title)

  it.each([
    ["rotate", 60, ["Which PAT", "When", "The new PAT", "Where the token goes", "Other"]],
    ["create", 45, ["The new PAT", "Where the token goes", "Other"]],
    ["list", 45, ["Which PATs", "Output"]],
    ["run", 45, ["The new PAT", "Other"]],
    ["show", 45, ["Which PAT", "Output"]],
    ["revoke", 45, ["Options"]],
  ])("pat %s fits %d lines, with its options in groups", (verb, most, groups) => {
    const help = helpFor("pat", verb)
    expect(help.trimEnd().split("\n").length).toBeLessThanOrEqual(most)
    const before = titles(help).filter((title) => title !== "Arguments")
    expect(before.slice(0, before.indexOf("Examples"))).toEqual(groups)
    expect(before.slice(before.indexOf("Examples") + 1)).toEqual([
      "Global options (see zpcli --help)",
      "Help topics",
    ])
  })
})

describe("zpcli help", () => {
  it.effect.each(topics)("%s prints its page unchanged", (name) =>
    Effect.map(runIn(["help", name]), (ran) =>
      expect(ran).toEqual({
        code: 0,
        stdout: readFileSync(`docs/${name}.md`, "utf8"),
        stderr: "",
        requests: [],
      }),
    ),
  )

  it("has no topic with the name of a command", () => {
    const names = shape().subcommands.flatMap(({ path }) => path)
    expect(topics).toEqual(["exit-codes", "environment", "ci", "json"])
    expect(topics.filter((name) => names.includes(name))).toEqual([])
  })
})
