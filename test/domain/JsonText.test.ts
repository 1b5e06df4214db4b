import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { withElements, withMember, withMessage, withoutMember } from "../../src/domain/JsonText.ts"

const depth = 100_000
const deepText = `${"[".repeat(depth)}${"]".repeat(depth)}`

/** JSON text of a value in the layouts that APIs use. */
const layouts = [0, 1, 2, "\t", "\r\n "] as const
const layout = fc.constantFrom(...layouts)
const json = fc.jsonValue() as fc.Arbitrary<unknown>

const joined = (parts: Iterable<string>) => [...parts].join("")

describe("withMessage", () => {
  it.prop(
    "sets an object's message, and leaves the rest unchanged",
    [fc.dictionary(fc.string(), json), layout],
    ([members, space]) => {
      const text = JSON.stringify({ ...members, detail: 1 }, null, space)
      const message = 'new "one"'
      expect(JSON.parse(withMessage(text, message))).toEqual(
        JSON.parse(JSON.stringify({ ...members, detail: 1, message })),
      )
    },
  )

  it("replaces each of several messages, and keeps exact numbers and duplicate names", () => {
    const text =
      '{"message":"a","n":12345678901234567890,"me\\u0073sage":{"message":1},"detail":{"message":"b"}}'
    expect(withMessage(text, "c")).toBe(
      '{"message":"c","n":12345678901234567890,"me\\u0073sage":"c","detail":{"message":"b"}}',
    )
  })
})

describe("withMember", () => {
  it("adds a member to an object, unless it exists", () => {
    expect(withMember('{"a": {"b": 1.0} }', ["a", "c"], [1])).toBe('{"a": {"b": 1.0,"c":[1]} }')
    expect(withMember('{"a": {}}', ["a", "c"], null)).toBe('{"a": {"c":null}}')
    expect(withMember('{"a":1}', ["b"], true)).toBe('{"a":1,"b":true}')
    for (const [text, path] of [
      ['{"a":{"c":0}}', ["a", "c"]],
      ['{"a":[]}', ["a", "c"]],
      ["{}", ["a", "c"]],
    ] as const)
      expect(withMember(text, path, "x")).toBe(text)
  })
})

describe("withElements", () => {
  const path = ["detail", "items"]

  it.prop(
    "returns the whole elements in the requested order, and everything around the list",
    [fc.array(json, { minLength: 1 }), json, json, layout, fc.infiniteStream(fc.nat())],
    ([items, before, after, space, picks]) => {
      const value = { before, detail: { items, after }, end: [before] }
      const text = JSON.stringify(value, null, space)
      const indexes = [...picks.take(5)].map((pick) => pick % items.length)
      const parts = [...withElements(text, path, indexes)]
      expect(parts.slice(1, -1).map((part) => JSON.parse(part))).toEqual(
        indexes.map((index) => JSON.parse(JSON.stringify(items[index]))),
      )
      expect(JSON.parse(`${parts[0]}${parts.at(-1)}`)).toEqual(
        JSON.parse(JSON.stringify({ ...value, detail: { items: [], after } })),
      )
    },
  )

  it.each([
    ["an escaped name", '{"det\\u0061il":{"\\u0069tems":[1,2]}}', '{"det\\u0061il":{"\\u0069tems":[2]}}'],
    ["strings that look like structure", '{"x":"\\\\\\"]}","detail":{"items":["[","]\\\\"]}}', null],
    [
      "members that a later one replaces",
      '{"detail":{"items":[8]},"a":1,"detail":{"items":[9],"items":[1,2]}}',
      '{,"a":1,"detail":{,"items":[2]}}',
    ],
    [
      "members of the same name that are no objects",
      '{"detail":5,"detail":["x"],"detail":null,"detail":{"items":"]","items":{"y":[]},"items":[1,2]}}',
      '{,,,"detail":{,,"items":[2]}}',
    ],
    ["names elsewhere", '{"items":[7],"detail":{"detail":{"items":[6]},"items":[1,2]}}', null],
  ])("finds the list despite %s", (_, text, expected) => {
    const kept = joined(withElements(text, path, [1]))
    if (expected !== null) expect(kept).toBe(expected)
    else
      expect(JSON.parse(kept)).toEqual({
        ...JSON.parse(text),
        detail: { ...JSON.parse(text).detail, items: [JSON.parse(text).detail.items[1]] },
      })
  })

  it("handles any depth, and an empty list", () => {
    const text = `{"detail":{"x":${deepText},"items":[${deepText},2]}}`
    expect(joined(withElements(text, path, [1]))).toBe(`{"detail":{"x":${deepText},"items":[2]}}`)
    const empty = '{"detail":{"items":[ ]}}'
    expect(joined(withElements(empty, path, []))).toBe('{"detail":{"items":[]}}')
  })
})

describe("withoutMember", () => {
  const path = ["detail", "token"]

  it.prop(
    "keeps everything except the member",
    [json, json, json, layout],
    ([token, before, after, space]) => {
      const text = JSON.stringify({ before, detail: { before, token, after }, token }, null, space)
      const parts = withoutMember(text, path)
      expect(parts).toHaveLength(2)
      const [head, tail] = parts as [string, string]
      const gone = text.slice(head.length, text.length - tail.length)
      expect(JSON.parse(`{${gone}}`)).toEqual({ token: JSON.parse(JSON.stringify(token)) })
      expect(JSON.parse(head.trimEnd().replace(/,$/, "") + tail)).toEqual(
        JSON.parse(JSON.stringify({ before, detail: { before, after }, token })),
      )
    },
  )

  it("removes every duplicate, however its name is written", () => {
    const text = '{"detail":{"token":1,"a":2,"\\u0074oken":3},"detail":{"tok\\u0065n":{"x":4}},"token":5}'
    expect(joined(withoutMember(text, path))).toBe('{"detail":{,"a":2,},"detail":{},"token":5}')
  })

  it.each(['{"detail":[{"token":1}]}', '{"detail":"token"}', "[1]", "1", '"x"', "{}", " null "])(
    "keeps all of %s, which doesn't have the member",
    (text) => {
      expect(joined(withoutMember(text, path))).toBe(text)
    },
  )
})
