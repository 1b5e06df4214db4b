import { existsSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import stringWidth from "fast-string-width"
import { exitCodeMeanings } from "../../src/cli/errors/exitCodes.ts"
import { shape } from "../../src/cli/root.ts"
import { builtIns } from "../../src/cli/strict/builtIns.ts"
import { helpOf } from "../../src/cli/strict/help.ts"
import { parse } from "../../src/cli/strict/parse.ts"
import type { CommandShape } from "../../src/cli/strict/shape.ts"
import { runIn } from "../support/world/world.ts"

const all = (command: CommandShape): ReadonlyArray<CommandShape> => [
  command,
  ...command.subcommands.flatMap(all),
]
const commands = all(shape()).map((command) => [command.command, command] as const)

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

  it.effect("fits 80 columns and ends no line in blanks", () =>
    Effect.map(help, (text) => {
      for (const line of text.split("\n")) {
        expect(stringWidth(line), line).toBeLessThanOrEqual(80)
        expect(line).not.toMatch(/\s$/)
      }
    }),
  )

  it.effect("shows the full path, every option and argument with a description", () =>
    Effect.map(help, (text) => {
      expect(text).toContain(`Usage: ${name} `)
      for (const { description, name: option } of [...command.options, ...builtIns]) {
        expect(text).toMatch(new RegExp(`^  (-\\w, )?${option}\\b`, "m"))
        expect(description.length, option).toBeGreaterThan(10)
      }
      for (const arg of command.args) expect(text).toContain(`<${arg.name}>`)
      for (const child of command.subcommands) expect(text).toContain(child.path.join(" "))
    }),
  )

  it("fits terminals of 40 to 100 columns, and breaks no word", () => {
    const words = (text: string) =>
      text
        .replaceAll(" \\\n", " ")
        .split(/\s+/)
        .filter((word) => word !== "#")
    for (const columns of [40, 60, 80, 100]) {
      const text = helpOf(command, columns)
      for (const line of text.split("\n")) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
      expect(words(text)).toEqual(words(helpOf(command, 1000)))
    }
  })

  it.effect("names pages of the documentation that there are", () =>
    Effect.map(help, (text) => {
      const pages = text.match(/docs\/[\w-]+\.md/g) ?? []
      expect(pages.length).toBeGreaterThan(0)
      for (const page of pages) expect(existsSync(page), page).toBe(true)
    }),
  )

  it.effect("names the choices of every option that has some", () =>
    Effect.map(help, (text) => {
      for (const { choices = [], name: option } of [...command.options, ...builtIns]) {
        const [, said = ""] = text.split(new RegExp(`^  (?:-\\w, )?${option}\\b`, "m"))
        const about = said.split(/^ {2}\S/m)[0] as string
        for (const choice of choices.filter((one) => !one.startsWith("-"))) expect(about).toContain(choice)
      }
    }),
  )

  it.effect("says where the exit codes are", () =>
    Effect.map(help, (text) => {
      if (command.path.length > 0) return expect(text).toContain("Exit codes; zpcli --help lists them")
      expect(/\nSign in:\n(( {2}.+\n)+)\n/.exec(text)?.[1]?.split("\n")).toHaveLength(4)
      expect(text).toContain("Exit codes:\n")
      for (const code of Object.keys(exitCodeMeanings)) expect(text).toMatch(new RegExp(`^  ${code} `, "m"))
      expect(text).toContain("143")
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

  it("says the default of every option that has one", () => {
    for (const { description, name: option, repeated, required, value } of command.options) {
      const isAlternative = command.args.some(({ alternative }) => alternative === option)
      if (required || (repeated && value !== undefined) || option === "--out" || isAlternative) continue
      expect(description, option).toMatch(/\(default: .+\)/)
    }
  })
})
