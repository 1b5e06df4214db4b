import { describe, expect, it } from "vitest"
import { helpColumns, helpOf } from "../../../src/cli/strict/help.ts"
import { read } from "../../../src/cli/strict/read.ts"
import type { CommandShape } from "../../../src/cli/strict/shape.ts"
import { fleet } from "./program.ts"

const tree = read(fleet)
const move = tree.subcommands[0]?.subcommands[0] as CommandShape

describe("help", () => {
  it("of a group lists every command below it, with its full path", () => {
    expect(helpOf(tree)).toContain(`Command a fleet.

Usage: fleet <command>

Commands:
  ship move                 Move a ship
  ship mine lay             Lay a mine
  ship mine clear           Clear a mine
  status                    Say how it goes
  help                      Print the help of a command

Global options:
`)
  })

  it("of a command shows its usage, arguments, options and examples", () => {
    const help = helpOf(move)
    expect(help).toContain("Usage: fleet ship move <ship> --cargo <good>... [options] [-- <stop>...]\n")
    expect(help).toContain("  <ship>                    Name of the ship\n")
    expect(help).toContain("  -s, --speed <integer>     Speed in knots\n")
    expect(help).toContain("  --cargo <good>            What is on board (required)\n")
    expect(help).toContain("  -h, --help                Print this help\n")
    expect(help).toContain("Examples:\n  # To where it is told\n  fleet ship move Ada --cargo tea\n")
  })

  it("has the options of every command under a title of their own, at the end", () => {
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

  it("has the sections that the program adds, each with a column for its own names", () => {
    const sections = [
      { title: "Exit codes", entries: [["3", "sunk"] as const, ["130", "called back"] as const] },
    ]
    expect(helpOf({ ...move, sections })).toContain(
      "\nExit codes:\n  3    sunk\n  130  called back\n\nGlobal",
    )
  })

  it("says in which folder the files of a section are, if that is known", () => {
    const sections = [{ title: "Pages", files: true, entries: [["move.md", "All"] as const] }]
    const pages = (columns: number, folder?: string) =>
      /Pages:\n([\s\S]+?)\n\n/.exec(helpOf({ ...move, sections }, columns, folder))?.[1]
    expect(pages(80)).toBe("  move.md  All")
    expect(pages(80, "/usr/lib/fleet")).toBe("  move.md  All\n  in the folder /usr/lib/fleet")
    const deep = `/home/${"ada/".repeat(20)}`
    expect(pages(80, deep)).toBe(`  move.md  All\n  in the folder\n  ${deep}`)
  })

  const everyWidth = [40, 59, 60, 61, 80, 100]
  const words = (text: string) =>
    text
      .replaceAll(" \\\n", " ")
      .split(/\s+/)
      .filter((word) => word !== "#")

  it.each(everyWidth)("fits %d columns, and breaks between words alone", (columns) => {
    const name = "law-hotel-shape-community"
    const description = `${"A word ".repeat(8)}${name} and more`
    const shape: CommandShape = {
      ...move,
      summary: description,
      options: move.options.map((option) => ({ ...option, description })),
      examples: [{ command: `fleet ship move "Ada  Lovelace" --cargo 'tea and rum' ${name}`, description }],
      sections: [{ title: "More", entries: [["a page", description]] }],
    }
    const help = helpOf(shape, columns)
    for (const line of help.split("\n")) {
      expect(line.length, line).toBeLessThanOrEqual(columns)
      expect(line).not.toMatch(/\s$/)
    }
    expect(words(help)).toEqual(words(helpOf(shape, 1000)))
  })

  it("continues a long example with backslashes, as a shell reads it, and breaks no quoted word", () => {
    const command = `fleet ship move "Ada Lovelace" --cargo tea --cargo 'rum*'`
    const help = helpOf({ ...move, examples: [{ command, description: "Long" }] }, 40)
    expect(help).toContain(`  fleet ship move "Ada Lovelace" \\\n    --cargo tea --cargo 'rum*'\n`)
  })

  it("takes the width of the terminal, at most 100, and 80 where there is none", () => {
    expect([40, 80, 100, 101, 400, 0, undefined].map(helpColumns)).toEqual([40, 80, 100, 100, 100, 80, 80])
  })
})
