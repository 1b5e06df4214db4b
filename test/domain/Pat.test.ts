import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { PatList } from "../../src/domain/Envelope.ts"
import { expiryOf, fromItem, inUse, isExpiringBefore, Pat, parseTime } from "../../src/domain/Pat.ts"

const decode = fromItem
const decodeList = Schema.decodeUnknownSync(PatList)

const fields = [
  "key_id",
  "label",
  "status",
  "created_at",
  "expiry_at",
  "hard_expiry_at",
  "last_used_at",
  "last_ip",
  "last_ua",
  "scopes",
  "token_ver",
  "usage_count",
] as const
const anything = FastCheck.jsonValue() as FastCheck.Arbitrary<unknown>
const odd = FastCheck.record(Object.fromEntries(fields.map((field) => [field, anything])), {
  requiredKeys: [],
})
const good = {
  key_id: "law-hotel-shape-community",
  label: "CI",
  status: "active",
  created_at: "2026-01-26T02:05:37Z",
  scopes: ["job"],
}

describe("reading a PAT", () => {
  it.prop(
    "succeeds with any JSON in any field, without affecting other fields",
    [FastCheck.constantFrom(...fields), anything],
    ([field, value]) => {
      const expected = decode(good)
      const actual = decode({ ...good, [field]: value })
      for (const name of ["key_id", "label", "status", "created_at", "scopes"] as const) {
        if (name !== field) expect(actual[name]).toStrictEqual(expected[name])
      }
    },
  )

  it.prop(
    "never drops an item of a list, whatever it is",
    [FastCheck.array(FastCheck.oneof(odd, anything))],
    ([items]) => {
      const { detail } = decodeList({ message: "ok", detail: { items, next: 1 }, more: true })
      expect(detail.items).toStrictEqual(items)
      for (const item of detail.items) {
        const { key_id, label, scopes = [], status, ...times } = decode(item)
        for (const cell of [key_id, label, status, ...scopes]) {
          expect(cell === undefined || typeof cell === "string").toBe(true)
        }
        for (const time of Object.values(times)) {
          expect(["undefined", "string", "number"]).toContain(typeof time)
        }
      }
    },
  )

  const decodePat = Schema.decodeUnknownSync(Pat)
  it.prop(
    "agrees with the published schema, whatever the item",
    [FastCheck.oneof(odd, anything)],
    ([item]) => {
      const isObject = typeof item === "object" && item !== null && !Array.isArray(item)
      const pat = decode(item)
      expect(pat).toStrictEqual(decodePat(isObject ? item : {}))
      expect(Schema.is(Schema.typeSchema(Pat))(pat)).toBe(true)
    },
  )

  it("distinguishes a missing field from a null", () => {
    expect(decode({ last_used_at: null })).toStrictEqual({ last_used_at: undefined })
    expect(decode({ other: 1 })).toStrictEqual({})
  })

  it("treats null as a missing value, and keeps an odd value unchanged", () => {
    expect(decode({ key_id: null, label: 7, status: { a: 1 }, created_at: null, scopes: null })).toEqual({
      key_id: undefined,
      label: "7",
      status: '{"a":1}',
      created_at: undefined,
      scopes: undefined,
    })
    expect(decode({ scopes: "job" }).scopes).toStrictEqual(["job"])
    expect(decode({ scopes: ["tomorrow", 5, null] }).scopes).toStrictEqual(["tomorrow", "5", "-"])
    expect(decode({})).toEqual({})
    for (const row of [null, 7, "x", [], [{}]]) expect(decode(row)).toEqual({})
  })
})

describe("parseTime", () => {
  const instant = FastCheck.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1000)

  it.prop("reads Z, with or without a fraction", [instant, FastCheck.nat(999)], ([millis, fraction]) => {
    expect(parseTime(new Date(millis).toISOString().replace(".000", ""))).toBe(millis)
    expect(parseTime(new Date(millis + fraction).toISOString())).toBe(millis + fraction)
  })

  it.prop(
    "reads any offset in every notation",
    [instant, FastCheck.integer({ min: -14 * 60, max: 14 * 60 })],
    ([millis, minutes]) => {
      const local = new Date(millis + minutes * 60_000).toISOString().slice(0, 19)
      if (!/^\d{4}-/.test(local)) return
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
      const sign = minutes < 0 ? "-" : "+"
      const pad = (value: number) => String(value).padStart(2, "0")
      expect(parseTime(`${local}${sign}${pad(hours)}:${pad(rest)}`)).toBe(millis)
      expect(parseTime(`${local}${sign}${pad(hours)}${pad(rest)}`)).toBe(millis)
      if (rest === 0) expect(parseTime(`${local}${sign}${pad(hours)}`)).toBe(millis)
    },
  )

  it.prop("reads a time without a zone as UTC", [instant], ([millis]) => {
    const text = new Date(millis).toISOString().slice(0, 19)
    expect(parseTime(text)).toBe(millis)
    expect(parseTime(text.replace("T", " "))).toBe(millis)
    expect(parseTime(text.slice(0, 10))).toBe(millis - (millis % 86_400_000))
  })

  it.each([
    ["2026-01-26T02:05:37.123456789Z", Date.UTC(2026, 0, 26, 2, 5, 37, 123)],
    ["2026-01-26T02:05:37.5+01:00", Date.UTC(2026, 0, 26, 1, 5, 37, 500)],
    ["2026-01-26T02:05Z", Date.UTC(2026, 0, 26, 2, 5)],
    ["2026-01-26t02:05:37z", Date.UTC(2026, 0, 26, 2, 5, 37)],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
  ])("reads %s", (text, millis) => {
    expect(parseTime(text)).toBe(millis)
  })

  it.each([
    "never",
    "",
    "2026-13-01T00:00:00Z",
    "2025-02-30",
    "2025-02-30T00:00:00Z",
    "2025-04-31T10:00:00+02:00",
    "2026-01-26T25:00:00Z",
    "2026-01-26T02:05:37+99:00",
    "26/01/2026",
    "Mon, 26 Jan 2026 02:05:37 GMT",
    "1769393137",
    "2026-01-26T02:05:37Z and more",
  ])("keeps odd text unchanged: %j", (text) => {
    expect(parseTime(text)).toBe(text)
  })

  it("keeps a number as text, since its unit is unknown", () => {
    expect([parseTime(1769393137), parseTime(null), parseTime(undefined)]).toStrictEqual([
      "1769393137",
      undefined,
      undefined,
    ])
  })
})

describe("expiryOf", () => {
  it.each([
    ["2026-03-01", "2026-02-01", Date.UTC(2026, 1, 1)],
    ["2026-02-01", "2026-03-01", Date.UTC(2026, 1, 1)],
    ["2026-02-01", null, Date.UTC(2026, 1, 1)],
    [null, "2026-03-01", Date.UTC(2026, 2, 1)],
    ["someday", "2026-03-01", Date.UTC(2026, 2, 1)],
    ["2026-03-01", "someday", Date.UTC(2026, 2, 1)],
    ["someday", null, "someday"],
    [null, null, undefined],
  ])("is the earlier readable one of two: %s and %s give %s", (expiry_at, hard_expiry_at, expected) => {
    expect(expiryOf(decode({ expiry_at, hard_expiry_at }))).toBe(expected)
  })
})

describe("isExpiringBefore", () => {
  const [now, soon] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 15)]
  it.each([
    ["2026-01-10", "active", true],
    ["2026-01-15", "active", true],
    ["2026-01-15T00:00:00.001Z", "active", false],
    ["2026-01-01", "active", false],
    ["2026-01-10", "REVOKED", false],
    ["2026-01-10", "expired", false],
    ["2026-01-10", undefined, true],
    ["someday", "active", true],
    [null, "active", false],
  ])("for expiry %s and status %s is %s", (expiry_at, status, expected) => {
    expect(isExpiringBefore(decode({ expiry_at, status }), now, soon)).toBe(expected)
  })
})

describe("inUse", () => {
  const now = Date.UTC(2026, 0, 1)
  /** The index of the PAT in use among some that were used so many seconds ago. */
  const among = (...ages: ReadonlyArray<number | null>) => {
    const pats = ages.map((age) =>
      decode({ status: "active", last_used_at: age && new Date(now - age * 1000).toISOString() }),
    )
    const found = inUse(pats, now)
    return found && pats.indexOf(found)
  }

  it("is the PAT that was used last, if that was just now", () => {
    expect(among(null, 8, 1, 3)).toBe(2)
    expect(among(-2, 3)).toBe(0)
    expect(among(11, null)).toBeUndefined()
    expect(inUse([decode({ last_used_at: "2026-01-01" })], undefined)).toBeUndefined()
    expect(inUse([decode({ status: "revoked", last_used_at: "2026-01-01" })], now)).toBeUndefined()
  })

  it("is unknown if two PATs were last used at the same time, in any order", () => {
    expect(among(2, 2)).toBeUndefined()
    expect(among(2, 2, 5)).toBeUndefined()
    expect(among(5, 2, 2)).toBeUndefined()
    expect(among(5, 5, 2)).toBe(2)
  })
})
