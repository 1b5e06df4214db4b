import { escapeControls, Printable } from "./printable.ts"
import { isPlain, longestWord, widthOf, wrap } from "./wrap.ts"

const gap = "  "

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

/** Rows that are rendered and printed at a time, so that a long table needs no room for all of its text. */
const rowsAtATime = 1000

/**
 * Renders rows under headings: aligned columns two spaces apart. Where the
 * width does not hold them it wraps cells; where it does not even hold their
 * words, each row becomes a block of `Heading: value` lines. Cells are escaped
 * here.
 *
 * @param rows - walked more than once: making a long list's cells again is cheaper than keeping them
 * @returns the table in parts, each of whole lines, to be printed one under the other
 */
export function* render(
  headings: ReadonlyArray<string>,
  rows: Iterable<ReadonlyArray<string>>,
  layout: Layout,
  styleOf: CellStyle = () => undefined,
): Generator<Printable, void> {
  const natural = headings.map(widthOf)
  for (const row of rows) {
    const { cells, plain } = escapeRow(row)
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as string
      const width = plain ? cell.length : widthOf(cell)
      if (width > (natural[index] as number)) natural[index] = width
    }
  }
  const total = natural.reduce((sum, width) => sum + width, 0) + gap.length * (headings.length - 1)
  const roomy = layout.columns === undefined || total <= layout.columns
  const widths = roomy ? natural : allot(natural, wordWidths(headings, rows), layout.columns as number)
  const toText =
    widths === undefined
      ? block(headings, layout)
      : roomy
        ? (row: Row, styles: ColumnStyle) => line(row, widths, styles)
        : (row: Row, styles: ColumnStyle) => wrappedLines(row, widths, styles)

  const bold = () => (layout.bold ? "1" : undefined)
  let lines = widths === undefined ? [] : [toText({ cells: headings, plain: false }, bold)]
  const separator = widths === undefined ? "\n\n" : "\n"
  const part = () => Printable.trusted(lines.join(separator))
  let index = 0
  for (const row of rows) {
    if (lines.length === rowsAtATime) {
      // What is printed adds one line break; blocks stand a blank line apart.
      yield widths === undefined ? Printable.join([part(), Printable.trusted("")], "\n") : part()
      lines = []
    }
    const at = index++
    lines.push(toText(escapeRow(row), (column) => styleOf(at, column)))
  }
  yield part()
}

type ColumnStyle = (column: number) => string | undefined

/** A row's cells, escaped; `plain` ones are as wide as they are long. */
interface Row {
  readonly cells: ReadonlyArray<string>
  readonly plain: boolean
}

/** Looks at a row's text once, and not twice at each cell: a long list has little else to do. */
const escapeRow = (row: ReadonlyArray<string>): Row => {
  const plain = isPlain(row.join(""))
  return { cells: plain ? row : row.map(escapeControls), plain }
}

const wordWidths = (headings: ReadonlyArray<string>, rows: Iterable<ReadonlyArray<string>>) => {
  const widths = headings.map(longestWord)
  for (const row of rows) {
    for (const [index, cell] of escapeRow(row).cells.entries()) {
      widths[index] = Math.max(widths[index] as number, longestWord(cell))
    }
  }
  return widths
}

const paint = (text: string, sgr: string | undefined): string =>
  sgr === undefined || text === "" ? text : Printable.styled(sgr, Printable.trusted(text)).value

/** One line of cells; nothing is padded behind the last that has text, so that no line ends in blanks. */
const line = ({ cells, plain }: Row, widths: ReadonlyArray<number>, styleOf: ColumnStyle): string => {
  const end = cells.findLastIndex((cell) => cell.trimEnd() !== "")
  let text = ""
  for (let column = 0; column <= end; column++) {
    const cell = column < end ? (cells[column] as string) : (cells[column] as string).trimEnd()
    text += paint(cell, styleOf(column))
    if (column < end)
      text += " ".repeat((widths[column] as number) - (plain ? cell.length : widthOf(cell)) + gap.length)
  }
  return text
}

const wrappedLines = ({ cells, plain }: Row, widths: ReadonlyArray<number>, styleOf: ColumnStyle): string => {
  const columns = cells.map((cell, column) => wrap(cell, widths[column] as number))
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    line({ cells: columns.map((lines) => lines[row] ?? ""), plain }, widths, styleOf),
  ).join("\n")
}

/** A row as lines of `Heading: value`. */
const block = (headings: ReadonlyArray<string>, { bold }: Layout) => {
  const width = Math.max(...headings.map(widthOf)) + 1
  const title = (text: string) => paint(text, bold ? "1" : undefined)
  return ({ cells }: Row, styleOf: ColumnStyle): string =>
    cells
      .map((cell, column) => {
        const heading = `${headings[column]}:`
        const value = cell.trimEnd()
        return value === ""
          ? title(heading)
          : `${title(heading.padEnd(width))} ${paint(value, styleOf(column))}`
      })
      .join("\n")
}
