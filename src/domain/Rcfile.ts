import * as Either from "effect/Either"

/** The settings that a zpoolrc may hold for us. */
export const keys = [
  "ZPOOL_API_URL",
  "ZPOOL_USER",
  "ZPOOL_PASSWORD",
  "ZPOOL_PASSWORD_FILE",
  "ZPOOL_PASSWORD_COMMAND",
  "ZPOOLPAT",
  "ZPOOLPAT_FILE",
  "ZPOOLPAT_COMMAND",
  "ZPOOL_TOKEN_CACHE_DIR",
  "ZPOOL_TIMEOUT",
  "ZPOOL_MAX_RETRIES",
] as const
export type Key = (typeof keys)[number]

const isKey = (name: string): name is Key => (keys as ReadonlyArray<string>).includes(name)

/** A line of ours that can't be read; `line` is 1-based. */
export interface BrokenLine {
  readonly line: number
  readonly reason: string
}

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s
const firstName = /^[A-Za-z_][A-Za-z0-9_]*/

/** Where a quoted text ends: the index of its closing quote, or -1. In double quotes a backslash escapes. */
const closingQuote = (text: string, quote: string, from: number): number => {
  for (let i = from; i < text.length; i++) {
    if (text[i] === quote) return i
    if (quote === '"' && text[i] === "\\") i++
  }
  return -1
}

const isBlankOrComment = (text: string): boolean => {
  const rest = text.trimStart()
  return rest === "" || rest.startsWith("#")
}

/** Cuts an unquoted value where whitespace followed by `#` starts a comment. */
const withoutComment = (raw: string): string => {
  for (let at = raw.indexOf("#"); at !== -1; at = raw.indexOf("#", at + 1)) {
    if (at === 0 || /\s/.test(raw[at - 1] as string)) return raw.slice(0, at).trimEnd()
  }
  return raw.trimEnd()
}

/** Reads one value: single-quoted as it is, double-quoted with the shell's escapes, or bare up to a comment. */
const parseValue = (raw: string): Either.Either<string, string> => {
  const quote = raw[0]
  if (quote !== '"' && quote !== "'") return Either.right(withoutComment(raw))
  const end = closingQuote(raw, quote, 1)
  if (end === -1) return Either.left("has a quote that is not closed")
  if (!isBlankOrComment(raw.slice(end + 1))) return Either.left("has text after the closing quote")
  const text = raw.slice(1, end)
  return Either.right(quote === '"' ? text.replace(/\\(["\\$`])/g, "$1") : text)
}

/**
 * The index of the last line of another tool's value that begins in `lines[at]`
 * with `raw`: a value in quotes may go on over several lines. A quote that is
 * never closed ends with its own line.
 */
const lastLineOf = (raw: string, lines: ReadonlyArray<string>, at: number): number => {
  const quote = raw[0]
  if ((quote !== '"' && quote !== "'") || closingQuote(raw, quote, 1) !== -1) return at
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] as string
    const end = closingQuote(line, quote, 0)
    if (end !== -1) return isBlankOrComment(line.slice(end + 1)) ? next : at
  }
  return at
}

/**
 * Reads the settings that are ours in a `zpoolrc`: lines `KEY=value`, with an
 * optional `export`, quotes and `#` comments. If a key appears twice, the last
 * value wins. The file is shared with other tools, so lines with other keys, or
 * in any other form, are skipped.
 */
export const parse = (text: string): Either.Either<ReadonlyMap<Key, string>, BrokenLine> => {
  const entries = new Map<Key, string>()
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trim()
    const [, name, raw] = assignment.exec(line) ?? []
    if (name === undefined || raw === undefined) {
      if (isKey(firstName.exec(line)?.[0] ?? "")) {
        return Either.left({ line: index + 1, reason: "must have the form KEY=value" })
      }
    } else if (isKey(name)) {
      const value = parseValue(raw)
      if (Either.isLeft(value)) return Either.left({ line: index + 1, reason: value.left })
      entries.set(name, value.right)
    } else {
      index = lastLineOf(raw, lines, index)
    }
  }
  return Either.right(entries)
}
