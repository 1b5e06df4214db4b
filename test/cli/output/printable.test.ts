import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { Printable, printable } from "../../../src/cli/output/printable.ts"

/** C0, DEL and C1. */
const control = /\p{Cc}/u
/** What reorders text: marks, embeddings, overrides and isolates. */
const bidirectional = /\p{Bidi_Control}/u

/** Any UTF-16 code units, lone surrogates among them, with the dangerous ones often. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xff_ff }),
      fc.integer({ min: 0, max: 0x9f }),
      fc.constantFrom(0x1b, 0x07, 0x9b, 0x20_2e, 0x20_66, 0x20_0f, 0x06_1c, 0x20_28, 0xd8_3d, 0xde_00),
    ),
  )
  .map((units) => String.fromCharCode(...units))

describe("Printable", () => {
  it.prop("escape leaves nothing that drives a terminal", [anyText], ([text]) => {
    const { value } = Printable.escape(text)
    expect(value).not.toMatch(control)
    expect(value).not.toMatch(bidirectional)
    expect(value).not.toMatch(/[\u2028\u2029]/)
  })

  it.prop("the template escapes what is put in, and only that", [anyText, anyText], ([a, b]) => {
    const { value } = printable`<\n${a}|${b}>`
    expect(value).toBe(`<\n${Printable.escape(a)}|${Printable.escape(b)}>`)
  })

  it.prop("text without such characters stays as it is", [fc.fullUnicodeString()], ([text]) => {
    fc.pre(!/[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u.test(text))
    expect(Printable.escape(text).value).toBe(text)
  })

  it.prop("a Printable in a template is not escaped twice", [anyText], ([text]) => {
    const escaped = Printable.escape(text)
    expect(printable`${escaped}`.value).toBe(escaped.value)
  })

  it.prop("JSON parses back to the same value and holds none of them raw", [anyText, anyText], ([a, b]) => {
    const value = { [a]: [b, { nested: a }], n: 1 }
    for (const layout of ["indented", "compact"] as const) {
      const json = Printable.json(value, layout).value
      expect(JSON.parse(json)).toEqual(value)
      expect(json.replaceAll("\n", "")).not.toMatch(control)
      expect(json).not.toMatch(bidirectional)
      if (layout === "compact") expect(json).not.toContain("\n")
    }
  })

  it.prop("style adds SGR around the text and nothing else", [anyText], ([text]) => {
    const inner = Printable.escape(text)
    expect(Printable.styled("1", inner).value).toBe(`\u001b[1m${inner}\u001b[0m`)
  })

  it.prop("joining keeps the parts in order", [fc.array(anyText)], ([texts]) => {
    const parts = texts.map((text) => Printable.escape(text))
    expect(Printable.join(parts, ", ").value).toBe(parts.map(({ value }) => value).join(", "))
  })

  it.each([
    ["\u001b[31mred", "\\x1b[31mred"],
    ["a\tb\nc\rd", "a\\tb\\nc\\rd"],
    ["\u0007\u007f\u009b", "\\x07\\x7f\\x9b"],
    ["gnp.\u202eexe", "gnp.\\u202eexe"],
    ["a\u200bb\u00adc\ufeffd\u{e0041}e\u3164", "a\\u200bb\\xadc\\ufeffd\\udb40\\udc41e\\u3164"],
    ["naïve 漢字 👩‍💻 ❤️", "naïve 漢字 👩‍💻 ❤️"],
  ])("shows %j as %s", (text, shown) => {
    expect(Printable.escape(text).value).toBe(shown)
  })
})
