import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { live, sandbox } from "./loopback.ts"

/** 2026-01-26T02:05:37.250Z, in milliseconds since the epoch. */
const now = Date.UTC(2026, 0, 26, 2, 5, 37, 250)

const scopeTable = [
  ["*", 200],
  ["pat", 200],
  ["zpool", 403],
  ["job", 403],
  ["sshkey", 403],
  ["billing", 403],
] as const

describe("a PAT", () => {
  it.scoped("is created, listed, used and revoked as the docs show", () =>
    Effect.gen(function* () {
      const { items, login, send } = yield* sandbox()
      yield* TestClock.setTime(now)
      const token = yield* login
      const body = { label: "CI zpool only", scopes: ["zpool", "pat", "zpool"] }
      const created = yield* send("POST", "/pat", { token, body })
      expect(created.status).toBe(201)
      expect(created.json.message).toBe("PAT created")
      const { key_id: keyId, token: pat } = created.json.detail
      expect(keyId).toBe("law-hotel-shape-community")
      expect(pat).toMatch(/^zpat_[\w-]{32}$/)

      const listed = {
        key_id: keyId,
        label: "CI zpool only",
        status: "active",
        created_at: "2026-01-26T02:05:37.250Z",
        last_used_at: null,
        scopes: ["zpool", "pat"],
        token_ver: 1,
        usage_count: 0,
      }
      expect(yield* items(token)).toStrictEqual([listed])

      yield* TestClock.adjust("30 minutes")
      expect((yield* send("GET", "/hello", { token: pat, headers: { "user-agent": "one" } })).status).toBe(
        200,
      )
      expect((yield* send("GET", "/pat", { token: pat, headers: { "user-agent": "two" } })).status).toBe(200)
      const used = {
        ...listed,
        last_used_at: "2026-01-26T02:35:37.250Z",
        last_ip: "127.0.0.1",
        last_ua: "two",
        usage_count: 2,
      }
      expect(yield* items(token)).toStrictEqual([used])

      const revoked = yield* send("DELETE", `/pat/${keyId}`, { token })
      expect([revoked.status, revoked.text]).toStrictEqual([200, ""])
      expect(yield* items(token)).toStrictEqual([{ ...used, status: "revoked" }])
      const answer = yield* send("GET", "/hello", { token: pat })
      expect([answer.status, answer.json]).toStrictEqual([401, { message: "Unauthorized" }])

      const again = yield* send("DELETE", `/pat/${keyId}`, { token })
      expect([again.status, again.json]).toStrictEqual([404, { message: "PAT not found" }])
    }).pipe(Effect.provide(live)),
  )

  it.scoped.each(scopeTable)("with scope %s gets %d for /pat, and /hello", ([scope, status]) =>
    Effect.gen(function* () {
      const { create, login, send } = yield* sandbox()
      const { key_id: keyId, token } = yield* create(yield* login, { scopes: [scope] })
      const answer = yield* send("GET", "/pat", { token })
      expect(answer.status).toBe(status)
      if (status === 403) {
        expect(answer.json).toStrictEqual({ Message: "User is not authorized to access this resource" })
      }
      expect((yield* send("GET", "/hello", { token })).status).toBe(200)
      const body = { label: "another", scopes: ["job"] }
      expect((yield* send("POST", "/pat", { token, body })).status).toBe(status === 200 ? 201 : 403)
      expect((yield* send("DELETE", `/pat/${keyId}`, { token })).status).toBe(status)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("can revoke itself, and is no longer accepted", () =>
    Effect.gen(function* () {
      const { create, login, send } = yield* sandbox()
      const { key_id: keyId, token } = yield* create(yield* login)
      expect((yield* send("DELETE", `/pat/${keyId}`, { token })).status).toBe(200)
      expect((yield* send("DELETE", `/pat/${keyId}`, { token })).status).toBe(401)
    }).pipe(Effect.provide(live)),
  )

  it.scoped("works until 00:00 UTC of its expiry date", () =>
    Effect.gen(function* () {
      const { create, items, login, send } = yield* sandbox({ jwtSeconds: 1_000_000 })
      yield* TestClock.setTime(now)
      const jwt = yield* login
      const { token } = yield* create(jwt, { expiry: "2026-01-27" })
      const [item] = yield* items(jwt)
      expect(item).toMatchObject({
        status: "active",
        expiry_at: "2026-01-27T00:00:00.000Z",
        hard_expiry_at: "2026-01-27T00:00:00.000Z",
      })
      yield* TestClock.setTime(Date.UTC(2026, 0, 27) - 1)
      expect((yield* send("GET", "/hello", { token })).status).toBe(200)
      yield* TestClock.adjust("1 millis")
      expect((yield* send("GET", "/hello", { token })).json).toStrictEqual({ message: "Unauthorized" })
      const [expired] = yield* items(jwt)
      expect(expired).toMatchObject({ status: "expired", usage_count: 1 })
    }).pipe(Effect.provide(live)),
  )

  it.scoped("with a past expiry date has expired at once, and can be revoked", () =>
    Effect.gen(function* () {
      const { create, items, login, send } = yield* sandbox()
      yield* TestClock.setTime(now)
      const jwt = yield* login
      const { key_id: keyId, token } = yield* create(jwt, { scopes: ["sshkey"], expiry: "2025-12-31" })
      expect((yield* send("GET", "/hello", { token })).status).toBe(401)
      expect((yield* items(jwt)).map(({ status }) => status)).toStrictEqual(["expired"])
      expect((yield* send("DELETE", `/pat/${keyId}`, { token: jwt })).status).toBe(200)
      expect((yield* items(jwt)).map(({ status }) => status)).toStrictEqual(["revoked"])
    }).pipe(Effect.provide(live)),
  )

  it.scoped("gets its own key ID even if many are created at once", () =>
    Effect.gen(function* () {
      const { create, items, login } = yield* sandbox()
      const jwt = yield* login
      const made = yield* Effect.forEach(Array.from({ length: 40 }), () => create(jwt), { concurrency: 20 })
      expect(new Set(made.map(({ key_id }) => key_id)).size).toBe(40)
      expect(new Set(made.map(({ token }) => token)).size).toBe(40)
      expect(yield* items(jwt)).toHaveLength(40)
    }).pipe(Effect.provide(live)),
  )
})
