import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Label, maxLength, ofRun, parse, problem } from "../../src/domain/Label.ts"

const reasonOf = (value: string) => (Either.isRight(parse(value)) ? "accepted" : problem(value))

const controls = [...Array(32).keys(), ...Array.from({ length: 33 }, (_, i) => 0x7f + i)].map((code) =>
  String.fromCharCode(code),
)
const clean = FastCheck.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter(
  (text) => text.trim() !== "" && !controls.some((control) => text.includes(control)),
)

describe("Label.parse", () => {
  it.prop("accepts any printable text unchanged, without trimming", [clean], ([text]) => {
    const label = ` ${text} `
    expect(parse(label)).toStrictEqual(Either.right(label))
  })

  it.prop(
    "refuses a control character wherever it stands",
    [clean, FastCheck.constantFrom(...controls), FastCheck.nat()],
    ([text, control, position]) => {
      const at = position % (text.length + 1)
      expect(reasonOf(text.slice(0, at) + control + text.slice(at))).toBe("control-character")
    },
  )

  it.prop(
    "refuses a blank text",
    [FastCheck.array(FastCheck.constantFrom(" ", "\t", "\n", "\u00a0", "\u2003", "\u3000")), FastCheck.nat()],
    ([blanks]) => {
      expect(reasonOf(blanks.join(""))).toBe("blank")
    },
  )

  it.prop(
    "counts code points, not code units",
    [FastCheck.constantFrom("a", "é", "漢", "🦊", "𝒳"), FastCheck.integer({ min: 1, max: 400 })],
    ([char, count]) => {
      expect(reasonOf(char.repeat(count))).toBe(count <= 255 ? "accepted" : "too-long")
    },
  )

  it("accepts at most 255 characters", () => {
    expect(maxLength).toBe(255)
    expect(reasonOf("x".repeat(255))).toBe("accepted")
    expect(reasonOf("x".repeat(256))).toBe("too-long")
  })

  it("names the value it refuses", () => {
    expect(Either.getOrThrow(Either.flip(parse(" ")))).toMatchObject({ _tag: "InvalidInput", value: " " })
  })
})

describe("the brand", () => {
  it.each([
    ["CI", true],
    [" ", false],
    ["a\u0000", false],
  ])("accepts the same values as parse: %j", (value, valid) => {
    expect(Schema.is(Label)(value)).toBe(valid)
  })
})

describe("ofRun", () => {
  it("contains the machine's name and a random number, whatever the name", () => {
    expect(ofRun("build-7.local", "00c0ffee")).toBe("zpcli run build-7.local 00c0ffee")
    expect(ofRun("a\u001b[31m b", "1")).toBe("zpcli run a--31m-b 1")
    expect(ofRun("", "1")).toBe("zpcli run localhost 1")
    expect(ofRun("x".repeat(300), "1")).toHaveLength(10 + 64 + 2)
  })
})
