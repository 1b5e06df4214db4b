import { colon, isClosing, isFiller, isOpening, quote, stringEnd, wordEnd } from "../../domain/JsonText.ts"

/** How to print a JSON text. */
export interface JsonLayout {
  /** Two spaces a level (default), or one line without white space. */
  readonly layout?: "indented" | "compact"
  /** Changes each string, a member's name too; it gets and gives them without quotes and escapes. */
  readonly changeString?: (value: string) => string
}

/** What is deeper than this is printed on one line: its indentation would be many times its own length. */
const maxIndented = 32

const indents = Array.from({ length: maxIndented + 1 }, (_, depth) => "  ".repeat(depth))

/** How much is printed at a time, in characters, so that a long list's text is in memory only once. */
const charactersAtATime = 1 << 16

/**
 * Prints JSON text again without parsing it: numbers and members of the same
 * name stay as they are. Strings are written as `JSON.stringify` writes them,
 * and commas are set anew.
 *
 * @param json - what `JSON.parse` has accepted, or the parts that are left of that
 * @returns the text in parts, each of whole lines, to be printed one under the other
 */
export function* printJsonText(
  json: string | Iterable<string>,
  { changeString, layout = "indented" }: JsonLayout = {},
): Generator<string, void> {
  const deepest = layout === "indented" ? maxIndented : -1
  let out = ""
  let depth = 0
  /** Whether nothing has been printed of the innermost list or object. */
  let empty = true
  /** Whether a member's name has been printed, and its value is next. */
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
        if (!closing && !empty) out += ","
        const inside = closing ? depth + 1 : depth
        if (inside > 0 && inside <= deepest && !(closing && empty)) {
          if (out.length > charactersAtATime) {
            yield out
            out = ""
          } else out += "\n"
          out += indents[depth]
        }
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
