import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import { maskInData, maskTokens } from "../../../src/services/settings/Secrets.ts"

const hide = (text: string, ...secrets: ReadonlyArray<string>) =>
  maskTokens(
    text,
    secrets.map((value) => Redacted.make(value)),
  )

/** The forms in which a secret travels: as it is, in a URL, in JSON. */
const forms = (secret: string) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]

/** Further forms, as other languages write them. */
const otherForms = [
  ["p\u00e4ss w\u00f6rd\u{1f511}", "p%c3%a4ss%20w%c3%b6rd%f0%9f%94%91"],
  ["p\u00e4ss w\u00f6rd\u{1f511}", "p\\u00e4ss w\\u00f6rd\\ud83d\\udd11"],
  ["p\u00e4ss w\u00f6rd\u{1f511}", "p\\u00E4ss w\\u00F6rd\\uD83D\\uDD11"],
] as const

const words = FastCheck.string({ unit: "grapheme", maxLength: 20 })
/** What the marker itself holds would be found in it. */
const secret = FastCheck.string({ unit: "grapheme", minLength: 2, maxLength: 20 }).filter(
  (text) =>
    !forms(text).some((form) => "[hidden]".includes(form) || form.includes("[") || form.includes("]")),
)

describe("maskTokens", () => {
  it.prop(
    "removes every form of every secret from any text",
    [FastCheck.array(secret, { minLength: 1, maxLength: 4 }), FastCheck.array(words), FastCheck.nat()],
    ([secrets, around, seed]) => {
      const travelling = secrets.flatMap(forms)
      const text = around
        .map((part, index) => part + travelling[(seed + index) % travelling.length])
        .join(" ")
      const masked = hide(text, ...secrets)
      for (const form of travelling) expect(masked).not.toContain(form)
    },
  )

  it.each(otherForms)("finds %s as %s", (secret, form) => {
    expect(hide(`no such user: ${form}.`, secret)).toBe("no such user: [hidden].")
  })

  it.prop("removes all of a secret that begins like another", [secret, secret], ([short, rest]) => {
    for (const secrets of [
      [short, short + rest],
      [short + rest, short],
    ]) {
      expect(hide(`-${short}${rest}-`, ...secrets)).toBe("-[hidden]-")
    }
  })

  it.each(["\u200b", "\u2060", "\u00ad", "\u{e0041}", "\ufe0f", "\u034f", "\u3164"])(
    "finds a secret with %j inside",
    (char) => {
      expect(hide(`the token ${Array.from("s3cret-word").join(char)} is bad`, "s3cret-word")).toBe(
        "the token [hidden] is bad",
      )
    },
  )

  it.prop("changes nothing else", [words], ([text]) => {
    const harmless = text.replace(/zpat_|eyJ/g, "")
    expect(hide(harmless)).toBe(harmless)
    expect(hide(harmless, "")).toBe(harmless)
    expect(hide(`${harmless}\u0000`, "no such secret")).toBe(`${harmless}\u0000`)
  })

  it.each([
    ["token zpat_AbCdEfGh1234 is bad", "token [hidden] is bad"],
    ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2ln", "[hidden]"],
    ["Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIi", "Bearer [hidden]"],
    ["zpat_x and eyJ are words", "zpat_x and eyJ are words"],
  ])("recognizes a token by its form: %s", (text, expected) => {
    expect(hide(text)).toBe(expected)
  })

  it("cuts a text at 1,000 characters after masking its secrets", () => {
    const secret = "s3cret-".repeat(10)
    expect(hide("x".repeat(1_000))).toBe("x".repeat(1_000))
    expect(hide("x".repeat(1_001))).toBe(`${"x".repeat(1_000)}…`)
    for (let before = 990; before < 1_000; before++) {
      expect(hide("-".repeat(before) + secret, secret)).not.toContain("s3")
    }
  })

  it("shows no part of a token at the cut", () => {
    for (const token of ["zpat_AbCdEfGh1234", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2ln"]) {
      for (let before = 1_000 - token.length; before <= 994; before++) {
        expect(hide(`${"-".repeat(before)} ${token} `)).toMatch(/^-+ \[hidden\]/)
      }
    }
  })

  it("takes time in proportion to the text", () => {
    const began = performance.now()
    for (const part of ["eyJ", "eyJabcdefgh.", "zpat_", ". ", "a"])
      hide(part.repeat(2_000_000 / part.length), "x-y-z")
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it("doesn't treat a secret as a pattern", () => {
    expect(hide("a.c abc $& .*", ".*", "a.c", "$&")).toBe("[hidden] abc [hidden] [hidden]")
  })
})

describe("maskInData", () => {
  const token = Redacted.make('zpat_"OfThisTest"')

  it("removes every form of the token, and keeps everything else, however long", () => {
    const other = `zpat_AnotherToken ${"x".repeat(2_000)}`
    const text = forms(Redacted.value(token)).join(other)
    expect(maskInData(text, token)).toBe(Array(3).fill("[hidden]").join(other))
    expect(maskInData(text, undefined)).toBe(text)
  })

  it("keeps text that is too short to be a token", () => {
    expect(maskInData('{"message":"a"}', Redacted.make("message"))).toBe('{"message":"a"}')
  })
})
