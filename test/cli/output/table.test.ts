import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import stringWidth from "fast-string-width"
import { escapeControls } from "../../../src/cli/output/escape.ts"
import * as Table from "../../../src/cli/output/table.ts"
import { words } from "../../../src/cli/output/wrap.ts"

type Rows = ReadonlyArray<ReadonlyArray<string>>

const headings = ["ID", "Label", "Status", "Created At", "Scopes"]
const label = { column: 1, after: words, least: 16, lines: Number.POSITIVE_INFINITY }
const scopes = { column: 4, after: /(?<=, )/, least: 0, lines: 3 }

/** Full cells, then without what follows a `|`; then the label wraps, then the scopes, then columns are closer together. */
const layouts = (rows: Rows): [Table.Layout, ...Array<Table.Layout>] => {
  const full = rows.map((cells) => cells.map((cell) => cell.replace("|", "")))
  const short = { headings, rows: rows.map((cells) => cells.map((cell) => cell.split("|")[0] as string)) }
  return [
    { headings, rows: full },
    short,
    { ...short, wrapped: [label] },
    { ...short, wrapped: [label, scopes] },
    { ...short, wrapped: [label, scopes], gap: " " },
  ]
}

const render = (...args: Parameters<typeof Table.render>) => [...Table.render(...args)].join("\n")

const table = (rows: Rows, columns?: number, bold = false) => render(layouts(rows), { columns, bold })
const full = (names: ReadonlyArray<string>, rows: Rows) =>
  render([{ headings: names, rows }], { columns: undefined, bold: false })

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
  "zpool, ",
)
const cell = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""))
const row = fc.array(cell, { minLength: 5, maxLength: 5 })
const rows = fc.array(row, { minLength: 1, maxLength: 4 })

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
    "fits a terminal of 12 or more columns, except a key ID in a block",
    [rows, fc.integer({ min: 12, max: 250 })],
    ([rows, columns]) => {
      const text = table(rows, columns)
      const ids = rows.map(([id]) => escapeControls(id as string).trimEnd())
      for (const line of text.split("\n").filter((line) => isGrid(text) || !ids.includes(line))) {
        expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
      }
    },
  )

  it.prop(
    "shows every cell's text in its column, and aligns the columns of all rows",
    [rows, fc.integer({ min: 40, max: 250 })],
    ([rows, columns]) => {
      const text = table(rows, columns)
      fc.pre(isGrid(text))
      const [head, ...lines] = text.split("\n") as [string, ...Array<string>]
      const starts = headings.map((heading) => head.indexOf(heading))
      headings.forEach((_, column) => {
        const shown = lines.map((line) =>
          slice(line, starts[column] as number, starts[column + 1] ?? Number.POSITIVE_INFINITY),
        )
        const cells = rows.map((cells) => escapeControls(cells[column] as string))
        expect(squeezed(shown.join(""))).toBe(squeezed(cells.join("")))
      })
    },
  )

  it.prop(
    "shows every cell's text in blocks, in order",
    [rows, fc.integer({ min: 12, max: 60 })],
    ([rows, width]) => {
      const text = table(rows, width)
      fc.pre(!isGrid(text))
      const fields = (cells: ReadonlyArray<string>) =>
        cells.map((cell, column) => `${headings[column]}:${escapeControls(cell)}`).join("")
      expect(squeezed(text).replaceAll("\n", "")).toBe(squeezed(rows.map(fields).join("")))
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
    "has no trailing spaces",
    [rows, fc.option(fc.integer({ min: 1, max: 200 }))],
    ([rows, columns]) => {
      for (const line of table(rows, columns ?? undefined).split("\n")) expect(line).not.toMatch(/\s$/)
    },
  )

  it.prop("shows every cell on one line if it isn't printed to a terminal", [rows], ([rows]) => {
    const lines = table(rows).split("\n")
    expect(lines).toHaveLength(rows.length + 1)
    rows.forEach((cells, index) => {
      for (const value of cells) expect(lines[index + 1]).toContain(escapeControls(value).trimEnd())
    })
  })

  it.prop(
    "in bold differs only in its headings",
    [row, fc.integer({ min: 1, max: 200 })],
    ([cells, columns]) => {
      const bold = table([cells], columns, true)
      expect(bold).toContain("\u001b[1mID")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles that bold adds
      expect(bold.replace(/\u001b\[(1|0)m/g, "")).toBe(table([cells], columns))
    },
  )

  it("aligns wide and combining characters", () => {
    const text = full(
      ["Label", "Status"],
      [
        ["漢字", "a"],
        ["cafe\u0301", "b"],
        ["👩‍💻", "c"],
        ["plain", "d"],
      ],
    )
    expect(text).toBe(["Label  Status", "漢字   a", "cafe\u0301   b", "👩‍💻     c", "plain  d"].join("\n"))
  })

  describe("that is too wide for the terminal", () => {
    const cells = [
      "law-hotel",
      "A label of quite a few words",
      "active",
      "2026-01-26| 02:05:37",
      "zpool, job, pat, x",
    ]
    const lines = (width: number) => table([cells], width).split("\n")

    it("first shortens its times, then wraps its labels, then its scopes", () => {
      expect(lines(88)).toEqual([
        "ID         Label                         Status  Created At           Scopes",
        "law-hotel  A label of quite a few words  active  2026-01-26 02:05:37  zpool, job, pat, x",
      ])
      expect(lines(87)).toEqual(lines(79))
      expect(lines(79)).toEqual([
        "ID         Label                         Status  Created At  Scopes",
        "law-hotel  A label of quite a few words  active  2026-01-26  zpool, job, pat, x",
      ])
      expect(lines(78)).toEqual([
        "ID         Label                        Status  Created At  Scopes",
        "law-hotel  A label of quite a few       active  2026-01-26  zpool, job, pat, x",
        "           words",
      ])
      expect(lines(67)).toEqual([
        "ID         Label             Status  Created At  Scopes",
        "law-hotel  A label of quite  active  2026-01-26  zpool, job, pat, x",
        "           a few words",
      ])
      expect(lines(66)).toEqual([
        "ID         Label             Status  Created At  Scopes",
        "law-hotel  A label of quite  active  2026-01-26  zpool, job, pat,",
        "           a few words                           x",
      ])
      expect(lines(55)).toEqual([
        "ID         Label             Status  Created At  Scopes",
        "law-hotel  A label of quite  active  2026-01-26  zpool,",
        "           a few words                           job,",
        "                                                 pat, x",
      ])
    })

    it("then puts one space between columns, and finally shows each row as a block", () => {
      expect(lines(54)).toEqual([
        "ID        Label            Status Created At Scopes",
        "law-hotel A label of quite active 2026-01-26 zpool,",
        "          a few words                        job, pat,",
        "                                             x",
      ])
      expect(isGrid(table([cells], 51))).toBe(true)
      expect(table([cells, cells], 50).split("\n\n")).toEqual([lines(50).join("\n"), lines(50).join("\n")])
      expect(lines(50)).toEqual([
        "ID: law-hotel",
        "Label: A label of quite a few words",
        "Status: active",
        "Created At: 2026-01-26 02:05:37",
        "Scopes: zpool, job, pat, x",
      ])
      expect(lines(22)).toEqual([
        "ID: law-hotel",
        "Label:",
        "  A label of quite a",
        "  few words",
        "Status: active",
        "Created At: 2026-01-26",
        "Scopes:",
        "  zpool, job, pat, x",
      ])
    })

    it("makes the label as wide as its longest word, which it breaks only in a block", () => {
      const long = (letters: number) =>
        table([["law-hotel", `a ${"x".repeat(letters)} b`, ...cells.slice(2)]], 67)
      expect(long(20)).toMatch(/^ID {9}Label {17}Status {2}/)
      expect(long(20)).toContain(`\n           ${"x".repeat(20)}  `)
      expect(
        long(300)
          .match(/x{2,}/g)
          ?.map(({ length }) => length),
      ).toEqual([63, 65, 65, 65, 42])
    })
  })

  it("neither widens a column for a cell of more than 512 columns nor cuts the cell", () => {
    const long = "x".repeat(513)
    const text = full(
      ["A", "B"],
      [
        [long, "1"],
        ["y", "2"],
      ],
    )
    expect(text.split("\n")).toEqual([`A${" ".repeat(513)}B`, `${long}  1`, `y${" ".repeat(513)}2`])
  })

  it.each([undefined, 200, 20])("is rendered in parts that join into one table (%s columns)", (width) => {
    const rows = Array.from({ length: 2500 }, (_, index) => [String(index), ...headings.slice(1)])
    const parts = [...Table.render(layouts(rows), { columns: width, bold: false })]
    expect(parts.length).toBeGreaterThan(1)
    const text = parts.join("\n")
    const blank = width === 20 ? "\n\n" : "\n"
    const shown = text.split(blank).map((row) => /^(?:ID: +)?(\d+)/.exec(row)?.[1])
    expect(width === 20 ? shown : shown.slice(1)).toEqual(rows.map(([id]) => id))
  })

  it("is rendered in parts even if it has only a few long rows", () => {
    const rows = Array.from({ length: 30 }, () => ["x".repeat(100_000), ...headings.slice(1)])
    expect([...Table.render(layouts(rows), { columns: undefined, bold: false })].length).toBeGreaterThan(2)
  })

  it("escapes its cells before it measures them", () => {
    expect(full(["A", "B"], [["\u001b[31m", "x"]])).toBe("A         B\n\\x1b[31m  x")
  })
})
