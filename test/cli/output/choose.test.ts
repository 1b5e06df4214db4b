import type * as Prompt from "@effect/cli/Prompt"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import stringWidth from "fast-string-width"
import { type Choice, chooseOne, chooseSeveral } from "../../../src/cli/output/choose.ts"
import { fakeTerminal, typed } from "../../support/world/world.ts"

const named = (...names: ReadonlyArray<string>): ReadonlyArray<Choice<string>> =>
  names.map((name) => ({ value: name, name, details: [`about ${name}`], keywords: `${name} juice` }))

const special = (name: string): Terminal.UserInput => ({
  input: Option.none(),
  key: { name, ctrl: false, meta: false, shift: false },
})

/** Keys by name in angle brackets, everything else as it is typed. */
const keysOf = (text: string): ReadonlyArray<Terminal.UserInput> =>
  text.split(/(<\w+>)/).flatMap((part) => (/^<\w+>$/.test(part) ? [special(part.slice(1, -1))] : typed(part)))

interface Size {
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Answers a chooser by keys; gives the result, and the frames as they were drawn. */
const answer = <A, E>(
  chooser: Effect.Effect<A, E, Terminal.Terminal | Prompt.Prompt.Environment>,
  keys: string,
  { columns = 80, rows = 24 }: Size = {},
) =>
  Effect.suspend(() => {
    const displayed: Array<string> = []
    const terminal = Terminal.Terminal.of({
      ...fakeTerminal(keysOf(keys), "", (text) => void displayed.push(text)),
      columns: Effect.succeed(columns),
      rows: Effect.succeed(rows),
    })
    return Effect.either(chooser).pipe(
      Effect.provide(
        Layer.mergeAll(Layer.succeed(Terminal.Terminal, terminal), NodeFileSystem.layer, NodePath.layer),
      ),
      Effect.map((result) => ({
        result,
        frames: displayed.filter((text) => text.includes("Filter:")),
        shown: displayed.join(""),
      })),
    )
  })

const fruit = named("apple", "banana", "cherry")

describe("choosing one", () => {
  it.effect.each<readonly [keys: string, chosen: string]>([
    ["\r", "apple"],
    ["<down>\r", "banana"],
    ["<down><down><down><down>\r", "cherry"],
    ["<down><up><up>\r", "apple"],
    ["<end>\r", "cherry"],
    ["<end><home>\r", "apple"],
    ["\u000e\u000e\u0010\r", "banana"],
    ["AN\r", "banana"],
    ["cherry j\r", "cherry"],
    ["x\b<down>\r", "banana"],
    ["che\u0015\r", "cherry"],
    ["che<escape><up>\r", "banana"],
    ["nothing\r\u0015\r", "apple"],
    [" \r", "apple"],
    ["\u000c<down>\r", "banana"],
    ["\u0007\u0001\r", "apple"],
  ])("with the keys %j gives %s", ([keys, chosen]) =>
    Effect.map(answer(chooseOne("Which?", fruit), keys), ({ result, shown }) => {
      expect(result).toEqual(Either.right(chosen))
      expect(shown).toContain(`Which? ${chosen}\n`)
    }),
  )

  it.effect.each(["\u0003", "\u0004", "ban\u0003", "ban<escape><escape>"])(
    "with the keys %j ends with Quit",
    (keys) =>
      Effect.map(answer(chooseOne("Which?", fruit), keys), ({ result, shown }) => {
        expect(Either.getLeft(result)).toMatchObject({ value: { _tag: "Quit" } })
        // The terminal's cursor is on a line of its own, and was never hidden.
        expect(shown.endsWith("Which?\n")).toBe(true)
        expect(shown).not.toContain("\u001B[?25l")
      }),
  )

  it.effect("starts on the first row, and marks the cursor's row with a character", () =>
    Effect.map(answer(chooseOne("Which?", fruit), "<down>\r"), ({ frames }) => {
      const rows = frames.map((frame) =>
        frame
          .split("\n")
          .slice(1, 4)
          .map((line) => line.slice(0, 4)),
      )
      expect(rows).toEqual([
        ["> ap", "  ba", "  ch"],
        ["  ap", "> ba", "  ch"],
      ])
    }),
  )
})

describe("choosing several", () => {
  it.effect.each<readonly [keys: string, chosen: ReadonlyArray<string>]>([
    [" \r", ["apple"]],
    ["<down> <up> \r", ["apple", "banana"]],
    [" <down> <up> \r", ["banana"]],
    ["ban \u0015<end> \r", ["banana", "cherry"]],
  ])("with the keys %j gives %j, in the list's order", ([keys, chosen]) =>
    Effect.map(answer(chooseSeveral("Which?", fruit), keys), ({ result, shown }) => {
      expect(result).toEqual(Either.right(chosen))
      expect(shown).toContain(`Which? ${chosen.join(", ")}\n`)
    }),
  )

  it.effect("starts with nothing selected, and Enter does nothing until something is", () =>
    Effect.map(answer(chooseSeveral("Which?", fruit), "\r\r<down> \r"), ({ frames, result }) => {
      expect(frames[0]).not.toContain("[x]")
      expect(frames.map((frame) => frame.includes("Press Space to select a row first"))).toEqual([
        false,
        true,
        true,
        false,
        false,
      ])
      expect(result).toEqual(Either.right(["banana"]))
    }),
  )

  it.effect("shows how many are selected, including those that the filter hides", () =>
    Effect.map(answer(chooseSeveral("Which?", fruit), " ban \r"), ({ frames }) => {
      expect(frames.at(-1)).toContain("2 selected")
      expect(frames.at(-1)).not.toContain("apple")
    }),
  )
})

describe("the filter", () => {
  it.effect("matches names and keywords, but no text across two of them", () =>
    Effect.map(answer(chooseOne("Which?", fruit), "about\u0015juice\r"), ({ frames }) => {
      expect(frames[5]).toContain("Nothing matches, Esc to clear the filter")
      expect(frames.at(-1)).toMatch(/apple[\s\S]*banana[\s\S]*cherry/)
    }),
  )

  it.effect("keeps the cursor on its row while the row matches", () =>
    Effect.map(answer(chooseSeveral("Which?", fruit), "<down>a \r"), ({ result }) => {
      expect(result).toEqual(Either.right(["banana"]))
    }),
  )
})

describe("the frame", () => {
  const wide = [
    {
      value: 1,
      name: "a label that is longer than its column",
      details: ["zpool, job", "expires 2027-04-26", "used 2026-11-29", "law-hotel-shape-community"],
    },
    { value: 2, name: "b", details: ["pat", "never expires", "never used", "basket-doctor-humble-figure"] },
  ]

  it.effect.each<readonly [columns: number, row: string]>([
    [
      120,
      "> a label that is longer than its column  zpool, job  expires 2027-04-26  used 2026-11-29  law-hotel-shape-community",
    ],
    [80, "> a label that is longer than…  zpool, job  expires 2027-04-26  used 2026-11-29"],
    [60, "> a label that is longer t…  zpool, job  expires 2027-04-26"],
    [40, "> a label that is longer t…  zpool, job"],
    [20, "> a label that is …"],
  ])("of %i columns leaves out whole details, the last ones first", ([columns, row]) =>
    Effect.map(answer(chooseOne("Which?", wide), "\r", { columns }), ({ frames }) => {
      expect(frames[0]?.split("\n")[1]).toBe(row)
    }),
  )

  const many = named(...Array.from({ length: 500 }, (_, index) => `pat ${index}`))

  it.effect.each<readonly [columns: number, rows: number]>([
    [80, 24],
    [40, 10],
    [20, 5],
    [40, 1],
  ])("of 500 choices fits %i columns and %i rows at every key", ([columns, rows]) =>
    Effect.map(
      answer(chooseOne("Which PAT do you want to show?", many), "<down><pagedown><pagedown><end><up>\r", {
        columns,
        rows,
      }),
      ({ frames, result }) => {
        for (const frame of frames) {
          const lines = frame.split("\n")
          expect(lines.length).toBeLessThanOrEqual(Math.max(rows - 1, 4))
          for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns)
          expect(lines.filter((line) => line.startsWith(">"))).toHaveLength(1)
        }
        expect(result).toEqual(Either.right("pat 498"))
      },
    ),
  )

  it.effect("escapes control characters from the server", () =>
    Effect.map(
      answer(chooseOne("Which\u001b[2J?", named("a\u001b]0;x\u0007\nb", "\u202etxt")), "\r"),
      ({ shown }) => {
        expect(shown).toContain("a\\x1b]0;x\\x07\\nb")
        expect(shown).toContain("\\u202etxt")
        // What is left are our own line breaks and movements.
        const own = ["\u001B[4A", "\u001B[J", "\r", "\n"]
        const rest = own.reduce((text, sequence) => text.replaceAll(sequence, ""), shown)
        expect(rest).not.toMatch(/[\p{Cc}\u202e]/u)
      },
    ),
  )

  it.effect("shortens a long name to less than half of a row, in whole characters", () =>
    Effect.map(
      answer(chooseOne("Which?", [{ value: 1, name: "👩‍💻".repeat(80), details: ["about it"] }]), "\r", {
        columns: 40,
      }),
      ({ frames }) => {
        const row = frames[0]?.split("\n")[1] ?? ""
        expect(row).toMatch(/^> (👩‍💻)+… {2,3}about/u)
      },
    ),
  )

  it.effect("clears the lines it drew, even if the terminal has become narrower in the meantime", () =>
    Effect.gen(function* () {
      let columns = 80
      let out = ""
      const terminal = Terminal.Terminal.of({
        ...fakeTerminal(keysOf("<down>\r"), "", (text) => {
          out += text
          columns = 20
        }),
        columns: Effect.sync(() => columns),
      })
      yield* chooseOne("Which?", fruit).pipe(
        Effect.provide(
          Layer.mergeAll(Layer.succeed(Terminal.Terminal, terminal), NodeFileSystem.layer, NodePath.layer),
        ),
      )
      // Three rows take two lines of 20 columns each, and the note takes three.
      expect(out).toContain("\r\u001B[10A\u001B[J")
    }),
  )
})
