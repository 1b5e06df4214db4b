let found: RegExp | undefined
/**
 * Matches C1 controls, line separators, and invisible characters, such as bidirectional controls and tags, but not the
 * joiners and selectors of emoji and some scripts. Compiled at first use, since plain ASCII doesn't need it.
 */
const unseen = (): RegExp => {
  found ??=
    /[\x7F-\x9F\u2028\u2029]|(?!\u200C|\u200D|[\uFE00-\uFE0F]|[\u180B-\u180D]|[\u{E0100}-\u{E01EF}])\p{Default_Ignorable_Code_Point}/gu
  return found
}

/** The JSON escapes of a character's one or two UTF-16 units. */
const unicodeEscape = (char: string) =>
  Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("")

/** Escapes the characters in a JSON text that could control a terminal, as `\u202e`. */
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
 * Shows control and invisible characters as `\n`, `\t`, `\x1b` or `\u202e`. Backslashes are kept, so escaping a text
 * twice changes nothing.
 */
export const escapeControls = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replace(/[^ -\uFFFF]/g, shortEscape).replace(unseen(), shortEscape)

/** One line of text, or several. A line break within a line is escaped. */
export type Lines = string | ReadonlyArray<string>

/** Escapes lines, so that text of a server or a user in them can neither forge a line nor control the terminal. */
export const escapeLines = (lines: Lines): string =>
  typeof lines === "string" ? escapeControls(lines) : lines.map(escapeControls).join("\n")
