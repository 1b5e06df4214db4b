import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { OutcomeUnknown } from "../../../src/domain/Errors.ts"
import { json, refused, reset, text } from "../../support/http/answer.ts"
import { cutOff, endless, fakeApi, play, type Reply, silence } from "../../support/http/client.ts"
import { foundPat, inTime, newPat } from "../../support/world/services.ts"
import { type Ground, withPatApi } from "../../support/world/stack.ts"

const settings = { pat: foundPat("zpat_TheOneOfThisTest") }
const noon = Date.UTC(2026, 0, 26, 12)
const [minute, hour] = [60_000, 3_600_000]
const ci = newPat("CI", ["job"])

/** Each way in which a create can end without an answer that says how. */
const unclear: Record<string, readonly [reply: Reply, cause: object]> = {
  "a timeout": [silence, { _tag: "TimedOut" }],
  "a body that never ends": [endless(201), { _tag: "TimedOut" }],
  "a reset": [reset, { _tag: "Unreachable", sent: true }],
  "a body that breaks": [cutOff(201), { _tag: "Unreachable", sent: true }],
  "500": [json(500, {}), { _tag: "ServiceUnavailable", status: 500 }],
  "502": [text(502, "<html>"), { _tag: "ServiceUnavailable", status: 502 }],
  "503": [json(503, {}, { "retry-after": "1" }), { _tag: "ServiceUnavailable", status: 503 }],
  "504": [json(504, {}), { _tag: "ServiceUnavailable", status: 504 }],
  "an empty body": [text(201, ""), { _tag: "ResponseUnreadable", reason: "empty" }],
  "half a body": [
    text(201, '{"detail":{"token":"zpat_Half'),
    { _tag: "ResponseUnreadable", reason: "not-json" },
  ],
  "a web page": [text(200, "<html>"), { _tag: "ResponseUnreadable", reason: "html" }],
}

/**
 * The list as a server tells it whose clock is off from ours by so many
 * milliseconds, or which does not tell its time; ages are milliseconds before now.
 */
const listed =
  (
    offset: number | undefined,
    rows: ReadonlyArray<readonly [keyId: string, label: string, age: number | string | undefined]>,
  ): Reply =>
  (request) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const items = rows.map(([key_id, label, age]) => ({
        key_id,
        label,
        created_at: typeof age === "number" ? new Date(now + (offset ?? 0) - age).toISOString() : age,
      }))
      const headers = offset === undefined ? {} : { date: new Date(now + offset).toUTCString() }
      return play(json(200, { detail: { items } }, headers), request)
    })

const create = (ground: Omit<Ground, "settings">) =>
  Effect.flip(inTime(withPatApi({ ...ground, settings }, (it) => it.create(ci))))

describe("after a create without a clear answer", () => {
  for (const [what, [reply, cause]] of Object.entries(unclear)) {
    it.scoped(`such as ${what}, it isn't retried, and the new PAT is looked up`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(noon)
        const found = listed(0, [
          ["old-a-b-c", "CI", 40 * minute],
          ["new-a-b-c", "CI", 0],
          ["other-a-b-c", "ci", 0],
        ])
        const api = yield* fakeApi(["POST /v1/pat", reply], ["GET /v1/pat", found])
        const error = yield* create({ api })
        expect(error).toMatchObject({ _tag: "OutcomeUnknown", label: "CI", found: ["new-a-b-c"], cause })
        expect(JSON.stringify(error)).not.toContain("zpat_")
      }),
    )
  }

  it.scoped("a key ID in the answer is trusted even without a usable token", () =>
    Effect.gen(function* () {
      for (const token of [undefined, null, "", 5, "two words"]) {
        const answer = json(201, { message: "PAT created", detail: { key_id: "new-a-b-c", token } })
        const api = yield* fakeApi(["POST /v1/pat", answer])
        expect(yield* create({ api })).toMatchObject({
          _tag: "OutcomeUnknown",
          found: ["new-a-b-c"],
          cause: { _tag: "ResponseUnreadable", reason: "shape" },
        })
      }
      const nameless = json(201, { message: "PAT created", detail: {} })
      const api = yield* fakeApi(
        ["POST /v1/pat", nameless],
        ["GET /v1/pat", listed(0, [["new-a-b-c", "CI", 0]])],
      )
      expect(yield* create({ api })).toMatchObject({ _tag: "OutcomeUnknown", found: ["new-a-b-c"] })
    }),
  )

  it.scoped("the error says whether an older PAT has the label", () =>
    Effect.gen(function* () {
      for (const [rows, found, older] of [
        [[["older-a-b-c", "CI", hour]], [], true],
        [[["other-a-b-c", "other", hour]], [], false],
        [[["new-a-b-c", "CI", 0]], ["new-a-b-c"], false],
      ] as const) {
        const api = yield* fakeApi(["POST /v1/pat", reset], ["GET /v1/pat", listed(0, rows)])
        expect(yield* create({ api })).toMatchObject({ _tag: "OutcomeUnknown", found, older })
      }
    }),
  )

  it.scoped("an earlier attempt that was never sent makes no difference", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["POST /v1/pat", refused],
        ["POST /v1/pat", json(429, {})],
        ["POST /v1/pat", reset],
        ["GET /v1/pat", listed(0, [])],
      )
      expect(yield* create({ api })).toMatchObject({ _tag: "OutcomeUnknown", found: [] })
    }),
  )

  it.scoped("the look-up is right even if our clock is wrong", () =>
    Effect.gen(function* () {
      for (const offset of [-30 * hour, -5 * hour, -minute, 0, minute, 5 * hour, 30 * hour]) {
        yield* TestClock.setTime(noon)
        // The request took 30 s to time out, so that a PAT of then is as old as that.
        const rows = [
          ["before-a-b-c", "CI", 40_000],
          ["during-a-b-c", "CI", 29_000],
          ["after-a-b-c", "CI", 0],
        ] as const
        const api = yield* fakeApi(["POST /v1/pat", silence], ["GET /v1/pat", listed(offset, rows)])
        const error = yield* create({ api })
        expect([offset, error]).toMatchObject([offset, { found: ["during-a-b-c", "after-a-b-c"] }])
      }
    }),
  )

  it.scoped("a PAT is found although its creation time is rounded down to before the request", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(noon + 999)
      const rounded: Reply = json(
        200,
        { detail: { items: [{ key_id: "new-a-b-c", label: "CI", created_at: "2026-01-26T12:00:00Z" }] } },
        { date: new Date(noon + 999).toUTCString() },
      )
      const api = yield* fakeApi(["POST /v1/pat", reset], ["GET /v1/pat", rounded])
      expect(yield* create({ api })).toMatchObject({ found: ["new-a-b-c"] })
    }),
  )

  it.scoped("a PAT counts as new from two seconds before the request, by the server's clock or ours", () =>
    Effect.gen(function* () {
      const ages = [2002, 2001, 2000, 1999, 0]
      const rows = ages.map((age) => [`${age}-a-b-c`, "CI", age] as const)
      for (const offset of [0, undefined]) {
        yield* TestClock.setTime(noon)
        const api = yield* fakeApi(["POST /v1/pat", reset], ["GET /v1/pat", listed(offset, rows)])
        expect(yield* create({ api })).toMatchObject({ found: ["2000-a-b-c", "1999-a-b-c", "0-a-b-c"] })
      }
    }),
  )

  it.scoped("a PAT with an unreadable creation time may be the new one", () =>
    Effect.gen(function* () {
      const rows = [
        ["a-a-a-a", "CI", undefined],
        ["b-b-b-b", "CI", "just now"],
      ] as const
      const api = yield* fakeApi(["POST /v1/pat", reset], ["GET /v1/pat", listed(0, rows)])
      expect(yield* create({ api })).toMatchObject({ found: ["a-a-a-a", "b-b-b-b"] })
    }),
  )

  it.scoped("the outcome stays unknown if the look-up fails too", () =>
    Effect.gen(function* () {
      for (const [reply, times] of [
        [json(401, {}), 1],
        [json(403, {}), 1],
        [text(200, "<html>"), 1],
        [refused, 3],
        [silence, 3],
        [json(503, {}), 3],
      ] as const) {
        const looks = Array.from({ length: times }, () => ["GET /v1/pat", reply] as const)
        const api = yield* fakeApi(["POST /v1/pat", reset], ...looks)
        const error = yield* create({ api })
        expect(error).toMatchObject({
          _tag: "OutcomeUnknown",
          cause: { _tag: "Unreachable", code: "ECONNRESET" },
        })
        expect((error as OutcomeUnknown).found).toBe(undefined)
      }
    }),
  )
})
