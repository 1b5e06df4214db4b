import { escapeControls } from "./escape.ts"
import { isPlain, longestPiece, widthOf, words, wrap } from "./wrap.ts"

/** How one column wraps. */
export interface Wrapping {
  readonly column: number
  /** Matches each place where a line may end. */
  readonly after: RegExp
  /** The column is at least this wide, and at least as wide as its longest piece. */
  readonly least: number
  /** The most lines that a cell may take. */
  readonly lines: number
}

/** One way to lay out a table. */
export interface Layout {
  readonly headings: ReadonlyArray<string>
  /** Iterated more than once: for a long list, making the cells again is cheaper than keeping them. */
  readonly rows: Iterable<ReadonlyArray<string>>
  /** The columns that wrap; none by default. The last one takes the remaining width. */
  readonly wrapped?: ReadonlyArray<Wrapping>
  /** The space between two columns; two blanks by default. */
  readonly gap?: string
}

/** Where a table goes. */
export interface Target {
  /** The width to fit, in columns, or undefined for the full width of the cells. */
  readonly columns: number | undefined
  readonly bold: boolean
}

/** The style of a row's cell (SGR parameters), or undefined for plain text. */
export type CellStyle = (row: number, column: number) => string | undefined

/** How many rows are printed at a time, so that the text of a long table is never in memory as a whole. */
const rowsAtATime = 1000

/** How many characters are printed at a time, if rows are long. */
const charactersAtATime = 1 << 20

/** A cell wider than this does not widen its column, or one odd cell would add as much padding to every row. */
const widestAligned = 512

/** A terminal narrower than this gets the short times of the last layout in its blocks: a heading and a full time need this much. */
const roomyBlock = 40

/**
 * Renders rows in the first layout that fits. If none does, each row becomes a
 * block of `Heading: value` lines. Escapes the cells, before they are measured.
 *
 * @param layouts - the widest first, all with the same columns and rows. The first column is never broken
 * @returns the table in parts of whole lines, to be printed one after the other
 */
export function* render(
  layouts: readonly [Layout, ...ReadonlyArray<Layout>],
  { bold, columns = Number.POSITIVE_INFINITY }: Target,
  styleOf: CellStyle = () => undefined,
): Generator<string, void> {
  const grid = firstGrid(layouts, columns)
  const [full] = layouts
  const { rows } = grid ?? (columns < roomyBlock ? (layouts.at(-1) as Layout) : full)
  const bolded = () => (bold ? "1" : undefined)
  let lines = grid === undefined ? [] : [line(escapeRow(grid.headings), grid, bolded)]
  let characters = 0
  const part = () => lines.join("\n")
  let index = 0
  for (const row of rows) {
    if (lines.length === rowsAtATime || characters > charactersAtATime) {
      yield part()
      lines = []
      characters = 0
    }
    const at = index++
    const style = (column: number) => styleOf(at, column)
    const text =
      grid !== undefined
        ? gridLines(escapeRow(row), grid, style)
        : (at > 0 ? "\n" : "") + block(escapeRow(row), full.headings, columns, style, bolded())
    characters += text.length
    lines.push(text)
  }
  yield part()
}

type ColumnStyle = (column: number) => string | undefined

/** The escaped cells of a row. If it is `plain`, they are as wide as they are long. */
interface Row {
  readonly cells: ReadonlyArray<string>
  readonly plain: boolean
}

/** A layout that fits. */
interface Grid extends Required<Layout> {
  readonly widths: ReadonlyArray<number>
}

/** Checks the text of the whole row once, instead of each cell twice, which takes most of the time of a long list. */
const escapeRow = (row: ReadonlyArray<string>): Row => {
  const plain = isPlain(row.join(""))
  return { cells: plain ? row : row.map(escapeControls), plain }
}

/** The smallest width, at least `width`, that a cell can be wrapped to. The search ends above `limit`: such a column doesn't fit. */
const narrowest = (cell: string, { after, least, lines }: Wrapping, width: number, limit: number): number => {
  const natural = widthOf(cell)
  // Each line but the last ends in a blank, which is dropped.
  let narrow = Math.max(width, least, longestPiece(cell, after), Math.ceil((natural + 1) / lines) - 1)
  while (narrow < natural && narrow <= limit && wrap(cell, narrow, after).length > lines) narrow++
  return Math.min(natural, narrow)
}

/** Measures the columns; undefined if they don't fit. */
const gridOf = (
  { gap = "  ", headings, rows, wrapped = [] }: Layout,
  available: number,
): Grid | undefined => {
  const widths = headings.map(widthOf)
  const wrappings = headings.map((_, at) => wrapped.find(({ column }) => column === at))
  let room = widths.reduce((left, width) => left - width, available - gap.length * (widths.length - 1))
  for (const row of rows) {
    const { cells, plain } = escapeRow(row)
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at] as string
      const width = widths[at] as number
      const natural = plain ? cell.length : widthOf(cell)
      if (natural <= width) continue
      const wrapping = wrappings[at]
      widths[at] = wrapping === undefined ? natural : narrowest(cell, wrapping, width, width + room)
      room -= (widths[at] as number) - width
      if (room < 0) return undefined
    }
  }
  if (room < 0) return undefined
  const last = wrapped.at(-1)?.column
  const fitted = widths.map((width, at) => (at === last ? width + room : Math.min(width, widestAligned)))
  return { gap, headings, rows, widths: fitted, wrapped }
}

const firstGrid = (layouts: ReadonlyArray<Layout>, available: number): Grid | undefined => {
  for (const layout of layouts) {
    const grid = gridOf(layout, available)
    if (grid !== undefined) return grid
  }
  return undefined
}

const paint = (text: string, sgr: string | undefined): string =>
  sgr === undefined || text === "" ? text : `\u001B[${sgr}m${text}\u001B[0m`

/** One line of cells. It ends with the last cell that has text, so that no line ends in blanks. */
const line = ({ cells, plain }: Row, { gap, widths }: Grid, styleOf: ColumnStyle): string => {
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

/** The lines of a row. A wrapped cell continues below its first line. */
const gridLines = (row: Row, grid: Grid, styleOf: ColumnStyle): string => {
  if (grid.wrapped.length === 0) return line(row, grid, styleOf)
  const parts = row.cells.map((cell) => [cell])
  for (const { after, column } of grid.wrapped) {
    parts[column] = wrap(row.cells[column] as string, grid.widths[column] as number, after)
  }
  const height = Math.max(1, ...grid.wrapped.map(({ column }) => parts[column]?.length ?? 0))
  return Array.from({ length: height }, (_, at) =>
    line({ cells: parts.map((lines) => lines[at] ?? ""), plain: row.plain }, grid, styleOf),
  ).join("\n")
}

/** A row as lines of `Heading: value`. A value that doesn't fit goes below its heading. */
const block = (
  { cells }: Row,
  headings: ReadonlyArray<string>,
  available: number,
  styleOf: ColumnStyle,
  headingStyle: string | undefined,
): string =>
  cells
    .flatMap((cell, column) => {
      const heading = `${headings[column]}:`
      const value = cell.trimEnd()
      const title = paint(heading, headingStyle)
      if (value === "") return title
      const painted = (text: string) => paint(text, styleOf(column))
      if (widthOf(heading) + 1 + widthOf(value) <= available) return `${title} ${painted(value)}`
      if (column > 0) return [title, ...wrap(value, available - 2, words).map((text) => `  ${painted(text)}`)]
      // A key ID wider than the terminal isn't indented, so that it can be copied without blanks.
      return [title, (widthOf(value) + 2 > available ? "" : "  ") + painted(value)]
    })
    .join("\n")
