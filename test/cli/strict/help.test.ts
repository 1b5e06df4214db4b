import { describe, expect, it } from "vitest"
import { globalOptions } from "../../../src/cli/strict/builtIns.ts"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { helpColumns, helpOf } from "../../../src/cli/strict/help.ts"
import type { CommandShape, OptionShape } from "../../../src/cli/strict/shape.ts"
import { fleet } from "./program.ts"

const tree = read(fleet, "fleet")
const move = tree.subcommands[0]?.subcommands[0] as CommandShape

describe("help", () => {
  it("of a group lists every command in it, with its full path", () => {
    expect(helpOf(tree)).toContain(`Command a fleet.

Usage: fleet <command>

Commands:
  ship move                 Move a ship
  ship mine lay             Lay a mine
  ship mine clear           Clear a mine
  status                    Say how it goes
  help                      Show help for a command or a topic

Global options:
`)
  })

  it("of a command shows its usage, arguments, options and examples", () => {
    const help = helpOf(move)
    expect(help).toContain("Usage: fleet ship move <ship> --cargo <good>... [options] [-- <stop>...]\n")
    expect(help).toContain("  <ship>                    Name of the ship\n")
    expect(help).toContain("  -s, --speed <integer>     Speed in knots\n")
    expect(help).toContain("  --cargo <good>            What is on board (required, repeatable)\n")
    expect(help).toContain("  -h, --help                Print this help\n")
    expect(help).toContain("Examples:\n  # To where it is told\n  fleet ship move Ada --cargo tea\n")
  })

  it("ends with the options of every command, under a title of their own", () => {
    const help = helpOf(move)
    const own = help.indexOf("\nOptions:\n")
    const global = help.indexOf("\nGlobal options:\n")
    expect(own).toBeGreaterThan(0)
    expect(help.indexOf("\nExamples:\n")).toBeGreaterThan(own)
    expect(global).toBeGreaterThan(help.indexOf("\nExamples:\n"))
    expect(help.slice(own, global)).not.toContain("--help")
    expect(help.slice(global)).not.toContain("--speed")
    expect(help.endsWith("  -h, --help                Print this help\n")).toBe(true)
  })

  it("has the program's own sections, each with its own column width", () => {
    const sections = [
      { title: "Exit codes", entries: [["3", "sunk"] as const, ["130", "called back"] as const] },
    ]
    expect(helpOf({ ...move, sections })).toContain(
      "\nExit codes:\n  3    sunk\n  130  called back\n\nGlobal",
    )
  })

  const topics = [["seas", "Where fleets sail"] as const, ["knots", "How fast they are"] as const]

  it("lists options under their titles in order of definition, and those without a title last", () => {
    const option = (name: string, group?: string) => ({
      name,
      value: undefined,
      repeated: false,
      required: false,
      description: "As it says",
      ...(group === undefined ? {} : { group }),
    })
    const shape = {
      ...move,
      options: [option("--a", "Where to"), option("--b"), option("--c", "Who"), option("--d", "Where to")],
    }
    expect(helpOf(shape).replace(/ +As it says/g, "")).toContain(
      "\nWhere to:\n  --a\n  --d\n\nWho:\n  --c\n\nOther:\n  --b\n\nExamples:\n",
    )
  })

  it("describes global options and topics for the program, but only names them for a command", () => {
    const global: OptionShape = {
      name: "--flag",
      value: "colour",
      repeated: false,
      required: false,
      description: "What to show",
      group: globalOptions,
    }
    const withGlobal = (shape: CommandShape): CommandShape =>
      shape.subcommands.length === 0
        ? { ...shape, options: [...shape.options, global] }
        : { ...shape, subcommands: shape.subcommands.map(withGlobal) }
    const root = { ...withGlobal(tree), topics }
    const own = helpOf(root, 80, root)
    expect(own.match(/^ {2}--flag /gm)).toHaveLength(1)
    expect(own).toContain("\n  -h, --help                Print this help\n")
    expect(
      own.endsWith(`
Help topics:
  help seas                 Where fleets sail
  help knots                How fast they are
`),
    ).toBe(true)
    const status = root.subcommands[1] as CommandShape
    expect(helpOf(status, 80, root)).toBe(`Say how it goes.

Usage: fleet status [options]

Global options (see fleet --help):
  --flag <colour>, --no-input, --no-color, --log-level <level>,
  --completions <shell>, --version, --help

Help topics:
  fleet help seas, fleet help knots
`)
  })

  const everyWidth = [40, 59, 60, 61, 80, 100]
  const words = (text: string) =>
    text
      .replaceAll(" \\\n", " ")
      .split(/\s+/)
      .filter((word) => word !== "#")

  it.each(everyWidth)("fits %d columns, and breaks only between words", (columns) => {
    const name = "law-hotel-shape-community"
    const description = `${"A word ".repeat(8)}${name} and more`
    const shape: CommandShape = {
      ...move,
      summary: description,
      options: move.options.map((option) => ({ ...option, description })),
      examples: [{ command: `fleet ship move "Ada  Lovelace" --cargo 'tea and rum' ${name}`, description }],
      sections: [{ title: "More", entries: [["a page", description]] }],
    }
    const root = { ...tree, topics }
    const help = helpOf(shape, columns, root)
    for (const line of help.split("\n")) {
      expect(line.length, line).toBeLessThanOrEqual(columns)
      expect(line).not.toMatch(/\s$/)
    }
    expect(words(help)).toEqual(words(helpOf(shape, 1000, root)))
  })

  it("continues a long example with backslashes, and breaks no quoted word", () => {
    const command = `fleet ship move "Ada Lovelace" --cargo tea --cargo 'rum*'`
    const help = helpOf({ ...move, examples: [{ command, description: "Long" }] }, 40)
    expect(help).toContain(`  fleet ship move "Ada Lovelace" \\\n    --cargo tea --cargo 'rum*'\n`)
  })

  it("uses the terminal's width, at most 100 columns, or 80 without a terminal", () => {
    expect([40, 80, 100, 101, 400, 0, undefined].map(helpColumns)).toEqual([40, 80, 100, 100, 100, 80, 80])
  })
})
