import stringWidth from "fast-string-width"

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

/** Where a line may end: after a space, and after a hyphen between words, but not in a date. */
const breaks = /(?<= |\p{L}-)/u

/** Breaks text into lines of at most `width` columns, after spaces and hyphens, or anywhere in a longer word; blank text has none. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  let used = 0
  const end = () => {
    const trimmed = line.trimEnd()
    if (trimmed !== "") lines.push(trimmed)
    line = ""
    used = 0
  }
  const put = (piece: string, trimmedWidth: number) => {
    if (used + trimmedWidth > width) end()
    line += piece
    used += trimmedWidth + piece.length - piece.trimEnd().length
  }
  for (const word of text.split(breaks)) {
    const trimmedWidth = widthOf(word.trimEnd())
    if (trimmedWidth <= width) put(word, trimmedWidth)
    else for (const grapheme of graphemes(word)) put(grapheme, widthOf(grapheme.trimEnd()))
  }
  end()
  return lines
}

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

/** The columns that the longest word of a text takes. */
export const longestWord = (text: string): number => {
  let longest = 0
  for (const word of text.split(breaks)) longest = Math.max(longest, widthOf(word.trimEnd()))
  return longest
}
