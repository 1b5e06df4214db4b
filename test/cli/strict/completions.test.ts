import { describe, expect, it } from "vitest"
import { completionsFor } from "../../../src/cli/strict/completions/index.ts"
import { read } from "../../../src/cli/strict/read.ts"
import { completeIn, folderOf, missing, shells } from "../../support/program/shells.ts"
import { fleet } from "./program.ts"

const tree = read(fleet)

/** Command lines up to the cursor, with all that is offered there, options aside. */
const cases: Readonly<Record<string, ReadonlyArray<string>>> = {
  "fleet ": ["ship", "status", "help"],
  "fleet ship ": ["mine", "move"],
  "fleet ship mine ": ["clear", "lay"],
  "fleet ship --log-level debug mine la": ["lay"],
  "fleet ship mine --help la": ["lay"],
  "fleet ship mine lay --kind ": ["moored", "drifting"],
  "fleet ship mine clear --kind ": [],
  "fleet ship mine lay --de": ["--depth"],
  "fleet ship move Ada --cargo ": ["tea", "rum*"],
  "fleet ship move Ada --heading n": ["north"],
  "fleet ship move Ada --log tok": ["token.txt"],
  "fleet ship move Ada --label ": [],
}

for (const shell of shells) {
  describe.skipIf(missing(shell))(`completions in ${shell}`, () => {
    it("are offered for a program three levels deep, each command's own", { timeout: 60_000 }, () => {
      const answers = completeIn[shell](folderOf(completionsFor(shell, tree)), "fleet", Object.keys(cases))
      const found = answers.map((words, index) => {
        const isOption = (Object.values(cases)[index] ?? []).some((word) => word.startsWith("-"))
        const kept = words.filter((word) => isOption || !word.startsWith("-"))
        return [...new Set(kept)].map((word) => word.replaceAll("\\", "")).sort()
      })
      expect(Object.fromEntries(Object.keys(cases).map((line, index) => [line, found[index]]))).toEqual(
        Object.fromEntries(Object.entries(cases).map(([line, words]) => [line, [...words].sort()])),
      )
    })
  })
}

describe("a completion script", () => {
  it.each(shells)("in %s can be made for a program with neither groups nor options", (shell) => {
    const alone = { ...tree, subcommands: [] }
    const script = completionsFor(shell, alone)
    expect(script).toContain("fleet")
    if (!missing(shell)) {
      expect(completeIn[shell](folderOf(script), "fleet", ["fleet --he"])).toEqual([["--help"]])
    }
  })
})
