import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import stringWidth from "fast-string-width"
import { escapeControls, Printable } from "../../../src/cli/output/printable.ts"
import * as Table from "../../../src/cli/output/table.ts"

const headings = ["ID", "Label", "Status", "Created At", "Expiry", "Last Used", "Scopes"]

const render = (...args: Parameters<typeof Table.render>) => Printable.join(Table.render(...args), "\n").value

const table = (rows: ReadonlyArray<ReadonlyArray<string>>, columns?: number, bold = false) =>
  render(headings.slice(0, rows[0]?.length ?? 0), rows, { columns, bold })

/** Words and blanks of many kinds: narrow, wide, combining, hostile, long. */
const piece = fc.constantFrom(
  "a",
  "bc",
  "漢字",
  "é",
  "👩‍💻",
  " ",
  "-",
  "x-y",
  "\u001b[2J",
  "\n",
  "2026-01-26",
  "abcdefghijklmnopqrstuvwxyz",
  "ﷺ",
)
const cell = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""))
const row = fc.array(cell, { minLength: 7, maxLength: 7 })

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The part of a line from one column up to another, by its width on the terminal. */
const slice = (line: string, from: number, to: number): string => {
  let at = 0
  let part = ""
  for (const { segment } of graphemes.segment(line)) {
    if (at >= from && at < to) part += segment
    at += stringWidth(segment)
  }
  return part
}

const isGrid = (text: string) => text.startsWith("ID ")
const squeezed = (text: string) => text.replaceAll(" ", "")

describe("a table", () => {
  it.prop(
    "fits any width that it is a grid in",
    [row, fc.integer({ min: 1, max: 250 })],
    ([cells, columns]) => {
      const text = table([cells], columns)
      fc.pre(isGrid(text))
      for (const line of text.split("\n")) expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
    },
  )

  it.prop(
    "keeps every cell's text, in its column",
    [row, fc.integer({ min: 90, max: 250 })],
    ([cells, columns]) => {
      const text = table([cells], columns)
      fc.pre(isGrid(text))
      const [head, ...lines] = text.split("\n") as [string, ...Array<string>]
      const starts = headings.map((heading) => head.indexOf(heading))
      fc.pre(starts.every((start) => start >= 0))
      cells.forEach((value, column) => {
        const parts = lines.map((line) =>
          slice(line, starts[column] as number, starts[column + 1] ?? Number.POSITIVE_INFINITY),
        )
        expect(squeezed(parts.join(""))).toBe(squeezed(escapeControls(value)))
      })
    },
  )

  it.prop("keeps every cell's text as a block, a line for each", [row], ([cells]) => {
    const text = table([cells], 10)
    const lines = text.split("\n")
    expect(lines).toHaveLength(7)
    cells.forEach((value, column) => {
      expect(lines[column]).toMatch(new RegExp(`^${headings[column]}:`))
      expect(squeezed(lines[column] as string)).toBe(squeezed(`${headings[column]}:${escapeControls(value)}`))
    })
  })

  it.prop(
    "ends no line in blanks",
    [fc.array(row, { minLength: 1, maxLength: 3 }), fc.option(fc.integer({ min: 1, max: 200 }))],
    ([rows, columns]) => {
      for (const line of table(rows, columns ?? undefined).split("\n")) expect(line).not.toMatch(/\s$/)
    },
  )

  it.prop(
    "is never cut where it goes into no terminal",
    [fc.array(row, { minLength: 1, maxLength: 3 })],
    ([rows]) => {
      const lines = table(rows).split("\n")
      expect(lines).toHaveLength(rows.length + 1)
      rows.forEach((cells, index) => {
        for (const value of cells) expect(lines[index + 1]).toContain(escapeControls(value).trimEnd())
      })
    },
  )

  it.prop(
    "bold marks the headings and changes nothing else",
    [row, fc.integer({ min: 1, max: 200 })],
    ([cells, columns]) => {
      const bold = table([cells], columns, true)
      expect(bold).toContain("\u001b[1mID")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles that bold adds
      expect(bold.replace(/\u001b\[(1|0)m/g, "")).toBe(table([cells], columns))
    },
  )

  it("aligns wide and combining characters", () => {
    const text = render(
      ["Label", "Status"],
      [
        ["漢字", "a"],
        ["cafe\u0301", "b"],
        ["👩‍💻", "c"],
        ["plain", "d"],
      ],
      { columns: undefined, bold: false },
    )
    expect(text).toBe(["Label  Status", "漢字   a", "cafe\u0301   b", "👩‍💻     c", "plain  d"].join("\n"))
  })

  it("leaves the width to the words: they wrap whole, and IDs at their hyphens", () => {
    const id = "law-hotel-shape-community"
    const text = render(["ID", "Label"], [[id, "one two three four five"]], { columns: 30, bold: false })
    const lines = text.split("\n")
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(30)
    for (const word of [...id.split("-"), "one", "two", "three", "four", "five"]) expect(text).toContain(word)
  })

  it.each([undefined, 200, 10])("comes in parts that make one table (%s columns)", (columns) => {
    const rows = Array.from({ length: 2500 }, (_, index) => [String(index), ...headings.slice(1)])
    const parts = [...Table.render(headings, rows, { columns, bold: false })]
    expect(parts.length).toBeGreaterThan(1)
    const text = Printable.join(parts, "\n").value
    const blank = columns === 10 ? "\n\n" : "\n"
    const shown = text.split(blank).map((row) => /^(?:ID: +)?(\d+)/.exec(row)?.[1])
    expect(columns === 10 ? shown : shown.slice(1)).toEqual(rows.map(([id]) => id))
  })

  it("escapes cells before it measures them", () => {
    const text = render(["A", "B"], [["\u001b[31m", "x"]], { columns: undefined, bold: false })
    expect(text).toBe("A         B\n\\x1b[31m  x")
  })
})
