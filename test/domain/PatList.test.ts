import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as fc from "effect/FastCheck"
import { KeyId } from "../../src/domain/KeyId.ts"
import { fromItem } from "../../src/domain/Pat.ts"
import { indexOf, indexOfLabel, matches, orders, type PatFilter, sorted } from "../../src/domain/PatList.ts"

const newYear = Date.UTC(2027, 0, 1)
const find = (label: string, ...items: ReadonlyArray<object>) =>
  indexOfLabel(items.map(fromItem), label, newYear)
const ci = { label: "CI", status: "active" }
const revoked = { label: "CI", status: "revoked" }

describe("the PAT with a label", () => {
  it.each([
    ["is the active one, whatever its age", [{ ...revoked, created_at: "2026-01-02" }, ci], 1],
    [
      "is the newest if none is active",
      [
        { ...revoked, created_at: "2026-01-01" },
        { ...ci, created_at: "2026-01-03", expiry_at: "2026-01-04" },
        { ...revoked, created_at: "2026-01-02" },
      ],
      1,
    ],
    ["is the later in the list if two were created at the same time", [revoked, revoked], 1],
  ])("%s", (_, items, index) => {
    expect(find("CI", ...items)).toEqual(Either.right(index))
  })

  it("is an error if several are active, or none exists", () => {
    expect(find("CI", ci, ci)).toMatchObject({ left: { _tag: "SeveralPats", pats: [{}, {}] } })
    expect(find("CJ", revoked)).toMatchObject({ left: { _tag: "LabelNotFound", nearest: "CI" } })
  })
})

describe("the PAT with a key ID", () => {
  it("is found whatever its status, and otherwise the nearest ID is named", () => {
    const pats = [{}, { ...revoked, key_id: "law-hotel-shape-community" }].map(fromItem)
    expect(indexOf(pats, KeyId.make("law-hotel-shape-community"))).toEqual(Either.right(1))
    expect(indexOf(pats, KeyId.make("law-hotel-shape-communty"))).toMatchObject({
      left: { _tag: "PatNotFound", nearest: "law-hotel-shape-community" },
    })
  })
})

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
  ])("%s: %j matches %j", (_, filter, item, shown) => {
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
  it.prop(
    "with several conditions shows the PATs that match each of them",
    [filter, item],
    ([filter, item]) => {
      const pat = fromItem(item)
      const parts = Object.entries(filter).map(([name, value]) => ({ [name]: value }) as PatFilter)
      expect(matches(filter, now)(pat)).toBe(parts.every((part) => matches(part, now)(pat)))
    },
  )
})

const days = ["2026-01-01", "2026-01-02", "2026-01-03"]
const cell = fc.constantFrom(...days, "soon", null)
const pats = fc
  .array(
    fc.record({
      created_at: cell,
      expiry_at: cell,
      last_used_at: cell,
      label: fc.constantFrom("a", "B", "é", null),
    }),
    { maxLength: 12 },
  )
  .map((items) => items.map(fromItem))

describe("an order of PATs", () => {
  it.each([
    ["created", [2, 1, 0]],
    ["-created", [0, 1, 2]],
    // A hard expiry counts where it is the earlier one.
    ["expiry", [1, 2, 0]],
    ["-expiry", [2, 1, 0]],
    ["last-used", [0, 2, 1]],
    ["-last-used", [2, 0, 1]],
    ["label", [1, 0, 2]],
    ["-label", [0, 1, 2]],
  ] as const)("%s gives %j, with missing values last", (order, indexes) => {
    const items = [
      { label: "b", created_at: days[2], last_used_at: days[0] },
      { label: "a", created_at: days[1], expiry_at: days[2], hard_expiry_at: days[0] },
      { created_at: days[0], expiry_at: days[1], last_used_at: days[1] },
    ]
    expect(sorted(items.map(fromItem), order)).toEqual(indexes)
  })

  it.prop(
    "keeps every PAT exactly once, and is stable when repeated",
    [pats, fc.constantFrom(...orders)],
    ([list, order]) => {
      const indexes = sorted(list, order)
      expect([...indexes].sort((one, other) => one - other)).toEqual([...list.keys()])
      const again = indexes.flatMap((index) => list[index] ?? [])
      expect(sorted(again, order)).toEqual([...list.keys()])
    },
  )

  it.prop(
    "keeps the order of equal PATs in both directions",
    [pats, fc.constantFrom("label", "created")],
    ([list, key]) => {
      for (const order of orders.filter((each) => each.endsWith(key))) {
        const valueOf = (index: number) => (key === "label" ? list[index]?.label : list[index]?.created_at)
        const indexes = sorted(list, order)
        for (const [at, index] of indexes.entries()) {
          const next = indexes[at + 1]
          if (next !== undefined && valueOf(next) === valueOf(index)) expect(next).toBeGreaterThan(index)
        }
      }
    },
  )
})
