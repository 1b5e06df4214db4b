import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { demo, parseSeed } from "../../../src/services/sandbox/Seed.ts"
import { statusOf, toItem } from "../../../src/services/sandbox/State.ts"
import { live, sandbox } from "./loopback.ts"

const now = Date.parse("2026-11-24T00:00:00Z")
const at = Effect.zipRight(TestClock.setTime(now), Effect.void)
const parse = (value: unknown) => Effect.zipRight(at, parseSeed(JSON.stringify(value)))
const pat = { label: "CI", scopes: ["job"] }
const full = {
  key_id: "market-night-plain-object",
  label: "old",
  status: "active",
  created_at: "2025-01-01T00:00:00.000Z",
  expiry_at: "2027-01-01T00:00:00.000Z",
  hard_expiry_at: "2028-01-01T00:00:00.000Z",
  last_used_at: "2025-02-01T00:00:00.000Z",
  last_ip: "192.0.2.1",
  last_ua: "curl/8",
  scopes: ["pat", "billing"],
  token_ver: 2,
  usage_count: 7,
}

describe("a seed", () => {
  it.effect("is listed unchanged and in order", () =>
    Effect.gen(function* () {
      const ended = { ...full, key_id: "a-b-c-d", status: "expired", expiry_at: "2026-01-01T00:00:00.000Z" }
      const revoked = { ...full, key_id: "a-b-c-e", status: "revoked" }
      const items = [full, ended, revoked]
      const { pats } = yield* parse(items)
      expect(pats.map((each) => toItem(each, now))).toEqual(items)
    }),
  )

  it.effect("can be an answer to GET /pat, and needs only labels and scopes", () =>
    Effect.gen(function* () {
      const nulls = { ...pat, expiry_at: null, last_used_at: null, last_ip: null }
      const { dealt, pats } = yield* parse({ message: "ok", detail: { items: [pat, full, nulls] } })
      expect(dealt).toBe(3)
      // The second in the order of key IDs is taken.
      expect(pats.map(({ key_id }) => key_id)).toEqual([
        "law-hotel-shape-community",
        "market-night-plain-object",
        "basket-doctor-humble-figure",
      ])
      expect(toItem(pats[0] as (typeof pats)[0], now)).toEqual({
        key_id: "law-hotel-shape-community",
        label: "CI",
        scopes: ["job"],
        status: "active",
        created_at: "2026-10-25T00:00:00.000Z",
        last_used_at: null,
        token_ver: 1,
        usage_count: 0,
      })
    }),
  )

  it.effect.each([
    [{}, "is not a list of PATs"],
    [{ detail: {} }, "is not a list of PATs"],
    [[1], "PAT 1: it is not an object"],
    [[pat, { scopes: ["job"] }], "PAT 2: label is missing"],
    [[{ label: "x" }], "PAT 1: scopes is missing"],
    [[{ ...pat, label: 7 }], "PAT 1: label is not a text"],
    [[{ ...pat, scopes: [] }], "PAT 1: scopes is not a list of at least one scope"],
    [[{ ...pat, key_id: "../hello" }], "PAT 1: key_id is not four words joined by hyphens"],
    [[{ ...pat, created_at: "yesterday" }], "PAT 1: created_at is not an ISO 8601 time"],
    [[{ ...pat, expiry_at: 5 }], "PAT 1: expiry_at is not an ISO 8601 time"],
    [[{ ...pat, usage_count: -1 }], "PAT 1: usage_count is not a whole number"],
    [[{ ...pat, status: "gone" }], "PAT 1: status is not active, revoked or expired"],
    [[{ ...pat, status: "expired" }], "PAT 1: its status is expired, and by its expiry it is active"],
    [[{ ...pat, token: "a b" }], "PAT 1: token is not a text of visible ASCII characters"],
    [
      [
        { ...pat, token: "zpat_secret" },
        { ...pat, token: "zpat_secret" },
      ],
      "two PATs have the same token",
    ],
    [[full, full], "two PATs have the key ID market-night-plain-object"],
  ])("of %j fails: %s", ([value, reason]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(parse(value))
      expect(failure).toContain(reason)
      expect(failure).not.toContain("secret")
    }),
  )

  it.effect("that isn't JSON fails", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(parseSeed("[{"))).toBe("is not valid JSON")
    }),
  )

  it.scopedLive("gives PATs with working tokens, and reserves their key IDs", () =>
    Effect.gen(function* () {
      const token = "zpat_of_the_seed"
      const seed = yield* parseSeed(
        JSON.stringify([{ ...pat, scopes: ["pat"], key_id: "law-hotel-shape-community", token }, pat]),
      )
      const { create, send } = yield* sandbox({ seed })
      expect(yield* send("GET", "/hello", { token })).toMatchObject({ status: 200 })
      expect(yield* create(token)).toMatchObject({ key_id: "basket-doctor-humble-figure" })
      expect(yield* send("GET", "/hello", { token: "" })).toMatchObject({ status: 401 })
      expect(yield* send("DELETE", "/pat/market-night-plain-object", { token })).toMatchObject({
        status: 200,
      })
    }).pipe(Effect.provide(live)),
  )
})

describe("the built-in seed", () => {
  it.effect.each([now, Date.parse("2030-02-28T23:59:59.999Z")])(
    "has PATs of every kind, relative to the clock at %d",
    (instant) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(instant)
        const { dealt, pats } = yield* demo
        // The first new PAT is still that of the docs.
        expect(dealt).toBe(0)
        expect(pats).toHaveLength(7)
        const day = 86_400_000
        const active = pats.filter((each) => statusOf(each, instant) === "active")
        expect(pats.map((each) => statusOf(each, instant)).toSorted()).toEqual([
          ...Array(5).fill("active"),
          "expired",
          "revoked",
        ])
        const inDays = (time: number | null) => (time === null ? null : (time - instant) / day)
        const soon = active.filter(
          ({ expiry_at }) => expiry_at !== null && (inDays(expiry_at) as number) <= 7,
        )
        expect(soon.map(({ label }) => label)).toEqual(["my-project CI"])
        expect(inDays(soon[0]?.expiry_at ?? null)).toBeGreaterThan(6 - 1e-9)
        expect(active.filter(({ expiry_at }) => expiry_at === null).length).toBe(2)
        expect(active.filter(({ last_used_at }) => last_used_at === null)).toHaveLength(1)
        expect(active.some(({ last_used_at }) => (inDays(last_used_at) ?? 0) < -90)).toBe(true)
        expect(pats.some(({ label }) => label.length > 50)).toBe(true)
        expect(new Set(pats.flatMap(({ scopes }) => scopes)).size).toBe(6)
        for (const { created_at, expiry_at, last_used_at } of pats) {
          if (expiry_at !== null) expect(expiry_at % day).toBe(0)
          expect(created_at).toBeLessThan(last_used_at ?? instant)
          expect(last_used_at ?? 0).toBeLessThan(instant)
        }
      }),
  )
})
