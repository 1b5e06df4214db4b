import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { KeyId } from "../../src/domain/KeyId.ts"
import { fromItem } from "../../src/domain/Pat.ts"
import { indexOf, indexOfLabel } from "../../src/domain/PatLookup.ts"

const now = Date.UTC(2027, 0, 1)
const find = (label: string, ...items: ReadonlyArray<object>) => indexOfLabel(items.map(fromItem), label, now)
const ci = { label: "CI", status: "active" }
const revoked = { label: "CI", status: "revoked" }

describe("the PAT with a label", () => {
  it.each([
    ["is the active one, however old", [{ ...revoked, created_at: "2026-01-02" }, ci], 1],
    [
      "is the youngest where none is active",
      [
        { ...revoked, created_at: "2026-01-01" },
        { ...ci, created_at: "2026-01-03", expiry_at: "2026-01-04" },
        { ...revoked, created_at: "2026-01-02" },
      ],
      1,
    ],
    ["is the later one of two of an age", [revoked, revoked], 1],
  ])("%s", (_, items, index) => {
    expect(find("CI", ...items)).toEqual(Either.right(index))
  })

  it("is an error where several are active, or none has it", () => {
    expect(find("CI", ci, ci)).toMatchObject({ left: { _tag: "SeveralPats", pats: [{}, {}] } })
    expect(find("CJ", revoked)).toMatchObject({ left: { _tag: "LabelNotFound", nearest: "CI" } })
  })
})

describe("the PAT with a key ID", () => {
  it("is found whatever its status, or the nearest ID is named", () => {
    const pats = [{}, { ...revoked, key_id: "law-hotel-shape-community" }].map(fromItem)
    expect(indexOf(pats, KeyId.make("law-hotel-shape-community"))).toEqual(Either.right(1))
    expect(indexOf(pats, KeyId.make("law-hotel-shape-communty"))).toMatchObject({
      left: { _tag: "PatNotFound", nearest: "law-hotel-shape-community" },
    })
  })
})
