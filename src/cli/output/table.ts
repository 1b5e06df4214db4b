import { type Column, type Fit, fitInto, gaps, tableWidth } from "./columns.ts"
import { escapeControls } from "./escape.ts"
import { isPlain, widthOf, wrap } from "./wrap.ts"

/** How a table is to look. */
export interface Layout {
  /** The width to fit, or undefined for the full width of the cells. */
  readonly columns: number | undefined
  readonly bold: boolean
}

/** The style of a row's cell (SGR parameters), or undefined for plain text. */
export type CellStyle = (row: number, column: number) => string | undefined

/** Rows that are printed at a time, so that a long table needs no room for all of its text. */
const rowsAtATime = 1000

/** The same in characters, for rows that are long. */
const charactersAtATime = 1 << 20

/** Cells wider than this do not widen the rest of their column, or one odd cell would cost as much in each row. */
const widestAligned = 512

/**
 * Renders rows under headings: aligned columns two spaces apart. Where the
 * width does not hold them, cells are wrapped in the columns that shrink; then
 * columns are one space apart; where that is not enough, each row becomes a block of `Heading: value` lines, which
 * wrap too. Cells are escaped here.
 *
 * @param rows - walked more than once: making a long list's cells again is cheaper than keeping them
 * @returns the table in parts, each of whole lines, to be printed one under the other
 */
export function* render(
  columns: ReadonlyArray<Column>,
  rows: Iterable<ReadonlyArray<string>>,
  layout: Layout,
  styleOf: CellStyle = () => undefined,
): Generator<string, void> {
  const headings = columns.map(({ heading }) => heading)
  const natural = headings.map(widthOf)
  for (const row of rows) {
    const { cells, plain } = escapeRow(row)
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as string
      const width = plain ? cell.length : widthOf(cell)
      if (width > (natural[index] as number)) natural[index] = width
    }
  }
  const { columns: available } = layout
  const roomy = available === undefined || tableWidth(natural, gaps[0]) <= available
  const fitted: Fit | undefined = roomy
    ? { widths: natural.map((width) => Math.min(width, widestAligned)), gap: gaps[0] }
    : fitInto(columns, natural, escaped(rows), available)
  const grid = fitted !== undefined
  const toText = !grid
    ? block(headings, columns, layout)
    : roomy
      ? (row: Row, styles: ColumnStyle) => line(row, fitted, styles)
      : (row: Row, styles: ColumnStyle) => wrappedLines(row, fitted, styles)

  const bold = () => (layout.bold ? "1" : undefined)
  let lines = grid ? [toText({ cells: headings, plain: false }, bold)] : []
  let characters = 0
  const part = () => lines.join(grid ? "\n" : "\n\n")
  let index = 0
  for (const row of rows) {
    if (lines.length === rowsAtATime || characters > charactersAtATime) {
      // What is printed adds one line break; blocks are a blank line apart.
      yield grid ? part() : `${part()}\n`
      lines = []
      characters = 0
    }
    const at = index++
    const text = toText(escapeRow(row), (column) => styleOf(at, column))
    characters += text.length
    lines.push(text)
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

const escaped = (rows: Iterable<ReadonlyArray<string>>): Iterable<ReadonlyArray<string>> => ({
  *[Symbol.iterator]() {
    for (const row of rows) yield escapeRow(row).cells
  },
})

const paint = (text: string, sgr: string | undefined): string =>
  sgr === undefined || text === "" ? text : `\u001B[${sgr}m${text}\u001B[0m`

/** One line of cells; nothing is padded after the last that has text, so that no line ends in blanks. */
const line = ({ cells, plain }: Row, { gap, widths }: Fit, styleOf: ColumnStyle): string => {
  const end = cells.findLastIndex((cell) => cell.trimEnd() !== "")
  let text = ""
  for (let column = 0; column <= end; column++) {
    const cell = column < end ? (cells[column] as string) : (cells[column] as string).trimEnd()
    text += paint(cell, styleOf(column))
    if (column < end) {
      const missing = (widths[column] as number) - (plain ? cell.length : widthOf(cell))
      text += missing > 0 ? " ".repeat(missing) + gap : gap
    }
  }
  return text
}

const wrappedLines = ({ cells, plain }: Row, fitted: Fit, styleOf: ColumnStyle): string => {
  const wrapped = cells.map((cell, column) => wrap(cell, fitted.widths[column] as number))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    line({ cells: wrapped.map((lines) => lines[row] ?? ""), plain }, fitted, styleOf),
  ).join("\n")
}

/** Values have a column of their own beside the headings where it is at least this wide. */
const narrowestValues = 16

/** A row as lines of `Heading: value`, with the rest of a long value below its start. */
const block = (
  headings: ReadonlyArray<string>,
  columns: ReadonlyArray<Column>,
  { bold, columns: available = Number.POSITIVE_INFINITY }: Layout,
) => {
  const indent = Math.max(...headings.map(widthOf)) + 2
  const beside = available - indent >= narrowestValues
  const title = (text: string) => paint(text, bold ? "1" : undefined)
  const field = (column: number, cell: string, sgr: string | undefined): string => {
    const heading = `${headings[column]}:`
    const value = cell.trimEnd()
    if (value === "") return title(heading)
    const margin = beside ? indent : 2
    const fits = (width: number) => widthOf(value) <= available - width
    const lines = columns[column]?.unbroken || fits(margin) ? [value] : wrap(value, available - margin)
    const painted = lines.map((part) => paint(part, sgr))
    if (beside) return `${title(heading.padEnd(indent - 1))} ${painted.join(`\n${" ".repeat(indent)}`)}`
    if (fits(widthOf(heading) + 1)) return `${title(heading)} ${painted[0]}`
    // What is copied from a terminal has no blanks in front where it is wider than that.
    const blanks = columns[column]?.unbroken && !fits(margin) ? "" : "  "
    return [title(heading), ...painted.map((part) => blanks + part)].join("\n")
  }
  return ({ cells }: Row, styleOf: ColumnStyle): string =>
    cells.map((cell, column) => field(column, cell, styleOf(column))).join("\n")
}
