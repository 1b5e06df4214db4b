import stringWidth from "fast-string-width"

/** Whether text holds printable ASCII alone. */
export const isPlain = (text: string): boolean => /^[ -~]*$/.test(text)

/** The columns that text takes on a terminal. */
export const widthOf = (text: string): number => (isPlain(text) ? text.length : stringWidth(text))

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

export const longestWord = (text: string): number =>
  Math.max(0, ...text.split(breaks).map((word) => stringWidth(word.trimEnd())))
