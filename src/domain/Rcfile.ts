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
const lineBreak = /\r\n|\n|\r/
/** A byte order mark of UTF-8, one character a byte. */
const utf8Bom = "\u00EF\u00BB\u00BF"
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

/** The lines that set a key of ours, in order, up to the first that can't be read. */
function* assignments(
  text: string,
): Generator<Either.Either<{ line: number; key: Key; value: string }, BrokenLine>> {
  const lines = text.replace(/^\uFEFF/, "").split(lineBreak)
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trim()
    const [, name, raw] = assignment.exec(line) ?? []
    if (name === undefined || raw === undefined) {
      if (isKey(firstName.exec(line)?.[0] ?? "")) {
        return yield Either.left({ line: index + 1, reason: "must have the form KEY=value" })
      }
    } else if (isKey(name)) {
      const value = parseValue(raw)
      if (Either.isLeft(value)) return yield Either.left({ line: index + 1, reason: value.left })
      yield Either.right({ line: index + 1, key: name, value: value.right })
    } else {
      index = lastLineOf(raw, lines, index)
    }
  }
}

/**
 * Reads the settings that are ours in a `zpoolrc`: lines `KEY=value`, with an
 * optional `export`, quotes and `#` comments. If a key appears twice, the last
 * value wins. The file is shared with other tools, so lines with other keys, or
 * in any other form, are skipped.
 */
export const parse = (text: string): Either.Either<ReadonlyMap<Key, string>, BrokenLine> =>
  Either.map(
    Either.all(assignments(text)),
    (found) => new Map(found.map(({ key, value }) => [key, value] as const)),
  )

/** Whether a PAT can be written as plain `ZPOOLPAT=value`, which a shell and other clients read alike. */
export const canHold = (pat: string): boolean => /^[\w.+/=:@%-][\w.~+/=:@%-]*$/.test(pat)

/** Replaces the first of some lines (1-based) by another text, and leaves out the rest; with none, adds one. */
const replaceLines = (content: Uint8Array, numbers: ReadonlyArray<number>, line: string): Uint8Array => {
  // One character a byte: bytes that are not UTF-8 are kept too. Line breaks are the same in both.
  const text = Array.from(content, (byte) => String.fromCharCode(byte)).join("")
  const bom = text.startsWith(utf8Bom) ? utf8Bom : ""
  const lines = text.slice(bom.length).match(/[^\r\n]*(?:\r\n|\n|\r|$)/g) ?? []
  const breakOf = (old: string) => lineBreak.exec(old)?.[0] ?? ""
  const [first, ...others] = numbers
  const eol = breakOf(text) || "\n"
  const kept = lines
    .map((old, index) => (index + 1 === first ? `${line}${breakOf(old)}` : old))
    .filter((_, index) => !others.includes(index + 1))
    .join("")
  const gap = kept === "" || /[\r\n]$/.test(kept) ? "" : eol
  const all = first === undefined ? `${kept}${gap}${line}${eol}` : kept
  return Uint8Array.from(`${bom}${all}`, (char) => char.charCodeAt(0))
}

const decode = (content: Uint8Array): string => new TextDecoder().decode(content)

/**
 * The content of a `zpoolrc` with `ZPOOLPAT=pat` in the place of its first
 * `ZPOOLPAT` line, or at its end. Further `ZPOOLPAT` lines are left out, and
 * every other line stays as it is, byte for byte: it may be of another tool.
 * It fails where a quote that another line leaves open would change what the
 * file says.
 *
 * @param pat - one that `canHold` allows
 */
export const withPat = (content: Uint8Array, pat: string): Either.Either<Uint8Array, BrokenLine> =>
  Either.gen(function* () {
    const found = yield* Either.all(assignments(decode(content)))
    const numbers = found.filter(({ key }) => key === "ZPOOLPAT").map(({ line }) => line)
    const after = replaceLines(content, numbers, `ZPOOLPAT=${pat}`)
    const expected = new Map(found.map(({ key, value }) => [key, value])).set("ZPOOLPAT", pat)
    const read = yield* parse(decode(after))
    const same = read.size === expected.size && [...expected].every(([key, value]) => read.get(key) === value)
    if (same) return after
    const line = numbers[0] ?? decode(content).split(lineBreak).length
    return yield* Either.left({ line, reason: "comes after a quote that is not closed" })
  })
