import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { keys, parse } from "../../src/domain/Rcfile.ts"

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
const name = FastCheck.constantFrom(...keys)
const otherName = FastCheck.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/).filter(
  (word) => !(keys as ReadonlyArray<string>).includes(word),
)
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
    "names the first broken line of ours",
    [
      FastCheck.array(FastCheck.constantFrom("", "# x", "A=1", "ZPOOL_USER=1", "export ZPOOL_USER='2' # y"), {
        maxLength: 20,
      }),
      FastCheck.constantFrom(
        "ZPOOL_USER",
        "ZPOOL_USER: ada",
        "ZPOOLPAT zpat_x",
        "ZPOOL_USER='1",
        'ZPOOL_USER="1\\"',
        "ZPOOL_USER='1' 2",
        'export ZPOOL_USER="1"2',
      ),
      FastCheck.array(text, { maxLength: 3 }),
      breaks,
    ],
    ([before, line, rest, lineBreak]) => {
      expect(broken([...before, line, ...rest].join(lineBreak)).line).toBe(before.length + 1)
    },
  )

  it.prop(
    "skips every line of other tools",
    [
      FastCheck.array(
        FastCheck.oneof(
          FastCheck.tuple(otherName, text.map(doubleQuoted)).map((pair) => pair.join("=")),
          FastCheck.constantFrom(
            "nonsense",
            "=1",
            "1A=1",
            "A-B=1",
            "export A",
            "export A B",
            "export ZPOOLPAT",
            "export ZPOOL_USER ZPOOLPAT",
            "zpool_user: x",
            "ZPOOL_USERS: x",
            "A=it's",
            "A='1' 2",
            'A="1"2',
            "A=$(cat x)",
            "[ -n $A ] && export A='1'",
            "source ~/.zpools",
          ),
        ),
      ),
      text.map(doubleQuoted),
      breaks,
    ],
    ([others, value, lineBreak]) => {
      const file = [...others, `ZPOOL_USER=${value}`, ...others].join(lineBreak)
      expect(entries(file)).toStrictEqual(entries(`ZPOOL_USER=${value}`))
    },
  )

  it.each([
    ["A='one\ntwo'\nZPOOL_USER=ada", "ada"],
    ['export A="-----BEGIN\nZPOOL_USER=eve\n-----END" # a key\nZPOOL_USER=ada', "ada"],
    ['ZPOOL_USER=ada\nA="one\nZPOOL_USER=\\"eve\\"\n"', "ada"],
    // A quote that is never closed is a slip in one line, and hides nothing of ours.
    ["A='it\nZPOOL_USER=ada", "ada"],
    ["A='it\nZPOOL_USER='ada'", "ada"],
  ])("takes the lines of another tool's value for none of ours in %j", (file, user) => {
    expect(entries(file)).toStrictEqual({ ZPOOL_USER: user })
  })

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
    ["ZPOOL_USER=1", "1"],
    ["ZPOOL_USER = 1", "1"],
    ["\t export  ZPOOL_USER=1", "1"],
    ["ZPOOL_USER=", ""],
    ["ZPOOL_USER=''", ""],
    ["ZPOOL_USER= # nothing", ""],
    ["ZPOOL_USER=a b", "a b"],
    ["ZPOOL_USER=a#b", "a#b"],
    ["ZPOOL_USER=a #b", "a"],
    ["ZPOOL_USER=#b", ""],
    ["ZPOOL_USER='a # b'", "a # b"],
    ["ZPOOL_USER=it's", "it's"],
    [String.raw`ZPOOL_USER="a \"b\" \$c \\ \n"`, String.raw`a "b" $c \ \n`],
    [String.raw`ZPOOL_USER='a\'`, "a\\"],
    ["ZPOOL_USER=https://x/?a=b", "https://x/?a=b"],
    ["\uFEFFZPOOL_USER=1", "1"],
    ["ZPOOL_USER=1\nZPOOL_USER=2", "2"],
  ])("reads %j", (file, value) => {
    expect(entries(file)).toStrictEqual({ ZPOOL_USER: value })
  })

  it.each([
    ["ZPOOL_USER='1", "has a quote that is not closed"],
    ["ZPOOL_USER='1'2", "has text after the closing quote"],
    ["ZPOOL_USER", "must have the form KEY=value"],
  ])("says what is wrong with %j, without its value", (file, reason) => {
    expect(broken(file)).toStrictEqual({ line: 1, reason })
  })
})
