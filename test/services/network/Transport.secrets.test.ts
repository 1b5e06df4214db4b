import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ApiRequest } from "../../../src/services/network/request.ts"
import { json, reset, systemError, text } from "../../support/http/answer.ts"
import { broken, fakeApi } from "../../support/http/client.ts"
import { inTime, logs } from "../../support/world/services.ts"
import { send } from "../../support/world/stack.ts"

const bearer = "zpat_BearerOfThisTest99"
const password = 'pass "wörd"/+%'
const list: ApiRequest = {
  method: "GET",
  path: "/pat",
  bearer: Redacted.make(bearer),
  body: Redacted.make<unknown>({ password }),
  secrets: [Redacted.make(password)],
}

/** Everything that could be shown of a value. */
const shown = (value: unknown) =>
  [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value), String(value)].join("\n")
const expectNone = (value: unknown) => {
  for (const secret of [
    bearer,
    password,
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
  ]) {
    expect(shown(value)).not.toContain(secret)
  }
}

const echoed = `you sent ${bearer} and ${password}, that is ${encodeURIComponent(password)}`

describe("a secret that the server echoes", () => {
  it.scoped("is masked even if it doesn't look like a secret", () =>
    Effect.gen(function* () {
      const plain = "correct-horse-battery"
      const api = yield* fakeApi(["GET /v1/pat", json(400, { message: `what is ${plain}?` })])
      const error = yield* Effect.flip(
        send({ api }, { method: "GET", path: "/pat", bearer: Redacted.make(plain) }),
      )
      expect(error).toMatchObject({ serverMessage: "what is [hidden]?" })
    }),
  )

  it.scoped("is masked in the message, whatever the status", () =>
    Effect.gen(function* () {
      for (const status of [302, 400, 401, 404, 429, 503]) {
        for (const body of [
          { message: echoed },
          { Message: echoed },
          { message: "no", detail: echoed },
          { detail: { message: echoed } },
        ]) {
          const api = yield* fakeApi(["GET /v1/pat", json(status, body)])
          const error = yield* Effect.flip(send({ api, settings: { maxRetries: 0 } }, list))
          expectNone(error)
          expect((error as { serverMessage: string }).serverMessage).toContain(
            "you sent [hidden] and [hidden], that is [hidden]",
          )
        }
      }
    }),
  )

  it.scoped("is masked in the headers, in the error and in the log", () =>
    Effect.gen(function* () {
      const log = logs()
      const headers = { "x-amzn-requestid": `id-${bearer}`, location: `https://evil.test/?token=${bearer}` }
      for (const status of [200, 302, 404, 503]) {
        const api = yield* fakeApi(["GET /v1/pat", text(status, "", headers)])
        const outcome = yield* Effect.either(send({ api, settings: { maxRetries: 0 } }, list)).pipe(
          Effect.provide(log.layer),
        )
        expectNone(outcome)
        expect(shown(outcome)).toContain("id-[hidden]")
      }
      expect(log.lines).toHaveLength(4)
      expectNone(log.raw)
    }),
  )
})

describe("no secret", () => {
  it.scoped("is in an error, or in the log at any level", () =>
    Effect.gen(function* () {
      const log = logs()
      const api = yield* fakeApi(
        ["GET /v1/pat", json(500, { message: echoed }, { "x-amzn-requestid": bearer })],
        ["GET /v1/pat", reset],
        ["GET /v1/pat", json(404, { message: echoed }, { "x-amzn-requestid": bearer })],
        ["GET /v1/pat", json(200, { message: echoed, token: bearer }, { "x-amzn-requestid": bearer })],
        [
          "GET /v1/pat",
          broken(Object.assign(systemError("ECONNRESET", "read"), { request: { authorization: bearer } })),
        ],
      )
      yield* Effect.gen(function* () {
        expectNone(yield* Effect.flip(inTime(send({ api }, list))))
        yield* send({ api }, list)
        expectNone(yield* Effect.flip(send({ api, settings: { maxRetries: 0 } }, list)))
      }).pipe(Effect.provide(log.layer))
      expect(log.lines.length).toBeGreaterThanOrEqual(7)
      expectNone(log.raw)
    }),
  )

  it.scoped("is shown when a request is printed", () => Effect.sync(() => expectNone(list)))
})
