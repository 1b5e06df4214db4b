import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { KeyId } from "../../../src/domain/KeyId.ts"
import { keyIdAt, places } from "../../../src/services/sandbox/keyIds.ts"

/** After so many key IDs the order starts again. */
const period = places.reduce((product, { words }) => product * words.length, 1)

const isKeyId = Schema.is(KeyId)

describe("key IDs", () => {
  it("begin with the one in the docs", () => {
    expect(keyIdAt(0)).toBe("law-hotel-shape-community")
  })

  it("are 5000 different ones in the API's format", () => {
    const ids = Array.from({ length: 5000 }, (_, index) => keyIdAt(index))
    expect(new Set(ids).size).toBe(5000)
    expect(ids.every((id) => isKeyId(id) && /^[a-z]+(-[a-z]+){3}$/.test(id))).toBe(true)
  })

  it("never have the same word in the same place as the previous one", () => {
    for (let index = 1; index < 200; index++) {
      const before = keyIdAt(index - 1).split("-")
      expect(
        keyIdAt(index)
          .split("-")
          .some((word, place) => word === before[place]),
      ).toBe(false)
    }
  })

  it.prop(
    "repeat only after a full period",
    [FastCheck.nat(period - 1), FastCheck.nat(period - 1)],
    ([one, other]) => (keyIdAt(one) === keyIdAt(other)) === (one === other),
  )

  it("consist of everyday words, each only once per list", () => {
    expect(period).toBe(1_367_520)
    for (const { words } of places) {
      expect(words.length).toBeGreaterThanOrEqual(32)
      expect(new Set(words).size).toBe(words.length)
      expect(words.every((word) => /^[a-z]{3,}$/.test(word))).toBe(true)
    }
  })
})
