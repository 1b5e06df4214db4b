import { colon, isClosing, isFiller, isOpening, quote, stringEnd, wordEnd } from "../../domain/JsonText.ts"

/** How to print a JSON text. */
export interface JsonLayout {
  /** Two spaces a level (default), or one line without white space. */
  readonly layout?: "indented" | "compact"
  /** Changes each string, including the names of members. Both texts are without quotes and escapes. */
  readonly changeString?: (value: string) => string
}

/** Deeper values are printed on one line: their indentation would be many times longer than they are. */
const maxIndented = 32

/** What a line begins with, by its depth, after a line break or after a comma and one. */
const indents = Array.from({ length: maxIndented + 1 }, (_, depth) => "  ".repeat(depth))
const breaks = indents.map((indent) => `\n${indent}`)
const nextBreaks = breaks.map((lineBreak) => `,${lineBreak}`)

/** How many characters are printed at a time, so that the text of a long list is in memory only once. */
const charactersAtATime = 1 << 16

/**
 * Lays out JSON text without parsing it, so that numbers, and members with the same
 * name, are kept. Strings are written as `JSON.stringify` writes them. Commas in the
 * text are ignored, and put where they belong.
 *
 * @param json - text that `JSON.parse` has accepted, or what is left of it, in parts
 * @returns the text in parts of whole lines, to be printed one after the other
 */
export function* printJsonText(
  json: string | Iterable<string>,
  { changeString, layout = "indented" }: JsonLayout = {},
): Generator<string, void> {
  const deepest = layout === "indented" ? maxIndented : -1
  let out = ""
  let depth = 0
  /** Whether the innermost list or object has no items so far. */
  let empty = true
  /** Whether the name of a member has just been printed, so that its value is next. */
  let named = false
  for (const text of typeof json === "string" ? [json] : json) {
    let nextEscape = text.indexOf("\\")
    for (let at = 0; at < text.length; ) {
      const code = text.charCodeAt(at)
      if (isFiller(code)) {
        at++
        continue
      }
      if (code === colon) {
        out += depth > deepest ? ":" : ": "
        named = true
        at++
        continue
      }

      const closing = isClosing(code)
      if (closing) depth--
      if (named) named = false
      else {
        const comma = !closing && !empty
        const inside = closing ? depth + 1 : depth
        if (inside === 0 || inside > deepest || (closing && empty)) {
          if (comma) out += ","
        } else if (out.length > charactersAtATime) {
          yield comma ? `${out},` : out
          out = indents[depth] as string
        } else out += (comma ? nextBreaks : breaks)[depth]
      }
      empty = isOpening(code)
      if (empty) depth++
      if (empty || closing) {
        out += text[at++]
        continue
      }

      const from = at
      at = code === quote ? stringEnd(text, at) : wordEnd(text, at)
      if (nextEscape < from && nextEscape !== -1) nextEscape = text.indexOf("\\", from)
      const escaped = nextEscape !== -1 && nextEscape < at
      if (code === quote && (escaped || changeString !== undefined)) {
        const value = JSON.parse(text.slice(from, at)) as string
        out += JSON.stringify(changeString === undefined ? value : changeString(value))
      } else {
        out += text.slice(from, at)
      }
    }
  }
  yield out
}
