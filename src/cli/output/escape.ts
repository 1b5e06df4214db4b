let found: RegExp | undefined
/**
 * Finds C1 controls, line separators, and invisible characters, such as bidirectional controls and tags; but not the
 * joiners and selectors that emoji and some scripts are written with. Made at first use, since plain ASCII needs none.
 */
const unseen = (): RegExp => {
  found ??=
    /[\x7F-\x9F\u2028\u2029]|(?!\u200C|\u200D|[\uFE00-\uFE0F]|[\u180B-\u180D]|[\u{E0100}-\u{E01EF}])\p{Default_Ignorable_Code_Point}/gu
  return found
}

/** Escapes of a character's one or two UTF-16 units, as JSON has them. */
const unicodeEscape = (char: string) =>
  Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("")

/** Writes the characters that could drive a terminal as `\u` escapes in a text that is JSON. */
export const escapeJson = (json: string): string =>
  /[^\0-~]/.test(json) ? json.replace(unseen(), unicodeEscape) : json

const shortEscapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const shortEscape = (char: string): string => {
  const code = char.charCodeAt(0)
  return (
    shortEscapes[char] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(char))
  )
}

/**
 * Shows control and invisible characters as `\n`, `\t`, `\x1b` or `\u202e`; the rest stays, so that
 * a text that is escaped already stays as it is.
 */
export const escapeControls = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replace(/[^ -\uFFFF]/g, shortEscape).replace(unseen(), shortEscape)

/** One line of text, or several. A line break inside of one is no line break, but a character to escape. */
export type Lines = string | ReadonlyArray<string>

/** Lines as a terminal may get them: whatever text of a server or a user is in them, it forges no line and drives nothing. */
export const escapeLines = (lines: Lines): string =>
  typeof lines === "string" ? escapeControls(lines) : lines.map(escapeControls).join("\n")
