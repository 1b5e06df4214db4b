import stringWidth from "fast-string-width"
import { escapeControls, type Lines } from "./escape.ts"

/** Whether text is only printable ASCII. */
export const isPlain = (text: string): boolean => /^[ -~]*$/.test(text)

/** The columns that text takes on a terminal. */
export const widthOf = (text: string): number => (isPlain(text) ? text.length : stringWidth(text))

/** The segmenter takes quadratic time, so it gets this much of a text at once, in UTF-16 units. */
const segmentAtATime = 256

/** What a reader takes for one character; a longer one than `segmentAtATime` comes in parts. */
function* graphemes(text: string): Generator<string> {
  if (isPlain(text)) return yield* text
  // Made when it is needed: it costs more than a short list does.
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })
  for (let start = 0; start < text.length; ) {
    const piece = text.slice(start, start + segmentAtATime)
    const segments = Array.from(segmenter.segment(piece), ({ segment }) => segment)
    // The last one may go on beyond the piece.
    if (segments.length > 1 && start + piece.length < text.length) segments.pop()
    yield* segments
    for (const segment of segments) start += segment.length
  }
}

/** Where lines of words may end. */
export const words = /(?<= )/

/**
 * Breaks text into lines of at most `width` columns where `after` matches; blank text has none.
 *
 * @param hanging - what each line but the first begins with. With it a longer piece runs over, and is otherwise broken anywhere
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
 * Lines for a person at a terminal of so many columns: escaped, and wrapped at words, none of which is broken, so that it
 * can be copied. What a line goes on with is indented further than its beginning: no text of a server forges a line.
 */
export const fold = (lines: Lines, columns: number): string =>
  [lines]
    .flat()
    .map((line) => {
      const hanging = `${/^ */.exec(line)?.[0]}  `
      return wrap(escapeControls(line), columns, words, hanging).join("\n")
    })
    .join("\n")

/** Cuts text to at most `width` columns; a text that is cut ends with an ellipsis. */
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

/** The columns that the longest piece of a text takes. */
export const longestPiece = (text: string, after: RegExp): number =>
  text.split(after).reduce((longest, piece) => Math.max(longest, widthOf(piece.trimEnd())), 0)
