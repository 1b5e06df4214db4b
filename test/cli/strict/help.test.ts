import { describe, expect, it } from "vitest"
import { entry, helpOf, section } from "../../../src/cli/strict/help.ts"
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

Options:
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

  it("ends with what the caller adds", () => {
    const footer = section("Exit codes", [entry("3", "sunk")])
    expect(helpOf(move, footer)).toBe(`${helpOf(move)}\nExit codes:\n  3                         sunk\n`)
    expect(section("Nothing", [])).toBe("")
  })

  it("breaks descriptions between words alone, within 80 columns", () => {
    const name = "law-hotel-shape-community"
    const lines = entry("<key_id>", `${"A word ".repeat(8)}${name} and more`).split("\n")
    expect(lines.some((line) => line.includes(name))).toBe(true)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })
})
