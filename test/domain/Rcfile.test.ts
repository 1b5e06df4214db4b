import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { canHold, keys, parse, withPat } from "../../src/domain/Rcfile.ts"

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
  it.prop("reads back any text in double quotes", [name, text], ([key, value]) => {
    expect(entries(`${key}=${doubleQuoted(value)}`)).toStrictEqual({ [key]: value })
  })

  it.prop(
    "reads back any text in single quotes, followed by any comment",
    [name, text.map((value) => value.replaceAll("'", "")), text],
    ([key, value, comment]) => {
      expect(entries(`export ${key}='${value}' # ${comment}`)).toStrictEqual({ [key]: value })
    },
  )

  it.prop(
    "reads every key with any line breaks, and uses its last assignment",
    [FastCheck.array(FastCheck.tuple(name, text)), breaks],
    ([pairs, lineBreak]) => {
      const file = pairs.flatMap(([key, value]) => ["", "# a comment", `  ${key}=${doubleQuoted(value)}  `])
      expect(Either.getOrThrow(parse(file.join(lineBreak)))).toStrictEqual(new Map(pairs))
    },
  )

  it.prop(
    "reports the first broken line with a setting of zpcli",
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
    "skips the lines of other tools",
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
    ["A='it\nZPOOL_USER='ada'", "ada"],
    ["export A=\"one\nZPOOL_USER='eve'\n\"", "eve"],
  ])("reads each line separately, whatever quotes other tools' lines have: %j", (file, user) => {
    expect(entries(file)).toStrictEqual({ ZPOOL_USER: user })
  })

  it.prop(
    "never throws, and reports only lines of the file",
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
  ])("explains what is wrong with %j without showing its value", (file, reason) => {
    expect(broken(file)).toStrictEqual({ line: 1, reason })
  })
})

const bytes = (content: string) => new TextEncoder().encode(content)
const written = (content: string, pat = "zpat_new") =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Either.getOrThrow(withPat(bytes(content), pat)))

describe("Rcfile.withPat", () => {
  it.each([
    ["", "ZPOOLPAT=zpat_new\n"],
    ["ZPOOL_USER=1", "ZPOOL_USER=1\nZPOOLPAT=zpat_new\n"],
    ["ZPOOL_USER=1\r\nA=2", "ZPOOL_USER=1\r\nA=2\r\nZPOOLPAT=zpat_new\r\n"],
    ["# x\n ZPOOLPAT = '1' # y\nA=2", "# x\nZPOOLPAT=zpat_new\nA=2"],
    ["export ZPOOLPAT=1", "ZPOOLPAT=zpat_new"],
    ["\uFEFFZPOOLPAT=1\r\nexport A=2\r\n", "\uFEFFZPOOLPAT=zpat_new\r\nexport A=2\r\n"],
    ["\uFEFF", "\uFEFFZPOOLPAT=zpat_new\n"],
    ["ZPOOLPAT=1\nA=2\nZPOOLPAT=3\nB=4\nexport ZPOOLPAT=5", "ZPOOLPAT=zpat_new\nA=2\nB=4\n"],
    ["# ZPOOLPAT=1\nZPOOLPAT_FILE=~/x\n", "# ZPOOLPAT=1\nZPOOLPAT_FILE=~/x\nZPOOLPAT=zpat_new\n"],
  ])("turns %j into %j", (before, after) => {
    expect(written(before)).toBe(after)
  })

  const foreign = FastCheck.constantFrom(
    "",
    "# ZPOOLPAT=x",
    "export A='1' # é",
    "  B = 2  ",
    "ZPOOL_USER=ada",
  )
  const odd = FastCheck.oneof(
    FastCheck.constantFrom('A="x', "A='", "'", '"'),
    text.filter((line) => !line.includes("ZPOOL")),
  )
  const own = FastCheck.constantFrom("ZPOOLPAT=zpat_a", " export ZPOOLPAT='zpat_b' # c", "ZPOOLPAT=")

  it.prop(
    "writes the PAT once, so that it is read back, and changes nothing the second time",
    [FastCheck.array(FastCheck.oneof(foreign, own)), breaks, FastCheck.stringMatching(/^[A-Za-z0-9_.=-]+$/)],
    ([lines, lineBreak, pat]) => {
      const after = written(lines.join(lineBreak), pat)
      expect(entries(after).ZPOOLPAT).toBe(pat)
      expect(written(after, pat)).toBe(after)
    },
  )

  it.prop(
    "keeps every other byte, even if it isn't UTF-8",
    [FastCheck.uint8Array({ maxLength: 200 })],
    ([before]) => {
      const after = Either.getOrThrow(withPat(before, "zpat_new"))
      expect(after.subarray(0, before.length)).toStrictEqual(before)
      expect(new TextDecoder().decode(after.subarray(before.length)).trim()).toBe("ZPOOLPAT=zpat_new")
    },
  )

  it.prop(
    "keeps other settings unchanged, whatever quotes other tools' lines have",
    [FastCheck.array(FastCheck.oneof(foreign, odd, own)), breaks],
    ([lines, lineBreak]) => {
      const before = lines.join(lineBreak)
      expect(entries(written(before))).toStrictEqual({ ...entries(before), ZPOOLPAT: "zpat_new" })
    },
  )

  it("doesn't change a file with a broken line", () => {
    expect(Either.flip(withPat(bytes("A=1\nZPOOLPAT='x\n"), "zpat_new"))).toStrictEqual(
      Either.right({ line: 2, reason: "has a quote that is not closed" }),
    )
  })
})

describe("Rcfile.canHold", () => {
  it.each(["zpat_a", "eyJ.a-b_c.d==", "a+b/c~"])("allows %j", (pat) => {
    expect(canHold(pat)).toBe(true)
  })

  it.each(["", "a b", "'a", "a#b", "$a", "a;b", "`a`", "~a", "é", "a\nb"])("refuses %j", (pat) => {
    expect(canHold(pat)).toBe(false)
  })
})
