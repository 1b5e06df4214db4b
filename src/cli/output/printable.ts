/**
 * Text that may be printed. Whatever comes from a server or a user becomes one
 * only through `escape`, so that it can never drive a terminal: the functions
 * of `print.ts` take nothing else, and there is no other way to make one but
 * from the literals of our own source.
 */
export class Printable {
  private constructor(readonly value: string) {}

  /** Untrusted text, its control and invisible characters shown escaped. */
  static escape(untrusted: string): Printable {
    return new Printable(escapeControls(untrusted))
  }

  /** Text that the program made of its own literals alone, such as help. */
  static trusted(own: string): Printable {
    return new Printable(own)
  }

  /** JSON of any value, indented by two spaces unless `compact`, the same characters `\u`-escaped. */
  static json(value: unknown, layout: "indented" | "compact" = "indented"): Printable {
    return new Printable(escapeJson(JSON.stringify(value, null, layout === "indented" ? 2 : 0)))
  }

  /** Joins parts; the separator is of our own. */
  static join(parts: Iterable<Printable>, separator: string): Printable {
    let joined = ""
    let first = true
    for (const part of parts) {
      joined += first ? part.value : separator + part.value
      first = false
    }
    return new Printable(joined)
  }

  /** A terminal's style (SGR parameters, such as `1` for bold) around text. */
  static styled(sgr: string, text: Printable): Printable {
    return new Printable(`\u001B[${sgr}m${text.value}\u001B[0m`)
  }

  /** The tag of `printable`. */
  static template(strings: TemplateStringsArray, ...values: ReadonlyArray<string | number | Printable>) {
    let text = strings[0] as string
    values.forEach((value, index) => {
      text += value instanceof Printable ? value.value : escapeControls(String(value))
      text += strings[index + 1]
    })
    return new Printable(text)
  }

  toString(): string {
    return this.value
  }
}

/** A template whose interpolated values are escaped, unless they are `Printable` already. */
export const printable = Printable.template

// C1 controls, line separators, and invisible characters, such as bidirectional controls and tags; but not the joiners
// and selectors that emoji and some scripts are written with.
const unseen =
  /[\x7F-\x9F\u2028\u2029]|(?!\u200C|\u200D|[\uFE00-\uFE0F]|[\u180B-\u180D]|[\u{E0100}-\u{E01EF}])\p{Default_Ignorable_Code_Point}/gu

/** Escapes of a character's one or two UTF-16 units, as JSON has them. */
const unicodeEscape = (char: string) =>
  Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("")

/** Writes the characters that could drive a terminal as `\u` escapes in a text that is JSON. */
export const escapeJson = (json: string): string => json.replace(unseen, unicodeEscape)

const shortEscapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const shortEscape = (char: string): string => {
  const code = char.charCodeAt(0)
  return (
    shortEscapes[char] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(char))
  )
}

/** Shows control and invisible characters as `\n`, `\t`, `\x1b` or `\u202e`; the rest stays. */
export const escapeControls = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replace(/[^ -\uFFFF]/g, shortEscape).replace(unseen, shortEscape)
