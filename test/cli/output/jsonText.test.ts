import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { printJsonText } from "../../../src/cli/output/jsonText.ts"
import { withElements, withoutMember } from "../../../src/domain/JsonText.ts"

const json = fc.jsonValue() as fc.Arbitrary<unknown>
const print = (...args: Parameters<typeof printJsonText>) => [...printJsonText(...args)].join("\n")

describe("printJsonText", () => {
  it.prop(
    "prints the same as JSON.stringify, whatever the input's layout",
    [json, fc.constantFrom(0, 1, 2, "\t", "\r\n ")],
    ([value, space]) => {
      const text = JSON.stringify(value, null, space)
      expect(print(text)).toBe(JSON.stringify(value, null, 2))
      expect(print(text, { layout: "compact" })).toBe(JSON.stringify(value))
    },
  )

  it.each(["12345678901234567890", "1e400", "-1E-400", "1.0", "-0", "0.10"])(
    "keeps the number %s",
    (number) => {
      expect(print(number)).toBe(number)
      expect(print(`[${number}]`)).toBe(`[\n  ${number}\n]`)
      expect(print(`{"a":${number} }`, { layout: "compact" })).toBe(`{"a":${number}}`)
    },
  )

  it("keeps duplicate names, and the order of numeric names", () => {
    const text = '{"b":1,"2":2,"1":3,"b":4,"__proto__":5}'
    expect(print(text, { layout: "compact" })).toBe(text)
  })

  it("writes strings as JSON.stringify does", () => {
    expect(
      print('["\\u0041\\/\\ud83d\\ude00","\\ud83d","\\\\","\\"", "plain", "\\u001b"]', { layout: "compact" }),
    ).toBe('["A/😀","\\ud83d","\\\\","\\"","plain","\\u001b"]')
  })

  it("applies a change to strings and names", () => {
    const changeString = (value: string) => value.replaceAll("secret", "[hidden]")
    expect(print('{"a secret":["s\\u0065cret",1]}', { changeString, layout: "compact" })).toBe(
      '{"a [hidden]":["[hidden]",1]}',
    )
  })

  it.prop(
    "prints only the requested elements",
    [fc.array(json, { maxLength: 6 }), json, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })],
    ([items, other, keep]) => {
      const text = JSON.stringify({ other, detail: { items, other } })
      const kept = items.flatMap((_, index) => (keep[index] ? [index] : []))
      const expected = { other, detail: { items: kept.map((index) => items[index]), other } }
      expect(print(withElements(text, ["detail", "items"], kept))).toBe(JSON.stringify(expected, null, 2))
    },
  )

  it.each([
    ['{"detail":{"token":1}}', '{"detail":{}}'],
    ['{"detail":{"token":1,"a":2,"\\u0074oken":{"b":3}},"c":[]}', '{"detail":{"a":2},"c":[]}'],
    ['{"detail":{"a":2,"token":1}}', '{"detail":{"a":2}}'],
  ])("fixes the commas when it leaves out a member of %s", (text, expected) => {
    const parts = withoutMember(text, ["detail", "token"])
    expect(print(parts, { layout: "compact" })).toBe(expected)
    expect(print(parts)).toBe(JSON.stringify(JSON.parse(expected), null, 2))
  })

  it("indents 32 levels, and prints deeper ones on one line", () => {
    const depth = 100_000
    const text = `${'{"a":['.repeat(depth)}1,2${"]}".repeat(depth)}`
    const printed = print(text)
    const deepest = printed.split("\n").filter((line) => line.startsWith(" ".repeat(64)))
    expect(deepest).toHaveLength(1)
    expect(printed.split("\n")).toHaveLength(65)
    expect(printed.length).toBeLessThan(text.length + 5000)
    expect(printed.replaceAll(/\s/g, "")).toBe(text)
  })

  it("yields its text in parts of whole lines", () => {
    const text = JSON.stringify({ items: Array.from({ length: 20_000 }, (_, index) => ({ index })) })
    const parts = [...printJsonText(text)]
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts) expect(part.length).toBeLessThan(70_000)
    expect(parts.join("\n")).toBe(JSON.stringify(JSON.parse(text), null, 2))
  })
})
