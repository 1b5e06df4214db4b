import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { fromItem } from "../../src/domain/Pat.ts"
import { orders, sorted } from "../../src/domain/PatOrder.ts"

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
  ] as const)("%s puts them as %j, and what is missing last", (order, indexes) => {
    const items = [
      { label: "b", created_at: days[2], last_used_at: days[0] },
      { label: "a", created_at: days[1], expiry_at: days[2], hard_expiry_at: days[0] },
      { created_at: days[0], expiry_at: days[1], last_used_at: days[1] },
    ]
    expect(sorted(items.map(fromItem), order)).toEqual(indexes)
  })

  it.prop(
    "loses and doubles none, and is the same when done again",
    [pats, fc.constantFrom(...orders)],
    ([list, order]) => {
      const indexes = sorted(list, order)
      expect([...indexes].sort((one, other) => one - other)).toEqual([...list.keys()])
      const again = indexes.flatMap((index) => list[index] ?? [])
      expect(sorted(again, order)).toEqual([...list.keys()])
    },
  )

  it.prop(
    "keeps the places of equal ones either way",
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
