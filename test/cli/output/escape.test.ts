import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { report } from "../../../src/cli/errors/report.ts"
import { escapeControls, escapeJson, escapeLines } from "../../../src/cli/output/escape.ts"
import { print, printError, printJson } from "../../../src/cli/output/print.ts"
import * as Errors from "../../../src/domain/Errors.ts"
import { fakeConsole } from "../../support/world/world.ts"

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
      fc.constantFrom(
        ...[0x0a, 0x0d, 0x1b, 0x07, 0x5c, 0x85, 0x9b],
        ...[0x20_2e, 0x20_66, 0x20_0f, 0x06_1c, 0x20_28, 0x20_29, 0xd8_3d, 0xde_00],
      ),
    ),
  )
  .map((units) => String.fromCharCode(...units))

/** What an effect prints on stdout and stderr. */
const printed = <A, E>(effect: Effect.Effect<A, E>) => {
  let text = ""
  const add = (more: string) => {
    text += more
  }
  return Effect.map(Effect.withConsole(effect, fakeConsole(add, add)), () => text)
}

/** Takes text as a terminal does: it has so many lines, and nothing in them drives it. */
const expectLines = (text: string, count: number) => {
  expect(text.endsWith("\n")).toBe(true)
  const lines = text.slice(0, -1).split("\n")
  expect(lines).toHaveLength(count)
  for (const line of lines) {
    expect(line).not.toMatch(control)
    expect(line).not.toMatch(bidirectional)
    expect(line).not.toMatch(/[\u2028\u2029]/)
  }
}

describe("escaping", () => {
  it.prop("changes nothing the second time", [anyText], ([text]) => {
    const escaped = escapeControls(text)
    expect(escapeControls(escaped)).toBe(escaped)
  })

  it.prop("leaves text without control characters unchanged", [fc.fullUnicodeString()], ([text]) => {
    fc.pre(!/[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u.test(text))
    expect(escapeControls(text)).toBe(text)
  })

  it.prop("treats a text as one line, and a list as one line per item", [anyText, anyText], ([a, b]) => {
    expect(escapeLines(a)).toBe(escapeControls(a))
    expect(escapeLines([a, "", b])).toBe(`${escapeControls(a)}\n\n${escapeControls(b)}`)
  })

  it.prop("changes no value in JSON, and changes nothing the second time", [anyText, anyText], ([a, b]) => {
    const value = { [a]: [b, { nested: a }], n: 1 }
    const json = escapeJson(JSON.stringify(value))
    expect(JSON.parse(json)).toEqual(value)
    expect(escapeLines(json)).toBe(json)
  })

  it.each([
    ["\u001b[31mred", "\\x1b[31mred"],
    ["a\tb\nc\rd", "a\\tb\\nc\\rd"],
    ["\u0007\u007f\u009b", "\\x07\\x7f\\x9b"],
    ["gnp.\u202eexe", "gnp.\\u202eexe"],
    ["a\u200bb\u00adc\ufeffd\u{e0041}e\u3164", "a\\u200bb\\xadc\\ufeffd\\udb40\\udc41e\\u3164"],
    ["naïve 漢字 👩‍💻 ❤️", "naïve 漢字 👩‍💻 ❤️"],
  ])("shows %j as %s", (text, shown) => {
    expect(escapeControls(text)).toBe(shown)
  })
})

describe("with any text from the server,", () => {
  it.effect.prop(
    "a result has as many lines as the program gave it",
    [fc.array(anyText, { minLength: 1 })],
    ([lines]) => Effect.map(printed(print(lines)), (text) => expectLines(text, lines.length)),
  )

  it.effect.prop(
    "a notice has as many lines as the program gave it",
    [fc.array(anyText, { minLength: 1 })],
    ([lines]) => Effect.map(printed(printError(lines)), (text) => expectLines(text, lines.length)),
  )

  it.effect.prop("a text is one line", [anyText], ([text]) =>
    Effect.map(printed(Effect.zip(print(text), printError(text))), (shown) => expectLines(shown, 2)),
  )

  it.effect.prop("JSON has only the line breaks of its layout", [anyText, anyText], ([a, b]) =>
    Effect.map(printed(printJson(JSON.stringify({ [a]: [b] }))), (text) => expectLines(text, 5)),
  )

  it.effect.prop(
    "an error is two lines, or one JSON object",
    [anyText, anyText, fc.boolean()],
    ([serverMessage, requestId, json]) =>
      Effect.gen(function* () {
        const answered = { status: 418, serverMessage, requestId }
        const failures = [
          new Errors.RequestRefused({ ...answered, path: "/pat" }),
          new Errors.PatNotFound({ ...answered, keyId: "a-b-c-d" }),
          new Errors.LabelNotFound({ label: serverMessage, nearest: requestId }),
          new Errors.SettingsError({ source: requestId, reason: serverMessage, advice: serverMessage }),
        ]
        for (const failure of failures) expectLines(yield* printed(report(failure, json)), json ? 1 : 2)
      }),
  )
})
