import stringWidth from "fast-string-width"
import { Printable } from "./printable.ts"

const gap = "  "

const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - stringWidth(text)))

/** What a reader takes for one character. Made when it is needed: it costs more than a short list does. */
const graphemes = (text: string): Iterable<string> =>
  Array.from(
    new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text),
    ({ segment }) => segment,
  )

/** Where a line may end: behind a space, and behind a hyphen between words, but not in a date. */
const breaks = /(?<= |\p{L}-)/u

/** Breaks text into lines of at most `width` columns, behind spaces and hyphens, or anywhere in a longer word. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  const put = (piece: string) => {
    if (stringWidth((line + piece).trimEnd()) <= width) {
      line += piece
      return
    }
    if (line !== "") lines.push(line.trimEnd())
    line = piece
  }
  for (const word of text.split(breaks)) {
    if (stringWidth(word.trimEnd()) <= width) put(word)
    else for (const grapheme of graphemes(word)) put(grapheme)
  }
  lines.push(line.trimEnd())
  return lines
}

const longestWord = (text: string): number =>
  Math.max(0, ...text.split(breaks).map((word) => stringWidth(word.trimEnd())))

/** Words longer than this are broken rather than given their width. */
const longestUnbroken = 16

/**
 * Column widths that fit: every column keeps its longest word, and what is left
 * goes to the columns that still want more, evenly. Undefined where not even
 * the words fit.
 */
const allot = (
  natural: ReadonlyArray<number>,
  words: ReadonlyArray<number>,
  columns: number,
): ReadonlyArray<number> | undefined => {
  const least = natural.map((width, index) => Math.min(width, words[index] as number, longestUnbroken))
  let left = columns - gap.length * (natural.length - 1) - least.reduce((sum, width) => sum + width, 0)
  if (left < 0) return undefined
  const widths = [...least]
  for (let wanting = natural.length; left > 0 && wanting > 0; ) {
    wanting = 0
    for (const [index, width] of natural.entries()) {
      if ((widths[index] as number) < width && left > 0) {
        widths[index] = (widths[index] as number) + 1
        left--
        wanting++
      }
    }
  }
  return widths
}

/** How a table is to look. */
export interface Layout {
  /** The width to fit, or undefined for the full width of the cells. */
  readonly columns: number | undefined
  readonly bold: boolean
}

/** The style of a row's cell (SGR parameters), or undefined for plain text. */
export type CellStyle = (row: number, column: number) => string | undefined

/**
 * Renders rows under headings: aligned columns two spaces apart. Where the
 * width does not hold them it wraps cells; where it does not even hold their
 * words, each row becomes a block of `Heading: value` lines. Cells are escaped here.
 */
export const render = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  layout: Layout,
  styleOf: CellStyle = () => undefined,
): Printable => {
  const cells = rows.map((row) => row.map((cell) => Printable.escape(cell).value.trimEnd()))
  const natural = headings.map((heading) => stringWidth(heading))
  for (const row of cells) {
    for (let index = 0; index < row.length; index++) {
      const width = stringWidth(row[index] as string)
      if (width > (natural[index] as number)) natural[index] = width
    }
  }
  const total = natural.reduce((sum, width) => sum + width, 0) + gap.length * (headings.length - 1)
  const roomy = layout.columns === undefined || total <= layout.columns
  const widths = roomy ? natural : allot(natural, wordWidths(headings, cells), layout.columns as number)
  return widths === undefined
    ? blocks(headings, cells, layout, styleOf)
    : grid(headings, cells, widths, roomy, layout, styleOf)
}

const wordWidths = (headings: ReadonlyArray<string>, cells: ReadonlyArray<ReadonlyArray<string>>) =>
  headings.map((heading, index) =>
    cells.reduce((most, row) => Math.max(most, longestWord(row[index] as string)), longestWord(heading)),
  )

const paint = (text: string, style: string | undefined): Printable => {
  const escaped = Printable.escape(text)
  return style === undefined ? escaped : Printable.styled(style, escaped)
}

const grid = (
  headings: ReadonlyArray<string>,
  cells: ReadonlyArray<ReadonlyArray<string>>,
  widths: ReadonlyArray<number>,
  roomy: boolean,
  layout: Layout,
  styleOf: CellStyle,
): Printable => {
  const line = (parts: ReadonlyArray<string>, styles: (column: number) => string | undefined): Printable => {
    // Nothing is padded behind the last cell that has text, so that no line ends in blanks.
    const end = parts.findLastIndex((part) => part !== "")
    return Printable.join(
      parts.slice(0, end + 1).map((part, column) => {
        const space =
          column < end ? " ".repeat(Math.max(0, (widths[column] as number) - stringWidth(part))) : ""
        return Printable.join(
          [paint(part, part === "" ? undefined : styles(column)), Printable.escape(space)],
          "",
        )
      }),
      gap,
    )
  }
  const wrapped = (parts: ReadonlyArray<string>, styles: (column: number) => string | undefined) => {
    if (roomy) return [line(parts, styles)]
    const columns = parts.map((part, column) => wrap(part, widths[column] as number))
    const height = Math.max(...columns.map((lines) => lines.length))
    return Array.from({ length: height }, (_, row) =>
      line(
        columns.map((lines) => lines[row] ?? ""),
        styles,
      ),
    )
  }
  const lines = wrapped(headings, () => (layout.bold ? "1" : undefined))
  for (const [index, row] of cells.entries()) {
    for (const rendered of wrapped(row, (column) => styleOf(index, column))) lines.push(rendered)
  }
  return Printable.join(lines, "\n")
}

const blocks = (
  headings: ReadonlyArray<string>,
  cells: ReadonlyArray<ReadonlyArray<string>>,
  layout: Layout,
  styleOf: CellStyle,
): Printable => {
  const width = Math.max(...headings.map((heading) => stringWidth(heading))) + 1
  return Printable.join(
    cells.map((row, index) =>
      Printable.join(
        row.map((cell, column) => {
          const name = `${headings[column]}:`
          if (cell === "") return paint(name, layout.bold ? "1" : undefined)
          const heading = pad(name, width)
          return Printable.join(
            [paint(heading, layout.bold ? "1" : undefined), paint(cell, styleOf(index, column))],
            " ",
          )
        }),
        "\n",
      ),
    ),
    "\n\n",
  )
}
