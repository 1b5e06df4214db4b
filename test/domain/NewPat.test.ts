import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { KeyId } from "../../src/domain/KeyId.ts"
import { Label } from "../../src/domain/Label.ts"
import { NewPat } from "../../src/domain/NewPat.ts"
import type { Pat } from "../../src/domain/Pat.ts"

const day = 24 * 3_600_000
const now = Date.UTC(2026, 10, 25, 13)
const old = {
  key_id: KeyId.make("law-hotel-shape-community"),
  label: "CI",
  scopes: ["job", "newer-than-this-program"],
  created_at: now - 10 * day,
  expiry_at: now + 20 * day,
}
const successor = (fields: Partial<Pat> = {}, chosen?: ExpiryDate) =>
  NewPat.successorOf({ ...old, ...fields, key_id: old.key_id }, { expiry: chosen }, now)

describe("a requested PAT", () => {
  it("has the values that were typed", () => {
    const wanted = { label: Label.make("CI"), scopes: ["job"] as const, tenantId: "t-1" }
    expect(NewPat.fromInput(wanted)).toMatchObject({ ...wanted, expiry: undefined })
  })
})

describe("the successor of a PAT", () => {
  it("has its label and scopes, and as long a lifetime in days", () => {
    expect(Either.getOrThrow(successor())).toMatchObject({
      label: "CI",
      scopes: ["job", "newer-than-this-program"],
      expiry: "2026-12-25",
      tenantId: undefined,
    })
  })

  it("ignores the server's own limit when it copies the lifetime", () => {
    expect(Either.getOrThrow(successor({ hard_expiry_at: now + day })).expiry).toBe("2026-12-25")
  })

  it("never expires if the old one does not", () => {
    const { expiry_at: _, ...eternal } = old
    expect(Either.getOrThrow(NewPat.successorOf(eternal, {}, now)).expiry).toBe(undefined)
  })

  it("has the chosen expiry, whatever the list says about the old PAT", () => {
    const chosen = ExpiryDate.make("2027-01-01")
    for (const fields of [{}, { expiry_at: "soon" }, { created_at: "once" }]) {
      expect(Either.getOrThrow(successor(fields, chosen)).expiry).toBe(chosen)
    }
  })

  it("is refused if the list lacks what it needs to know about the old PAT", () => {
    for (const [fields, reason] of [
      [{ label: undefined }, "label"],
      [{ scopes: undefined }, "scopes"],
      [{ scopes: [] }, "scopes"],
      [{ expiry_at: "soon" }, "expiry"],
      [{ created_at: undefined }, "expiry"],
      [{ expiry_at: old.created_at + 3_600_000 }, "lifetime"],
    ] as const) {
      expect(successor(fields)).toMatchObject({ left: { _tag: "CannotRotate", keyId: old.key_id, reason } })
    }
  })
})
