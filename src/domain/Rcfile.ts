import * as Either from "effect/Either"

/** A line that is no assignment; `line` is 1-based. */
export interface BrokenLine {
  readonly line: number
  readonly reason: string
}

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s

/** Reads one value: single-quoted as it is, double-quoted with the shell's escapes, or bare up to a comment. */
const parseValue = (raw: string): Either.Either<string, string> => {
  const quote = raw[0]
  if (quote !== '"' && quote !== "'") {
    return Either.right(raw.replace(/(^|\s+)#.*$/s, "").trimEnd())
  }
  let value = ""
  for (let i = 1; i < raw.length; i++) {
    const char = raw[i] as string
    if (char === quote) {
      return /^\s*(#.*)?$/s.test(raw.slice(i + 1))
        ? Either.right(value)
        : Either.left("there is text after the closing quote")
    }
    if (quote === '"' && char === "\\" && '"\\$`'.includes(raw[i + 1] ?? "\0")) {
      i++
      value += raw[i]
    } else {
      value += char
    }
  }
  return Either.left("a quote is not closed")
}

/**
 * Reads a `zpoolrc`: lines `KEY=value`, with an optional `export`, quotes and
 * `#` comments. The file is shared with other tools, so every key is kept and
 * it is for the caller to ignore those it does not know. The last assignment wins.
 */
export const parse = (text: string): Either.Either<ReadonlyMap<string, string>, BrokenLine> => {
  const entries = new Map<string, string>()
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)
  for (const [index, source] of lines.entries()) {
    const line = source.trim()
    if (line === "" || line.startsWith("#")) continue
    const match = assignment.exec(line)
    if (match === null) return Either.left({ line: index + 1, reason: "expected KEY=value" })
    const value = parseValue(match[2] as string)
    if (Either.isLeft(value)) return Either.left({ line: index + 1, reason: value.left })
    entries.set(match[1] as string, value.right)
  }
  return Either.right(entries)
}
