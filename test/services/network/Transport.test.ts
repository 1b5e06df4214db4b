import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as ApiUrl from "../../../src/domain/ApiUrl.ts"
import type { ApiRequest } from "../../../src/services/network/request.ts"
import { json, reset, text } from "../../support/http/answer.ts"
import { endless, fakeApi, late, raw, silence } from "../../support/http/client.ts"
import { inTime, logs, origin } from "../../support/world/services.ts"
import { send } from "../../support/world/stack.ts"

const list: ApiRequest = { method: "GET", path: "/pat" }
const token = "zpat_OnlyForThisTest123"
const bearer = Redacted.make(token)

describe("a request", () => {
  it.scoped("is sent to the base URL, with the bearer token and a JSON body", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi([
        "POST /v1/pat",
        json(201, { message: "ok" }, { "x-amzn-requestid": "r-1" }),
      ])
      const body = Redacted.make<unknown>({ label: "é", scopes: ["job"] })
      const answer = yield* send({ api }, { method: "POST", path: "/pat", bearer, body })
      expect(answer).toStrictEqual({
        status: 201,
        body: '{"message":"ok"}',
        hide: expect.any(Function),
        requestId: "r-1",
        serverTime: undefined,
      })
      expect(api.received).toHaveLength(1)
      expect(api.received[0]).toMatchObject({
        method: "POST",
        url: `${origin}/v1/pat`,
        body: '{"label":"é","scopes":["job"]}',
      })
      expect(api.received[0]?.headers).toMatchObject({
        authorization: `Bearer ${token}`,
        accept: "application/json",
        "content-type": "application/json",
      })
    }),
  )

  it.scoped("has no body and no credential unless they are given", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/pat", json(200, {})])
      yield* send({ api }, list)
      expect(api.received[0]?.body).toBe(undefined)
      expect(Object.keys(api.received[0]?.headers ?? {})).not.toContain("authorization")
    }),
  )

  it.scoped("extends a base URL with or without a path", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /pat", json(200, {})])
      const url = Either.getOrThrow(ApiUrl.parse("http://localhost:4010/"))
      yield* send({ api, settings: { api: url } }, list)
      expect(api.received[0]?.url).toBe("http://localhost:4010/pat")
    }),
  )
})

describe("an answer", () => {
  it.scoped("sets the server's clock from its Date", () =>
    Effect.gen(function* () {
      const date = "Mon, 26 Jan 2026 02:05:37 GMT"
      const api = yield* fakeApi(
        ["GET /v1/pat", json(200, {}, { date })],
        ["GET /v1/pat", json(200, {}, { date: "?" })],
      )
      expect((yield* send({ api }, list)).serverTime).toBe(Date.UTC(2026, 0, 26, 2, 5, 37))
      expect((yield* send({ api }, list)).serverTime).toBe(undefined)
    }),
  )

  it.scoped("is read without a byte order mark at its start", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["GET /v1/pat", raw(200, '\uFEFF{"a":"b\uFEFFc"}', "application/json")],
        ["GET /v1/pat", raw(200, '{"a":"b\uFEFFc"}', "application/json")],
        ["GET /v1/pat", raw(400, '\uFEFF{"message":"a\uFEFFb"}', "application/json")],
        ["GET /v1/pat", raw(400, "\uFEFFGo away", "text/plain")],
      )
      expect((yield* send({ api }, list)).body).toBe('{"a":"b\uFEFFc"}')
      expect((yield* send({ api }, list)).body).toBe('{"a":"b\uFEFFc"}')
      expect(yield* Effect.flip(send({ api }, list))).toMatchObject({ serverMessage: "a\uFEFFb" })
      expect(yield* Effect.flip(send({ api }, list))).toMatchObject({ serverMessage: "Go away" })
    }),
  )

  it.scoped("that redirects isn't followed", () =>
    Effect.gen(function* () {
      for (const status of [300, 301, 302, 303, 304, 307, 308]) {
        const api = yield* fakeApi([
          "GET /v1/pat",
          text(status, "", { location: "https://evil.test/v1/pat" }),
        ])
        const error = yield* Effect.flip(send({ api }, { ...list, bearer }))
        expect(error).toMatchObject({ _tag: "HttpFailure", status, location: "https://evil.test/v1/pat" })
        expect(api.received).toHaveLength(1)
      }
    }),
  )

  it.scoped("with a 4xx status is a failure with the server's message and the request ID", () =>
    Effect.gen(function* () {
      for (const status of [400, 401, 403, 404, 405, 408, 409, 413, 422]) {
        const api = yield* fakeApi([
          "GET /v1/pat",
          json(status, { Message: "No." }, { "x-amzn-requestid": "r-2" }),
        ])
        const error = yield* Effect.flip(send({ api }, list))
        expect(error).toMatchObject({
          _tag: "HttpFailure",
          status,
          serverMessage: "No.",
          requestId: "r-2",
          origin,
        })
        expect(api.received).toHaveLength(1)
      }
    }),
  )

  it.scoped("without a message gives a failure without a message", () =>
    Effect.gen(function* () {
      for (const body of ["", "<html>Forbidden</html>", "Forbidden ".repeat(100), "{", "7"]) {
        const api = yield* fakeApi(["GET /v1/pat", text(403, body)])
        expect(yield* Effect.flip(send({ api }, list))).toMatchObject({
          status: 403,
          serverMessage: undefined,
        })
      }
    }),
  )
})

describe("the timeout", () => {
  it.scoped("cancels an attempt without an answer", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/pat", silence])
      const fiber = yield* Effect.fork(
        Effect.flip(send({ api, settings: { timeout: 7, maxRetries: 0 } }, list)),
      )
      yield* TestClock.adjust("6999 millis")
      expect(fiber.unsafePoll()).toBe(null)
      expect(api.received[0]?.cancelled).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(fiber)).toMatchObject({ _tag: "TimedOut", seconds: 7, attempts: 1, origin })
      expect(api.received[0]?.cancelled).toBe(true)
    }),
  )

  it.scoped("covers the body too", () =>
    Effect.gen(function* () {
      for (const status of [200, 404, 503]) {
        const api = yield* fakeApi(["GET /v1/pat", late(6000, endless(status))])
        const fiber = yield* Effect.fork(
          Effect.flip(send({ api, settings: { timeout: 7, maxRetries: 0 } }, list)),
        )
        yield* TestClock.adjust("6999 millis")
        expect([status, fiber.unsafePoll()]).toStrictEqual([status, null])
        yield* TestClock.adjust("1 millis")
        expect((yield* Fiber.join(fiber))._tag).toBe("TimedOut")
      }
    }),
  )

  it.scoped("can be a fraction of a second", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["GET /v1/pat", late(200, json(200, {}))],
        ["GET /v1/pat", late(300, json(200, {}))],
      )
      const quick = { api, settings: { timeout: 0.25, maxRetries: 0 } }
      expect((yield* inTime(send(quick, list))).status).toBe(200)
      expect((yield* Effect.flip(inTime(send(quick, list))))._tag).toBe("TimedOut")
    }),
  )

  it.scoped("applies to each attempt, not to all of them together", () =>
    Effect.gen(function* () {
      const slow = late(29_999, reset)
      const api = yield* fakeApi(
        ["GET /v1/pat", slow],
        ["GET /v1/pat", slow],
        ["GET /v1/pat", late(29_999, json(200, {}))],
      )
      expect((yield* inTime(send({ api }, list))).status).toBe(200)
    }),
  )
})

describe("an interruption", () => {
  it.scoped("cancels the request", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/pat", silence])
      const fiber = yield* Effect.fork(send({ api }, list))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      expect(api.received).toMatchObject([{ cancelled: true }])
    }),
  )
})

describe("the log", () => {
  it.scoped("at debug has a line for each attempt, and one for each wait", () =>
    Effect.gen(function* () {
      const log = logs()
      const api = yield* fakeApi(
        ["GET /v1/pat", late(120, json(503, {}, { "x-amzn-requestid": "r-1" }))],
        ["GET /v1/pat", late(5, reset)],
        ["GET /v1/pat", json(200, {}, { "x-amzn-requestid": "r-3" })],
      )
      yield* inTime(send({ api }, { ...list, bearer })).pipe(Effect.provide(log.layer))
      const expected = [
        "DEBUG GET /pat 503, 120 ms, attempt 1, request ID r-1",
        /^DEBUG waiting \d+ ms before attempt 2$/,
        "DEBUG GET /pat ECONNRESET, 5 ms, attempt 2",
        /^DEBUG waiting \d+ ms before attempt 3$/,
        "DEBUG GET /pat 200, 0 ms, attempt 3, request ID r-3",
      ]
      expect(log.lines).toStrictEqual(
        expected.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
      )
    }),
  )
})
