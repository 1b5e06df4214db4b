import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Logger from "effect/Logger"
import { logger, report } from "../../../src/cli/errors/report.ts"
import { escapeControls } from "../../../src/cli/output/escape.ts"
import { printError } from "../../../src/cli/output/print.ts"
import { fold, widthOf } from "../../../src/cli/output/wrap.ts"
import { InvalidInput } from "../../../src/domain/Errors.ts"
import { Process } from "../../../src/services/Process.ts"
import { atTerminal } from "../../support/world/process.ts"
import { withStderr } from "../../support/world/world.ts"

const command = "zpcli pat revoke law-hotel-shape-community"

const word = fc.oneof(
  fc.constantFrom(
    "a",
    "PAT",
    "漢字",
    "é",
    "👩‍💻",
    "\u001b[2J",
    "one\ntwo",
    "zpcli:",
    "law-hotel-shape-community",
  ),
  fc.constantFrom("https://api.zpools.io/v1/pat", "/home/demo/.config/zpools.io/zpoolrc"),
  fc.string({ minLength: 1, maxLength: 30 }).map((text) => text.replaceAll(" ", "x")),
)
const one = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "))
/** Blanks before the words, as in a list, and more than one between some. */
const line = fc
  .tuple(fc.nat({ max: 2 }), one, fc.nat({ max: 90 }), one)
  .map(([before, start, gap, end]) => " ".repeat(before) + start + " ".repeat(gap) + end)
const columns = fc.integer({ min: 12, max: 120 })

const wordsOf = (text: string) => text.split(" ").filter((part) => part !== "")

describe("wrapping", () => {
  it.prop(
    "leaves no line wider than the terminal, except a single long word, and no trailing spaces",
    [line, columns],
    ([text, width]) => {
      for (const folded of fold(text, width).split("\n")) {
        expect(folded).toBe(folded.trimEnd())
        if (wordsOf(folded).length > 1) expect(widthOf(folded), folded).toBeLessThanOrEqual(width)
      }
    },
  )

  it.prop("puts as many words on a line as fit", [one, columns], ([text, width]) => {
    const lines = fold(text, width).split("\n")
    for (const [at, next] of lines.slice(1).entries())
      expect(widthOf(`${lines[at]} ${wordsOf(next)[0]}`)).toBeGreaterThan(width)
  })

  it.prop("keeps every word whole and in order", [line, columns], ([text, width]) => {
    expect(wordsOf(fold(text, width).replaceAll("\n", " "))).toEqual(wordsOf(escapeControls(text)))
  })

  it.prop(
    "indents continuation lines, so that a server's text can't look like a line of its own",
    [fc.array(one, { minLength: 1, maxLength: 4 }), columns],
    ([lines, width]) => {
      const begun = fold(lines, width)
        .split("\n")
        .filter((text) => !text.startsWith("  "))
      expect(begun.map((text) => wordsOf(text)[0])).toEqual(
        lines.map((text) => wordsOf(escapeControls(text))[0]),
      )
    },
  )

  it("indents continuation lines further than the entries of a list", () => {
    expect(fold(["  one two three", "  four"], 10)).toBe("  one two\n    three\n  four")
  })

  it("keeps empty lines, and doesn't break a line that exactly fits", () => {
    expect(fold(["", "0123456789 0123456789", "0123"], 10)).toBe("\n0123456789\n  0123456789\n0123")
    expect(fold("01234 6789", 10)).toBe("01234 6789")
    expect(fold("01234 67890", 10)).toBe("01234\n  67890")
  })

  it("doesn't split a command to copy if it fits on one line", () => {
    expect(fold(`See the PATs, then run: ${command}`, 60)).toBe(
      "See the PATs, then run: zpcli pat revoke\n  law-hotel-shape-community",
    )
  })
})

describe("on stderr,", () => {
  const message = `"${"x".repeat(10)} zpcli: done ${"y".repeat(30)}" is not a valid label: it is made up.`
  const error = new InvalidInput({ kind: "label", value: "", message })
  /** What an effect writes to a stderr of 40 columns. */
  const written = (effect: Effect.Effect<unknown>, isTerminal: boolean) =>
    effect.pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.provideService(Process, {
        ...atTerminal,
        stderr: { ...atTerminal.stderr, isTerminal, columns: () => 40 },
      }),
      withStderr,
      Effect.map(({ stderr }) => stderr.trimEnd().split("\n")),
    )

  it.effect.each([
    ["an error", report(error, false), 'zpcli: "xxxxxxxxxx zpcli: done'],
    ["a notice", printError(message), '"xxxxxxxxxx zpcli: done'],
    ["a warning", Effect.logWarning(message), 'zpcli: warning: "xxxxxxxxxx zpcli: done'],
  ] as const)("%s wraps at a terminal, and is one line in a pipe", ([, effect, first]) =>
    Effect.gen(function* () {
      const [start, next, ...rest] = yield* written(effect, true)
      expect(start).toBe(first)
      expect(next).toBe(`  ${"y".repeat(30)}" is not`)
      expect(rest[0]).toBe("  a valid label: it is made up.")
      expect((yield* written(effect, false))[0]).toContain(message)
    }),
  )

  it.effect("JSON is never wrapped", () =>
    Effect.gen(function* () {
      const lines = yield* written(report(error, true), true)
      expect(lines).toHaveLength(1)
      expect(JSON.parse(lines[0] as string).error.message).toBe(message)
    }),
  )
})
