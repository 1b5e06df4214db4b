import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { KeyId, parse } from "../../src/domain/KeyId.ts"

const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
const word = FastCheck.array(FastCheck.constantFrom(...letters), { minLength: 1, maxLength: 12 }).map(
  (chars) => chars.join(""),
)
const words = (count: number) =>
  FastCheck.array(word, { minLength: count, maxLength: count }).map((all) => all.join("-"))

/** The rule, told another way than by a pattern. */
const isFourWords = (text: string) => {
  const parts = text.split("-")
  return (
    parts.length === 4 &&
    parts.every((part) => part !== "" && [...part].every((char) => letters.includes(char)))
  )
}

describe("KeyId.parse", () => {
  it.prop("accepts four words of letters unchanged", [words(4)], ([id]) => {
    expect(parse(id)).toStrictEqual(Either.right(id))
  })

  it.prop(
    "refuses any other number of words",
    [FastCheck.integer({ min: 0, max: 9 }).filter((count) => count !== 4)],
    ([count]) => {
      expect(Either.isLeft(parse(Array(count).fill("word").join("-")))).toBe(true)
    },
  )

  it.prop(
    "refuses an ID in which any character is replaced with another kind",
    [words(4), FastCheck.nat(), FastCheck.string({ unit: "binary", minLength: 1, maxLength: 2 })],
    ([id, position, other]) => {
      const at = position % id.length
      const changed = id.slice(0, at) + other + id.slice(at + 1)
      expect(Either.isRight(parse(changed))).toBe(isFourWords(changed))
    },
  )

  it.each([
    "",
    "law-hotel-shape",
    "law-hotel-shape-community-extra",
    "law-hotel-shape-",
    "-hotel-shape-community",
    "law--shape-community",
    "law-hotel-shape-community\n",
    " law-hotel-shape-community",
    "law_hotel_shape_community",
    "law-hotel-shape-c0mmunity",
    "law-hotel-shape-communauté",
    "law‐hotel‐shape‐community",
    "../zpool/x",
    "law-hotel-shape-community/../../zpool",
    "law-hotel-shape-community?x=1",
    "law-hotel-shape-%2e",
  ])("refuses %j", (value) => {
    const error = Either.getOrThrow(Either.flip(parse(value)))
    expect(error).toMatchObject({ _tag: "InvalidInput", message: `"${value}" is not a key ID.`, value })
  })
})

describe("the brand", () => {
  it.each([
    ["law-hotel-shape-community", true],
    ["law-hotel-shape", false],
  ])("accepts the same values as parse: %j", (value, valid) => {
    expect(Schema.is(KeyId)(value)).toBe(valid)
  })
})
