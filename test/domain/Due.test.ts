import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { checkNotDue, isDue } from "../../src/domain/Due.ts"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { KeyId } from "../../src/domain/KeyId.ts"
import { fromItem, type Known } from "../../src/domain/Pat.ts"

const now = Date.UTC(2027, 0, 31, 12)
const day = 86_400_000
const iso = (days: number) => new Date(now + days * day).toISOString()
const first = KeyId.make("law-hotel-shape-community")

const pat = (created: number, more: Record<string, unknown> = {}): Known => ({
  ...fromItem({ status: "active", created_at: iso(created), ...more }),
  key_id: first,
})

describe("isDue", () => {
  const never = { expiringBefore: undefined, createdBefore: undefined }
  const soon = { ...never, expiringBefore: now + 14 * day }
  const old = { ...never, createdBefore: now - 30 * day }

  it.each([
    ["is true without a condition", never, pat(-1), true],
    ["is true near the expiry", soon, pat(-1, { expiry_at: iso(14) }), true],
    ["is false before that", soon, pat(-1, { expiry_at: iso(14.1) }), false],
    ["is false without an expiry", soon, pat(-99), false],
    ["is true after the expiry", old, pat(-1, { status: "expired" }), true],
    ["is true at the given age", old, pat(-31), true],
    ["is false below that age", old, pat(-30), false],
    [
      "is true because of the age, even without an expiry",
      { ...soon, ...old, expiringBefore: now + day },
      pat(-31),
      true,
    ],
  ] as const)("%s", (_, due, one, expected) => {
    expect(isDue([one], due, now)).toEqual(Either.right(expected))
  })

  it.each([
    ["expiry", soon, { expiry_at: "soon" }],
    ["expiry", soon, { expiry_at: iso(99), hard_expiry_at: "soon" }],
    ["expiry", { ...soon, ...old, expiringBefore: now + day }, { expiry_at: "?" }],
    ["creation", old, { created_at: "?" }],
    ["creation", old, { created_at: null }],
    ["creation", { ...old, expiringBefore: now + day }, { created_at: null, expiry_at: iso(9) }],
  ] as const)("is an error if the %s decides and is unreadable", (reason, due, more) => {
    expect(isDue([pat(-1, more)], due, now)).toMatchObject({
      left: { _tag: "CannotRotate", keyId: first, reason },
    })
  })

  it("ignores an unreadable date that doesn't decide", () => {
    const due = { ...old, expiringBefore: now + day }
    for (const more of [
      { created_at: "?", expiry_at: iso(1) },
      { status: "expired", created_at: null },
    ])
      expect(isDue([pat(-1, more)], due, now)).toEqual(Either.right(true))
    expect(isDue([pat(-31, { expiry_at: "?" })], due, now)).toEqual(Either.right(true))
    expect(isDue([pat(-1, { expiry_at: "?" })], old, now)).toEqual(Either.right(false))
  })

  it("is true for several PATs if it is for any of them", () => {
    const several = (...ages: ReadonlyArray<number>) =>
      isDue(
        ages.map((age) => pat(-age)),
        old,
        now,
      )
    expect(several(1, 31)).toEqual(Either.right(true))
    expect(several(1, 2)).toEqual(Either.right(false))
  })
})

describe("checkNotDue", () => {
  const due = { expiringBefore: now + 14 * day, createdBefore: undefined }
  it("refuses an expiry within the given time", () => {
    expect(checkNotDue(ExpiryDate.make("2027-02-14"), due, "14d")).toMatchObject({
      left: { _tag: "DueAtOnce", expiry: "2027-02-14", within: "14d" },
    })
    for (const expiry of [ExpiryDate.make("2027-02-15"), undefined]) {
      expect(checkNotDue(expiry, due, "14d")).toEqual(Either.void)
    }
    expect(checkNotDue(ExpiryDate.make("2027-02-01"), { ...due, expiringBefore: undefined }, "")).toEqual(
      Either.void,
    )
  })
})
