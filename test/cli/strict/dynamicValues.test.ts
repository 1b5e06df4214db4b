import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { hidden, trailingCommand, withDynamicValues } from "../../../src/cli/strict/annotations.ts"
import { completionsFor } from "../../../src/cli/strict/completions/index.ts"
import { read } from "../../../src/cli/strict/effectCli.ts"
import { execute } from "../../../src/cli/strict/execute.ts"
import { helpOf } from "../../../src/cli/strict/help.ts"
import { parse } from "../../../src/cli/strict/parse.ts"
import { completeIn, folderOf, missing, shellOutput, shells } from "../../support/program/shells.ts"

const ship = Args.text({ name: "ship" }).pipe(Args.withDescription("Name of a ship"))
const port = Options.text("port").pipe(Options.withDescription("Where to"), Options.optional)
const dock = Command.make("dock", {
  ships: ship.pipe(Args.repeated, withDynamicValues(["fleet-ships"])),
  port,
})
const sink = Command.make("sink", { ship: ship.pipe(Args.optional, withDynamicValues(["fleet-ships"])) })
const asked: Array<ReadonlyArray<string>> = []
const ships = Command.make("fleet-ships", { typed: trailingCommand("Words") }, ({ typed }) =>
  Effect.sync(() => void asked.push(typed)),
)
const fleet = {
  summary: "Command a fleet",
  commands: { dock: () => dock, sink: () => sink, "fleet-ships": () => hidden(ships) },
}
const tree = read(fleet, "fleet")

/** What the program prints: names with descriptions, and what must not get into a shell. */
const printed = [
  "Ada\\tthe first",
  "Grace\\t$(touch pwned) \\`touch pwned\\`",
  "$(touch pwned)\\tx",
  "\\`touch pwned\\`\\tx",
  "Ada;touch pwned\\tx",
  "two words\\tx",
  "\\tno name",
].join("\\n")
const stub = `echo "$*" >> "$HOME/asked"; [ -t 0 ] || cat; echo warned >&2; printf '${printed.replaceAll("\\`", "`")}\\n'`

for (const shell of shells) {
  describe.skipIf(missing(shell))(`values that the program prints, in ${shell}`, () => {
    const folderWith = (text: string) => folderOf(completionsFor(shell, tree), { fleet: text })
    const argumentsIn = (answers: ReadonlyArray<ReadonlyArray<string>>) =>
      answers.map((words) => words.filter((word) => !word.startsWith("-")).sort())

    it("are offered if they are plain words", {
      timeout: 30_000,
    }, () => {
      const folder = folderWith(stub)
      const lines = ["fleet dock ", "fleet dock Gr", "fleet dock --port x Ada ", "fleet sink A"]
      expect(argumentsIn(completeIn[shell](folder, "fleet", lines))).toEqual([
        ["Ada", "Grace"],
        ["Grace"],
        ["Ada", "Grace"],
        ["Ada"],
      ])
      expect(existsSync(join(folder, "here", "pwned"))).toBe(false)
      const asked = readFileSync(join(folder, "asked"), "utf8").split("\n")
      expect(asked).toContain("fleet-ships -- dock --port x Ada")
    })

    it("aren't fetched while an option, its value or another command is typed", {
      timeout: 30_000,
    }, () => {
      const folder = folderWith(stub)
      expect(
        argumentsIn(completeIn[shell](folder, "fleet", ["fleet dock --po", "fleet dock --port ", "fleet "])),
      ).toEqual([[], [], ["dock", "help", "sink"]])
      // fish asks for all of a command's values, and chooses among them.
      if (shell !== "fish") expect(existsSync(join(folder, "asked"))).toBe(false)
    })

    it("are empty, silently, if the program fails", { timeout: 30_000 }, () => {
      const lines = ["fleet dock "]
      expect(argumentsIn(completeIn[shell](folderWith("echo oops >&2; exit 9"), "fleet", lines))).toEqual([
        [],
      ])
    })
  })
}

describe("values that the program prints", () => {
  it.skipIf(missing("fish"))("are shown with their descriptions by fish", () => {
    const folder = folderOf(completionsFor("fish", tree), { fleet: stub })
    const out = shellOutput(folder, "fish", [
      "--no-config",
      "-c",
      "source ../script; complete -C 'fleet dock A'",
    ])
    expect(out).toBe("Ada\tthe first\n")
  })
})

describe("a hidden command", () => {
  it("doesn't appear in help, completions or suggestions", () => {
    const texts = [
      helpOf(tree, 80),
      ...shells.map((shell) => completionsFor(shell, tree).replace(/fleet fleet-ships --/g, "")),
    ]
    for (const text of texts) expect(text).not.toContain("fleet-ships")
    const request = parse(tree, ["fleet-ship"])
    expect(request).toMatchObject({ _tag: "UsageError" })
    expect(JSON.stringify(request)).not.toContain("fleet-ships")
  })

  it("can be run", async () => {
    const request = parse(tree, ["fleet-ships", "--", "dock", "--port", ""])
    if (request._tag !== "Run") throw new Error(request._tag)
    await Effect.runPromise(execute(fleet, "fleet", request.argv) as Effect.Effect<void>)
    expect(asked).toEqual([["dock", "--port", ""]])
  })
})
