import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { describe, expect, it } from "vitest"
import { withCompletions } from "../../../src/cli/strict/annotations.ts"
import { completionsFor } from "../../../src/cli/strict/completions/index.ts"
import { read } from "../../../src/cli/strict/effectCli.ts"
import {
  completeIn,
  describedIn,
  folderOf,
  missing,
  shellOutput,
  shells,
} from "../../support/program/shells.ts"
import { fleet } from "./program.ts"

const tree = {
  ...read(fleet, "fleet"),
  topics: [
    ["seas", "Where fleets sail"],
    ["knots", "How fast they are"],
  ] as const,
}

/** Command lines up to the cursor, with all that is offered there, options aside. */
const cases: Readonly<Record<string, ReadonlyArray<string>>> = {
  "fleet ": ["ship", "status", "help"],
  "fleet help ": ["ship", "status", "help", "seas", "knots"],
  "fleet help se": ["seas"],
  "fleet help --log-level debug kn": ["knots"],
  "fleet --no-color help kn": ["knots"],
  "fleet se": [],
  "fleet help --completions ": ["bash", "zsh", "fish"],
  "fleet help ship ": ["mine", "move"],
  "fleet help ship mine la": ["lay"],
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
    it("are those of each command, three levels deep", { timeout: 60_000 }, () => {
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

/** All that a shell could take for its own. */
const odd = `Say: [so] "so" 'so' it's $HOME $(so) \`so\` \\so\\ 50% {a,b} (c) ~ * ! #; <so> & | a::b`
const oddValues = ["a:b", "two words", "$HOME", "`x`", "it's", '"q"', "back\\slash", "[x]", "(y)", "t*", "é"]
const oddTree = read(
  {
    summary: odd,
    commands: {
      one: () =>
        Command.make("one", {
          tone: Options.text("tone").pipe(
            Options.withPseudoName("a:b"),
            Options.withDescription(odd),
            Options.withAlias("t"),
            Options.optional,
            withCompletions(oddValues),
          ),
          many: Options.text("many").pipe(Options.withDescription(odd), Options.repeated),
        }).pipe(Command.withDescription(odd)),
    },
  },
  "odd",
)

describe("text that a shell could interpret", () => {
  for (const shell of ["zsh", "fish"] as const) {
    it.skipIf(missing(shell))(`is shown unchanged by ${shell} in a description`, { timeout: 60_000 }, () => {
      const folder = folderOf(completionsFor(shell, oddTree))
      for (const line of ["odd o", "odd one --to", "odd one --man"])
        expect(describedIn[shell](folder, line)).toEqual([odd])
    })
  }

  for (const shell of shells) {
    it.skipIf(missing(shell))(
      `reaches the program unchanged in a value that ${shell} offers`,
      { timeout: 60_000 },
      () => {
        const folder = folderOf(completionsFor(shell, oddTree))
        const [offered = []] = completeIn[shell](folder, "odd", ["odd one --tone "])
        // fish quotes a word when it puts it in.
        const typed =
          shell === "fish"
            ? offered
            : shellOutput(folder, shell, ["-c", `printf '%s\\n' ${offered.join(" ")}`])
                .trim()
                .split("\n")
        expect([...new Set(typed)].sort()).toEqual([...oddValues].sort())
      },
    )
  }
})

describe("a completion script", () => {
  it.each(shells)("in %s can be generated for a program without groups or options", (shell) => {
    const alone = { ...tree, subcommands: [] }
    const script = completionsFor(shell, alone)
    expect(script).toContain("fleet")
    if (!missing(shell)) {
      expect(completeIn[shell](folderOf(script), "fleet", ["fleet --he"])).toEqual([["--help"]])
    }
  })
})
