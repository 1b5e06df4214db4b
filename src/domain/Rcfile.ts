import * as Either from "effect/Either"

/** The settings that zpcli reads in a zpoolrc. */
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

/** An invalid line with one of our keys; `line` is 1-based. */
export interface BrokenLine {
  readonly line: number
  readonly reason: string
}

const assignment = /^(?:export\s+)?(\w+)\s*=\s*(.*)$/s
const lineBreak = /\r\n|\n|\r/
/** The byte order mark of UTF-8, with one character per byte. */
const utf8Bom = "\u00EF\u00BB\u00BF"

/** An unquoted value without its comment, which starts with a `#` at the beginning or after white space. */
const withoutComment = (raw: string): string => {
  for (let at = raw.indexOf("#"); at !== -1; at = raw.indexOf("#", at + 1)) {
    if (at === 0 || /\s/.test(raw[at - 1] as string)) return raw.slice(0, at).trimEnd()
  }
  return raw.trimEnd()
}

/** A quoted value, and the text after it. */
const quotedValue = /^(?:'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)")\s*(.*)$/s

/** Reads one value: in single quotes, in double quotes with the shell's escapes, or unquoted up to a comment. */
const parseValue = (raw: string): Either.Either<string, string> => {
  if (!/^['"]/.test(raw)) return Either.right(withoutComment(raw))
  const match = quotedValue.exec(raw)
  if (match === null) return Either.left("has a quote that is not closed")
  const [, single, double = "", rest = ""] = match
  if (rest !== "" && !rest.startsWith("#")) return Either.left("has text after the closing quote")
  return Either.right(single ?? double.replace(/\\(["\\$`])/g, "$1"))
}

/** The lines with our keys, in order, up to the first invalid one. */
function* assignments(
  text: string,
): Generator<Either.Either<{ line: number; key: Key; value: string }, BrokenLine>> {
  const lines = text.replace(/^\uFEFF/, "").split(lineBreak)
  for (const [index, each] of lines.entries()) {
    const content = each.trim()
    const [, key = /^\w*/.exec(content)?.[0] ?? "", raw] = assignment.exec(content) ?? []
    if (!isKey(key)) continue
    const line = index + 1
    const value = raw === undefined ? Either.left("must have the form KEY=value") : parseValue(raw)
    if (Either.isLeft(value)) return yield Either.left({ line, reason: value.left })
    yield Either.right({ line, key, value: value.right })
  }
}

/**
 * Reads our settings in a `zpoolrc`: lines of `KEY=value`, with an optional
 * `export`, quotes and `#` comments. If a key appears twice, the last value wins.
 * Other tools share the file, so all other lines are skipped.
 */
export const parse = (text: string): Either.Either<ReadonlyMap<Key, string>, BrokenLine> =>
  Either.map(
    Either.all(assignments(text)),
    (found) => new Map(found.map(({ key, value }) => [key, value] as const)),
  )

/** Whether a PAT needs no quotes, so that a shell and all clients read `ZPOOLPAT=value` the same way. */
export const canHold = (pat: string): boolean => /^[\w.+/=:@%-][\w.~+/=:@%-]*$/.test(pat)

/** Replaces the first of these lines (1-based) and removes the others. If there are none, appends a line. */
const replaceLines = (content: Uint8Array, numbers: ReadonlyArray<number>, line: string): Uint8Array => {
  // One character per byte, so that bytes that aren't UTF-8 are kept.
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

/**
 * The content of a `zpoolrc` with a new PAT, which replaces the first `ZPOOLPAT`
 * line or is appended. Other `ZPOOLPAT` lines are removed. Everything else is
 * kept byte for byte, since it may belong to another tool.
 *
 * @param pat - one that `canHold` allows
 */
export const withPat = (content: Uint8Array, pat: string): Either.Either<Uint8Array, BrokenLine> =>
  Either.map(Either.all(assignments(new TextDecoder().decode(content))), (found) => {
    const numbers = found.filter(({ key }) => key === "ZPOOLPAT").map(({ line }) => line)
    return replaceLines(content, numbers, `ZPOOLPAT=${pat}`)
  })
