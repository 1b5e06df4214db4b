import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import stringWidth from "fast-string-width"
import type { Column } from "../../../src/cli/output/columns.ts"
import { escapeControls } from "../../../src/cli/output/escape.ts"
import * as Table from "../../../src/cli/output/table.ts"

const columns: ReadonlyArray<Column> = [
  { heading: "ID", unbroken: true },
  { heading: "Label", shrinks: 1 },
  { heading: "Status" },
  { heading: "Created At", shrinks: 2 },
  { heading: "Expiry", shrinks: 2 },
  { heading: "Last Used", shrinks: 2 },
  { heading: "Scopes", shrinks: 3 },
]
const headings = columns.map(({ heading }) => heading)
const plain = (...names: ReadonlyArray<string>): ReadonlyArray<Column> =>
  names.map((heading) => ({ heading }))

const render = (...args: Parameters<typeof Table.render>) => [...Table.render(...args)].join("\n")

const table = (rows: ReadonlyArray<ReadonlyArray<string>>, width?: number, bold = false) =>
  render(columns, rows, { columns: width, bold })

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

  it.prop(
    "keeps every cell's text as a block, in its order",
    [row, fc.integer({ min: 12, max: 60 })],
    ([cells, width]) => {
      const text = table([cells], width)
      fc.pre(!isGrid(text))
      expect(squeezed(text).replaceAll("\n", "")).toBe(
        squeezed(
          headings.map((heading, index) => `${heading}:${escapeControls(cells[index] as string)}`).join(""),
        ),
      )
    },
  )

  it.prop(
    "fits any width from 12 columns on as blocks, but for the key ID",
    [row, fc.integer({ min: 12, max: 60 })],
    ([cells, width]) => {
      const text = table([["", ...cells.slice(1)]], width)
      fc.pre(!isGrid(text))
      for (const line of text.split("\n")) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
    },
  )

  it.prop(
    "never breaks a key ID",
    [row, fc.stringMatching(/^[a-z]{2,12}(-[a-z]{2,12}){3}$/), fc.integer({ min: 1, max: 200 })],
    ([[, ...cells], id, width]) => {
      expect(table([[id, ...cells]], width)).toContain(id)
    },
  )

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
      plain("Label", "Status"),
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

  describe("that is too wide", () => {
    const time = "2026-01-26 02:05:37 UTC"
    const cells = ["law-hotel-shape-community", "A label of a few words", "active", time, time, time, "job"]
    const natural = (table([cells]).split("\n")[0] as string).length
    const lines = (width: number) => table([cells], width).split("\n")
    const whole = (width: number, value: string) =>
      lines(width).some((line) => line.includes(`  ${value}`)) ||
      lines(width).some((line) => line.includes(`: ${value}`))

    it("wraps the label first, and nothing else while that is enough", () => {
      for (let width = natural - 1; width >= natural - 15; width--) {
        expect(lines(width)[1]).toMatch(/^law-hotel-shape-community {2}A .* {2}active {2}/)
        expect(lines(width)[1]?.split(time)).toHaveLength(4)
        expect(whole(width, "A label of a few words")).toBe(false)
        for (const line of lines(width)) expect(line.length).toBeLessThanOrEqual(width)
      }
    })

    it("wraps the times next, behind the date or the time of day, and leaves the rest to the label", () => {
      for (let width = natural - 18; width >= natural - 56; width--) {
        const [head, first] = lines(width) as [string, string]
        expect({ width, head }).toEqual({ width, head: expect.stringMatching(/^ID .*Status {2}/) })
        expect(first).toMatch(/^law-hotel-shape-community {2}A .* {2}active {2}.*2026-01-26.* {2}job$/)
        expect(first.length).toBeLessThanOrEqual(width)
      }
      expect(lines(natural - 30)).toEqual([
        "ID                         Label        Status  Created At           Expiry               Last Used     Scopes",
        "law-hotel-shape-community  A label of   active  2026-01-26 02:05:37  2026-01-26 02:05:37  2026-01-26    job",
        "                           a few words          UTC                  UTC                  02:05:37 UTC",
      ])
    })

    it("wraps the scopes then, and puts the columns closer together where it fits with that alone", () => {
      const of = (width: number, scopes: string) =>
        table([["law-hotel-shape-community", "nightly", "active", time, "Never", "Never", scopes]], width)
      expect(of(78, "zpool, job").split("\n").slice(0, 4)).toEqual([
        "ID                         Label    Status  Created At  Expiry  Last   Scopes",
        "                                                                Used",
        "law-hotel-shape-community  nightly  active  2026-01-26  Never   Never  zpool,",
        "                                            02:05:37                   job",
      ])
      expect(of(75, "zpool, job").split("\n").slice(0, 4)).toEqual([
        "ID                        Label   Status Created At Expiry Last  Scopes",
        "                                                           Used",
        "law-hotel-shape-community nightly active 2026-01-26 Never  Never zpool, job",
        "                                         02:05:37",
      ])
      expect(isGrid(table([cells], 78))).toBe(true)
    })

    it("is a block for each row where that is not enough", () => {
      expect(lines(77)).toEqual([
        "ID:         law-hotel-shape-community",
        "Label:      A label of a few words",
        "Status:     active",
        `Created At: ${time}`,
        `Expiry:     ${time}`,
        `Last Used:  ${time}`,
        "Scopes:     job",
      ])
      expect(lines(30).slice(0, 5)).toEqual([
        "ID:         law-hotel-shape-community",
        "Label:      A label of a few",
        "            words",
        "Status:     active",
        "Created At: 2026-01-26",
      ])
      expect(lines(20)).toEqual([
        "ID:",
        "law-hotel-shape-community",
        "Label:",
        "  A label of a few",
        "  words",
        "Status: active",
        "Created At:",
        "  2026-01-26",
        "  02:05:37 UTC",
        "Expiry:",
        "  2026-01-26",
        "  02:05:37 UTC",
        "Last Used:",
        "  2026-01-26",
        "  02:05:37 UTC",
        "Scopes: job",
      ])
    })

    it("breaks long words of the label, but no other column's", () => {
      const long = ["law-hotel-shape-community", "x".repeat(300), "active", "Never", "Never", "Never", "job"]
      const text = table([long, long], 100)
      expect(isGrid(text)).toBe(true)
      expect(text.match(/law-hotel-shape-community/g)).toHaveLength(2)
      expect(text.match(/x{2,}/g)?.join("")).toHaveLength(600)
    })
  })

  it("does not widen a column for a cell of more than 512 columns, and does not cut the cell", () => {
    const long = "x".repeat(513)
    const text = render(
      plain("A", "B"),
      [
        [long, "1"],
        ["y", "2"],
      ],
      { columns: undefined, bold: false },
    )
    expect(text.split("\n")).toEqual([`A${" ".repeat(513)}B`, `${long}  1`, `y${" ".repeat(513)}2`])
  })

  it.each([undefined, 200, 20])("comes in parts that make one table (%s columns)", (width) => {
    const rows = Array.from({ length: 2500 }, (_, index) => [String(index), ...headings.slice(1)])
    const parts = [...Table.render(columns, rows, { columns: width, bold: false })]
    expect(parts.length).toBeGreaterThan(1)
    const text = parts.join("\n")
    const blank = width === 20 ? "\n\n" : "\n"
    const shown = text.split(blank).map((row) => /^(?:ID: +)?(\d+)/.exec(row)?.[1])
    expect(width === 20 ? shown : shown.slice(1)).toEqual(rows.map(([id]) => id))
  })

  it("comes in parts where few rows are long", () => {
    const rows = Array.from({ length: 30 }, () => ["x".repeat(100_000), ...headings.slice(1)])
    expect([...Table.render(columns, rows, { columns: undefined, bold: false })].length).toBeGreaterThan(2)
  })

  it("escapes cells before it measures them", () => {
    const text = render(plain("A", "B"), [["\u001b[31m", "x"]], { columns: undefined, bold: false })
    expect(text).toBe("A         B\n\\x1b[31m  x")
  })
})
