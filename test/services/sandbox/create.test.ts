import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { live, sandbox } from "./loopback.ts"

const scopes = ["job"]

const refused: ReadonlyArray<readonly [unknown, "text" | "nested", RegExp]> = [
  ["", "text", /not valid JSON/],
  ["{", "text", /not valid JSON/],
  ["null", "text", /not a JSON object/],
  ["[]", "text", /not a JSON object/],
  [{}, "text", /^label is required$/],
  [{ label: "", scopes }, "text", /^label is required$/],
  [{ label: 1, scopes }, "text", /label must be a string/],
  [{ label: null, scopes }, "text", /label must be a string/],
  [{ label: "x".repeat(256), scopes }, "text", /longer than 255/],
  [{ label: "a", scopes, expires: "2030-01-01" }, "text", /expires is not a field/],
  ['{"label":"a","scopes":["job"],"__proto__":{}}', "text", /__proto__ is not a field/],
  [{ label: "a" }, "nested", /at least one scope/],
  [{ label: "a", scopes: [] }, "nested", /at least one scope/],
  [{ label: "a", scopes: "job" }, "nested", /at least one scope/],
  [{ label: "a", scopes: { 0: "job", length: 1 } }, "nested", /at least one scope/],
  [{ label: "a", scopes: ["job", "jobs"] }, "nested", /must be among \*, zpool, job/],
  [{ label: "a", scopes: [null] }, "nested", /must be among/],
  [{ label: "a", scopes, expiry: null }, "nested", /expiry must be a date/],
  [{ label: "a", scopes, expiry: 20300101 }, "nested", /expiry must be a date/],
  [{ label: "a", scopes, expiry: "2025-02-30" }, "nested", /expiry must be a date/],
  [{ label: "a", scopes, expiry: "2030-01-01T00:00:00Z" }, "nested", /expiry must be a date/],
  [{ label: "a", scopes, tenant_id: 7 }, "nested", /tenant_id must be a string/],
  [{ label: "a", scopes, tenant_id: "" }, "nested", /tenant_id must be a string/],
]

const accepted: ReadonlyArray<Record<string, unknown>> = [
  { label: "x", scopes: ["*"] },
  { label: "💾".repeat(255), scopes: ["job"] },
  { label: "\u001b[31mred\u202e", scopes: ["job"] },
  { label: "leap", scopes: ["job"], expiry: "2028-02-29", tenant_id: "acme" },
  { label: "long ago", scopes: ["job"], expiry: "0001-01-01" },
  { label: "far", scopes: ["job"], expiry: "9999-12-31" },
]

describe("POST /pat", () => {
  it.scoped("refuses invalid requests, with both kinds of error body, and creates nothing", () =>
    Effect.gen(function* () {
      const { items, login, send } = yield* sandbox()
      const token = yield* login
      for (const [body, shape, reason] of refused) {
        const { json, status } = yield* send("POST", "/pat", { token, body })
        expect([body, status, json.message]).toStrictEqual([body, 400, "Invalid request"])
        expect(shape === "text" ? json.detail : json.detail.message).toMatch(reason)
      }
      expect(yield* items(token)).toStrictEqual([])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("accepts valid requests, and lists the PAT as it was sent", () =>
    Effect.gen(function* () {
      const { items, login, send } = yield* sandbox()
      const token = yield* login
      for (const body of accepted) {
        expect([body, (yield* send("POST", "/pat", { token, body })).status]).toStrictEqual([body, 201])
      }
      expect((yield* items(token)).map(({ expiry_at, label }) => [label, expiry_at])).toStrictEqual(
        accepted.map(({ expiry, label }) => [
          label,
          expiry === undefined ? undefined : `${expiry}T00:00:00.000Z`,
        ]),
      )
    }).pipe(Effect.provide(live)),
  )

  it.scoped("checks the credential before the body", () =>
    Effect.gen(function* () {
      const { send } = yield* sandbox()
      expect((yield* send("POST", "/pat", { body: "{" })).status).toBe(401)
    }).pipe(Effect.provide(live)),
  )
})
