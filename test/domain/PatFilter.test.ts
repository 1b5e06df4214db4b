import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { fromItem } from "../../src/domain/Pat.ts"
import { matches, type PatFilter } from "../../src/domain/PatFilter.ts"

const now = Date.UTC(2026, 0, 1)
const day = 86_400_000
const daysAgo = (days: number) => new Date(now - days * day).toISOString()
const old = { status: "active", created_at: daysAgo(100) }
const recent = { status: "active", created_at: daysAgo(10) }
const cutoff = now - 30 * day

describe("a filter of PATs", () => {
  it.each<[string, PatFilter, object, boolean]>([
    ["no filter shows an empty item", {}, {}, true],
    ["a status in any case", { statuses: ["revoked", "active"] }, { status: "ACTIVE" }, true],
    ["an absent status", { statuses: ["active"] }, {}, false],
    ["this label", { label: "CI" }, { label: "CI" }, true],
    ["a label in another case", { label: "CI" }, { label: "ci" }, false],
    ["a label that starts alike", { label: "CI" }, { label: "CI 2" }, false],
    ["an absent label", { label: "-" }, {}, false],
    ["one of the scopes", { scopes: ["job"] }, { scopes: ["zpool", "job"] }, true],
    ["one scope of two", { scopes: ["job", "pat"] }, { scopes: ["job"] }, false],
    ["* for another scope", { scopes: ["job"] }, { scopes: ["*"] }, false],
    ["another scope for *", { scopes: ["*"] }, { scopes: ["job"] }, false],
    ["absent scopes", { scopes: ["job"] }, {}, false],
    ["one created before", { createdBefore: cutoff }, old, true],
    ["one created then", { createdBefore: cutoff }, { ...old, created_at: daysAgo(30) }, false],
    ["one created later", { createdBefore: cutoff }, recent, false],
    ["one with an absent creation", { createdBefore: cutoff }, { status: "active" }, false],
    ["an odd creation", { createdBefore: cutoff }, { ...old, created_at: "once" }, false],
    ["an old one that is revoked", { createdBefore: cutoff }, { ...old, status: "revoked" }, false],
    ["an old one that has expired", { createdBefore: cutoff }, { ...old, expiry_at: daysAgo(0) }, false],
    ["an old one without a status", { createdBefore: cutoff }, { created_at: daysAgo(100) }, false],
    ["one that was never used", { unusedSince: cutoff }, old, true],
    ["a recent one that was never used", { unusedSince: cutoff }, recent, false],
    ["one that was used before", { unusedSince: cutoff }, { ...old, last_used_at: daysAgo(31) }, true],
    ["one that was used since", { unusedSince: cutoff }, { ...old, last_used_at: daysAgo(30) }, false],
    ["an odd last use", { unusedSince: cutoff }, { ...old, last_used_at: "lately" }, false],
    ["one without an expiry", { withoutExpiry: true }, old, true],
    ["one with a soft expiry", { withoutExpiry: true }, { ...old, expiry_at: "2027-01-01" }, false],
    ["one with a hard expiry", { withoutExpiry: true }, { ...old, hard_expiry_at: "2027-01-01" }, false],
    ["an odd expiry", { withoutExpiry: true }, { ...old, expiry_at: "someday" }, false],
    ["one that ends by then", { expiringBefore: now + day }, { ...old, expiry_at: "2026-01-02" }, true],
  ])("%s: %j on %j", (_, filter, item, shown) => {
    expect(matches(filter, now)(fromItem(item))).toBe(shown)
  })

  const filter = FastCheck.record(
    {
      statuses: FastCheck.subarray(["active", "revoked", "expired"]),
      label: FastCheck.constantFrom("a", "b"),
      scopes: FastCheck.subarray(["*", "job"]),
      expiringBefore: FastCheck.constant(now + 20 * day),
      unusedSince: FastCheck.constant(cutoff),
      createdBefore: FastCheck.constant(cutoff),
      withoutExpiry: FastCheck.boolean(),
    },
    { requiredKeys: [] },
  )
  const item = FastCheck.record(
    {
      status: FastCheck.constantFrom("active", "revoked", "expired", 7),
      label: FastCheck.constantFrom("a", "b", null),
      scopes: FastCheck.subarray(["*", "job", "pat"]),
      created_at: FastCheck.constantFrom(daysAgo(100), daysAgo(1), null),
      last_used_at: FastCheck.constantFrom(daysAgo(50), daysAgo(0), null),
      expiry_at: FastCheck.constantFrom("2026-01-15", "2027-01-01", null),
    },
    { requiredKeys: [] },
  )
  it.prop("of several parts shows what each part alone shows", [filter, item], ([filter, item]) => {
    const pat = fromItem(item)
    const parts = Object.entries(filter).map(([name, value]) => ({ [name]: value }) as PatFilter)
    expect(matches(filter, now)(pat)).toBe(parts.every((part) => matches(part, now)(pat)))
  })
})
