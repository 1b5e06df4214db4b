import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { nearest } from "../../../src/domain/errors/words.ts"

const word = FastCheck.string({
  unit: FastCheck.constantFrom("a", "b", "c", "d"),
  minLength: 0,
  maxLength: 7,
})

/** Levenshtein's distance by its definition, to hold the library against. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    }
    row = next
  }
  return row[b.length] as number
}

describe("nearest", () => {
  it.prop(
    "is the first candidate with the fewest edits, or nothing",
    [word, FastCheck.array(word)],
    ([typed, all]) => {
      const found = nearest(typed, all)
      const fewest = Math.min(...all.map((candidate) => distance(typed, candidate)))
      if (found === undefined) {
        // What is left out is far: three edits, or more than half of the word.
        expect(fewest > 2 || fewest > typed.length / 2).toBe(true)
      } else {
        expect(found).toBe(all.find((candidate) => distance(typed, candidate) === fewest))
        expect(fewest).toBeLessThanOrEqual(2)
      }
    },
  )

  it.prop("never replaces every character of a word", [word.filter((text) => text !== "")], ([typed]) => {
    expect(nearest(typed, ["x".repeat(typed.length)])).toBe(undefined)
  })

  it.each([
    ["--jsn", ["--help", "--json", "--local"], "--json"],
    ["--JSON", ["--help", "--json"], "--json"],
    ["--lokal", ["--json", "--local"], "--local"],
    ["lst", ["list", "create", "revoke"], "list"],
    ["remove", ["list", "create", "revoke"], "revoke"],
    ["delete", ["list", "create", "revoke"], undefined],
    ["--x", ["--json"], undefined],
    ["anything", [], undefined],
  ])("is right for %s among %j: %s", (typed, candidates, expected) => {
    expect(nearest(typed, candidates)).toBe(expected)
  })
})
