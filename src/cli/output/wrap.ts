import stringWidth from "fast-string-width"
import { escapeControls, type Lines } from "./escape.ts"

/** Whether text is only printable ASCII. */
export const isPlain = (text: string): boolean => /^[ -~]*$/.test(text)

/** How many columns text takes on a terminal. */
export const widthOf = (text: string): number => (isPlain(text) ? text.length : stringWidth(text))

/** How many UTF-16 units the segmenter gets at once, since it takes quadratic time. */
const segmentAtATime = 256

/** The characters as a reader sees them. One that is longer than `segmentAtATime` comes in parts. */
function* graphemes(text: string): Generator<string> {
  if (isPlain(text)) return yield* text
  // Made only if it is needed: it costs more than a short list.
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })
  for (let start = 0; start < text.length; ) {
    const piece = text.slice(start, start + segmentAtATime)
    const segments = Array.from(segmenter.segment(piece), ({ segment }) => segment)
    // The last one may continue in the next piece.
    if (segments.length > 1 && start + piece.length < text.length) segments.pop()
    yield* segments
    for (const segment of segments) start += segment.length
  }
}

/** Matches after each blank, where a line may end. */
export const words = /(?<= )/

/**
 * Breaks text where `after` matches, into lines of at most `width` columns. Blank text has no lines.
 *
 * @param hanging - the indentation of each line but the first. With it, a piece that is too long is kept whole; without
 * it, it is broken anywhere
 */
export const wrap = (text: string, width: number, after: RegExp, hanging?: string): Array<string> => {
  const lines: Array<string> = []
  let line = ""
  let used = 0
  const end = () => {
    const trimmed = line.trimEnd()
    if (trimmed !== "") lines.push(trimmed)
    line = (lines.length > 0 && hanging) || ""
    used = line.length
  }
  const put = (piece: string, trimmedWidth: number) => {
    if (used + trimmedWidth > width) end()
    line += piece
    used += trimmedWidth + piece.length - piece.trimEnd().length
  }
  for (const piece of text.split(after)) {
    const trimmedWidth = widthOf(piece.trimEnd())
    if (trimmedWidth <= width || hanging !== undefined) put(piece, trimmedWidth)
    else for (const grapheme of graphemes(piece)) put(grapheme, widthOf(grapheme.trimEnd()))
  }
  end()
  return lines
}

/**
 * Escapes lines, and wraps them at words for a terminal of so many columns. Words are never broken, so that they can be
 * copied. Continued lines are indented further than their beginning, so that text of a server can't forge a line.
 */
export const fold = (lines: Lines, columns: number): string =>
  [lines]
    .flat()
    .map((line) => {
      const hanging = `${/^ */.exec(line)?.[0]}  `
      return wrap(escapeControls(line), columns, words, hanging).join("\n")
    })
    .join("\n")

/** Cuts text to at most `width` columns, with an ellipsis at the end. */
export const cut = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let line = ""
  let used = 1
  for (const grapheme of graphemes(text)) {
    used += widthOf(grapheme)
    if (used > width) break
    line += grapheme
  }
  return `${line}\u2026`
}

/** Fills text with spaces up to `width` columns. */
export const padTo = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOf(text)))

/** The width of the widest piece of a text. */
export const longestPiece = (text: string, after: RegExp): number =>
  text.split(after).reduce((longest, piece) => Math.max(longest, widthOf(piece.trimEnd())), 0)
