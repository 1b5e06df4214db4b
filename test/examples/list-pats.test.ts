import { readdirSync, readFileSync } from "node:fs"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SynchronizedRef from "effect/SynchronizedRef"
import * as TestClock from "effect/TestClock"
import { expiring, patApi } from "../../examples/list-pats.ts"
import { ExpiryDate } from "../../src/domain/Expiry.ts"
import { PatApi } from "../../src/services/pats/PatApi.ts"
import { makeApi } from "../../src/services/sandbox/api.ts"
import { httpClient } from "../../src/services/sandbox/httpClient.ts"
import { empty } from "../../src/services/sandbox/State.ts"
import { json } from "../support/http/answer.ts"
import { fakeApi } from "../support/http/client.ts"
import { newPat } from "../support/world/services.ts"

const url = "https://api.test/v1"
const account = { user: "demo", password: Redacted.make("demo"), jwtSeconds: 100_000, faults: [] }

describe("a program of its own", () => {
  it.scoped("lists over its own HttpClient", () =>
    Effect.gen(function* () {
      const items = [{ label: "CI", expiry_at: "2027-01-01T00:00:00Z" }, { label: "For ever" }]
      const api = yield* fakeApi(["GET /v1/pat", json(200, { message: "ok", detail: { items } })])
      const layer = Layer.provide(patApi(url, Redacted.make("zpat_x")), api.layer)
      expect(yield* Effect.provide(expiring, layer)).toStrictEqual(["CI"])
      expect(api.received[0]?.headers.authorization).toBe("Bearer zpat_x")
    }),
  )

  it.effect("can be tested against the sandbox without a port, with the test's clock", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 25))
      const api = makeApi(account, yield* SynchronizedRef.make(empty))
      const client = Layer.succeed(HttpClient.HttpClient, httpClient(api))
      const over = (pat: Redacted.Redacted) => Layer.provide(patApi(url, pat), client)
      const login = { username: "demo", password: "demo" }
      const answer = yield* api({
        method: "POST",
        target: "/v1/login",
        headers: {},
        body: new TextEncoder().encode(JSON.stringify(login)),
        from: "127.0.0.1",
      })
      const { access_token } = JSON.parse(answer?.body ?? "").detail
      const created = yield* Effect.provide(
        Effect.flatMap(PatApi, (it) =>
          it.create(newPat("CI", ["pat"], { expiry: ExpiryDate.make("2026-11-26") })),
        ),
        over(Redacted.make(access_token)),
      )
      expect(yield* Effect.provide(expiring, over(created.token))).toStrictEqual(["CI"])
      yield* TestClock.adjust("1 day")
      expect(yield* Effect.flip(Effect.provide(expiring, over(created.token)))).toMatchObject({
        _tag: "CredentialRefused",
        message: expect.stringMatching(
          /^The API rejected the PAT in .*: it may be revoked, expired or mistyped/,
        ),
      })
    }),
  )
})

describe("ARCHITECTURE.md", () => {
  const text = readFileSync("ARCHITECTURE.md", "utf8")
  const withoutIndent = (code: string) => code.replaceAll(/^ +/gm, "")

  it("shows the example that is run here", () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(text)?.[1]?.trim() ?? "nothing"
    expect(withoutIndent(readFileSync("examples/list-pats.ts", "utf8"))).toContain(withoutIndent(shown))
  })

  it("names every folder and service", () => {
    for (const name of [...readdirSync("src/services"), ...readdirSync("src/cli")]) {
      expect(text).toContain(name.replace(/\.ts$/, ""))
    }
  })
})
