import { longestWord, widthOf, wrap } from "./wrap.ts"

/** A column of a table. */
export interface Column {
  readonly heading: string
  /** Its turn to become narrower where the table is too wide, the lowest first; without one it keeps its width. */
  readonly shrinks?: number
  /** Whether its cells are never broken, not even where they are wider than the terminal. */
  readonly unbroken?: boolean
}

/** Blanks between two columns: the fewer where a table fits with them alone. */
export const gaps = ["  ", " "] as const
export type Gap = (typeof gaps)[number]

/** Words longer than this are broken where their column has to shrink. */
const longestUnbroken = 12

type Rows = Iterable<ReadonlyArray<string>>

/** The most that `measure` gives for the cells of each column, or for its heading. */
const widest = (
  columns: ReadonlyArray<Column>,
  rows: Rows,
  measure: (cell: string, at: number) => number,
) => {
  const widths = columns.map(({ heading }, at) => measure(heading, at))
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] as number, measure(cell, at))
  }
  return widths
}

const widestLine = (cell: string, width: number): number => {
  const whole = widthOf(cell)
  return whole <= width ? whole : wrap(cell, width).reduce((most, line) => Math.max(most, widthOf(line)), 0)
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

/** Widens columns evenly up to what they want, as far as there is room. */
const widen = (
  widths: Array<number>,
  wanted: ReadonlyArray<number>,
  indexes: ReadonlyArray<number>,
  room: number,
): void => {
  let left = room
  for (let wanting = indexes; left > 0 && wanting.length > 0; ) {
    wanting = wanting.filter((at) => (widths[at] as number) < (wanted[at] as number))
    for (const at of wanting.slice(0, left)) widths[at] = (widths[at] as number) + 1
    left -= wanting.length
  }
}

/** The width of a table whose columns have these widths. */
export const tableWidth = (widths: ReadonlyArray<number>, gap: Gap): number =>
  sum(widths) + gap.length * (widths.length - 1)

/** How a table fits: the widths of its columns, and what is between them. */
export interface Fit {
  readonly widths: ReadonlyArray<number>
  readonly gap: Gap
}

/**
 * Column widths with which a table fits: columns become narrower in their
 * turns, each as far as its words allow, and then the gaps between them.
 *
 * @param natural - the widths without wrapping
 * @param rows - escaped; walked more than once
 * @returns undefined where that is not enough
 */
export const fitInto = (
  columns: ReadonlyArray<Column>,
  natural: ReadonlyArray<number>,
  rows: Rows,
  available: number,
): Fit | undefined => {
  const least = widest(columns, rows, (cell, at) =>
    columns[at]?.shrinks === undefined ? 0 : Math.min(longestWord(cell), longestUnbroken),
  )
  const turns = [...new Set(columns.flatMap(({ shrinks }) => shrinks ?? []))].sort((a, b) => a - b)
  const inTurn = (turn: number | undefined) =>
    columns.flatMap(({ shrinks }, at) => (shrinks !== undefined && shrinks === turn ? [at] : []))
  for (const gap of gaps) {
    const widths = [...natural]
    for (const turn of turns) {
      const indexes = inTurn(turn)
      for (const at of indexes) widths[at] = Math.min(natural[at] as number, least[at] as number)
      const room = available - tableWidth(widths, gap)
      if (room < 0) continue
      widen(widths, natural, indexes, room)
      // Lines end where words do, so a column may not need all of its width: the first turn gets the rest.
      const needed = widest(columns, rows, (cell, at) =>
        indexes.includes(at) ? widestLine(cell, widths[at] as number) : 0,
      )
      for (const at of indexes) widths[at] = needed[at] as number
      widen(widths, natural, inTurn(turns[0]), available - tableWidth(widths, gap))
      return { widths, gap }
    }
  }
  return undefined
}
