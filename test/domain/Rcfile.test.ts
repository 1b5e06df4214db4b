import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { parse } from "../../src/domain/Rcfile.ts"

const entries = (text: string) => Object.fromEntries(Either.getOrThrow(parse(text)))
const broken = (text: string) => Either.getOrThrow(Either.flip(parse(text)))

/** A line's text: anything but a line break. */
const text = FastCheck.array(
  FastCheck.oneof(
    FastCheck.string({ unit: "binary", maxLength: 4 }),
    // These end a line for a pattern, yet not for the shell or for us.
    FastCheck.constantFrom("\u2028", "\u2029", "\u0085", " #", "'", '"', "\\", "$", "`"),
  ),
).map((parts) => parts.join("").replace(/[\r\n]/g, ""))
const doubleQuoted = (value: string) => `"${value.replace(/["\\$`]/g, "\\$&")}"`
const name = FastCheck.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
const breaks = FastCheck.constantFrom("\n", "\r\n", "\r")

describe("Rcfile.parse", () => {
  it.prop("gives back what was put between double quotes", [name, text], ([key, value]) => {
    expect(entries(`${key}=${doubleQuoted(value)}`)).toStrictEqual({ [key]: value })
  })

  it.prop(
    "gives back what was put between single quotes, whatever follows as a comment",
    [name, text.map((value) => value.replaceAll("'", "")), text],
    ([key, value, comment]) => {
      expect(entries(`export ${key}='${value}' # ${comment}`)).toStrictEqual({ [key]: value })
    },
  )

  it.prop(
    "keeps every key, the last assignment winning, with any line breaks",
    [FastCheck.array(FastCheck.tuple(name, text)), breaks],
    ([pairs, lineBreak]) => {
      const file = pairs.flatMap(([key, value]) => ["", "# a comment", `  ${key}=${doubleQuoted(value)}  `])
      expect(Either.getOrThrow(parse(file.join(lineBreak)))).toStrictEqual(new Map(pairs))
    },
  )

  it.prop(
    "names the first broken line",
    [
      FastCheck.array(FastCheck.constantFrom("", "# x", "A=1", "export B='2' # y"), { maxLength: 20 }),
      FastCheck.constantFrom(
        "nonsense",
        "=1",
        "1A=1",
        "A-B=1",
        "export A",
        "A='1",
        'A="1\\"',
        "A='1' 2",
        'A="1"2',
      ),
      FastCheck.array(text, { maxLength: 3 }),
      breaks,
    ],
    ([before, line, rest, lineBreak]) => {
      expect(broken([...before, line, ...rest].join(lineBreak)).line).toBe(before.length + 1)
    },
  )

  it.prop(
    "never throws, and a broken line is one of the file",
    [FastCheck.string({ unit: "binary" })],
    ([file]) => {
      const lines = file.split(/\r\n|\n|\r/).length
      const line = Either.match(parse(file), { onLeft: (error) => error.line, onRight: () => 1 })
      expect(line >= 1 && line <= lines).toBe(true)
    },
  )

  it.each([
    ["A=1", "1"],
    ["A = 1", "1"],
    ["\t export  A=1", "1"],
    ["A=", ""],
    ["A=''", ""],
    ["A= # nothing", ""],
    ["A=a b", "a b"],
    ["A=a#b", "a#b"],
    ["A=a #b", "a"],
    ["A=#b", ""],
    ["A='a # b'", "a # b"],
    ["A=it's", "it's"],
    [String.raw`A="a \"b\" \$c \\ \n"`, String.raw`a "b" $c \ \n`],
    [String.raw`A='a\'`, "a\\"],
    ["A=https://x/?a=b", "https://x/?a=b"],
    ["\uFEFFA=1", "1"],
    ["A=1\nA=2", "2"],
  ])("reads %j", (file, value) => {
    expect(entries(file)).toStrictEqual({ A: value })
  })

  it.each([
    ["A='1", "a quote is not closed"],
    ["A='1'2", "there is text after the closing quote"],
    ["A", "expected KEY=value"],
  ])("says what is wrong with %j, without its value", (file, reason) => {
    expect(broken(file)).toStrictEqual({ line: 1, reason })
  })

  it("takes names of objects' own things as keys", () => {
    expect(Either.getOrThrow(parse("__proto__=1\nconstructor=2"))).toStrictEqual(
      new Map([
        ["__proto__", "1"],
        ["constructor", "2"],
      ]),
    )
  })
})
