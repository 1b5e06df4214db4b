import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { KeyId } from "../../../src/domain/KeyId.ts"
import type { ApiRequest } from "../../../src/services/network/request.ts"
import { CurrentTrace, Flight } from "../../../src/services/network/trace.ts"
import { json, refused, reset, systemError } from "../../support/http/answer.ts"
import { broken, fakeApi, play, type Reply, silence, tracing } from "../../support/http/client.ts"
import { inTime, logs, origin, patiently } from "../../support/world/services.ts"
import { send, withTransport } from "../../support/world/stack.ts"

const list: ApiRequest = { method: "GET", path: "/pat" }
const create: ApiRequest = { method: "POST", path: "/pat" }
const revoke: ApiRequest = { method: "DELETE", path: `/pat/${KeyId.make("a-b-c-d")}` }
const ok = json(200, { message: "ok" })
const proxy = { address: "http://proxy.test:3128", variable: "HTTPS_PROXY" }

describe("a create", () => {
  it.scoped("is retried if it was never connected, whatever the error", () =>
    Effect.gen(function* () {
      for (const reply of [reset, silence, refused, broken(new Error("socket hang up"))]) {
        const unsent = tracing({ hasLeft: false }, reply)
        const api = yield* fakeApi(["POST /v1/pat", unsent], ["POST /v1/pat", ok])
        expect((yield* inTime(send({ api }, create))).status).toBe(200)
      }
    }),
  )

  it.scoped("isn't retried once it was connected, whatever the error", () =>
    Effect.gen(function* () {
      for (const reply of [reset, silence, refused, broken(systemError("ENOTFOUND", "getaddrinfo"))]) {
        const api = yield* fakeApi(["POST /v1/pat", tracing({ hasLeft: true }, reply)])
        expect(yield* Effect.flip(inTime(send({ api }, create)))).toMatchObject({ sent: true, attempts: 1 })
      }
    }),
  )

  it.scoped("counts as sent after a timeout if the client doesn't say otherwise", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["POST /v1/pat", silence])
      expect(yield* Effect.flip(inTime(send({ api }, create)))).toMatchObject({
        _tag: "TimedOut",
        sent: true,
      })
    }),
  )

  it.scoped("isn't retried if a reused connection is lost", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["POST /v1/pat", tracing({ hasLeft: true, reused: true }, reset)])
      expect(yield* Effect.flip(inTime(send({ api }, create)))).toMatchObject({ sent: true })
    }),
  )
})

describe("a lost reused connection", () => {
  const stale = tracing({ hasLeft: true, reused: true }, reset)

  it.scoped("doesn't use up an attempt, and causes no wait", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/pat", stale], ["GET /v1/pat", ok])
      expect((yield* send({ api, settings: { maxRetries: 0 } }, list)).status).toBe(200)
    }),
  )

  it.scoped("is replaced with a new one, once per attempt", () =>
    Effect.gen(function* () {
      const idle: Array<number> = []
      const noting: Reply = (request) =>
        Effect.flatMap(CurrentTrace, (trace) => {
          idle.push(trace.maxIdle)
          return play(stale, request)
        })
      const api = yield* fakeApi(["GET /v1/pat", noting], ["GET /v1/pat", noting])
      const error = yield* Effect.flip(send({ api, settings: { maxRetries: 0 } }, list))
      expect(error).toMatchObject({ _tag: "Unreachable", attempts: 1 })
      expect(idle).toStrictEqual([60_000, 0])
    }),
  )

  it.scoped("may have carried out the request", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["DELETE /v1/pat/a-b-c-d", stale], ["DELETE /v1/pat/a-b-c-d", json(404, {})])
      const flight = new Flight()
      expect(yield* Effect.flip(send({ api }, { ...revoke, flight }))).toMatchObject({ status: 404 })
      expect(flight.answerLost).toBe(true)
    }),
  )
})

describe("the connections that a request may reuse", () => {
  it.scoped("have been idle for at most a second for a create, or a minute for other requests", () =>
    Effect.gen(function* () {
      const idle: Array<unknown> = []
      const noting: Reply = (request) =>
        Effect.flatMap(CurrentTrace, (trace) => {
          idle.push([request.method, trace.maxIdle])
          return play(ok, request)
        })
      const api = yield* fakeApi(
        ["GET /v1/pat", noting],
        ["POST /v1/pat", noting],
        ["DELETE /v1/pat/a-b-c-d", noting],
        ["POST /v1/login", noting],
      )
      for (const request of [list, create, revoke, { method: "POST", path: "/login" } as const]) {
        yield* send({ api }, request)
      }
      expect(idle).toStrictEqual([
        ["GET", 60_000],
        ["POST", 1000],
        ["DELETE", 60_000],
        ["POST", 60_000],
      ])
    }),
  )
})

describe("the trace of a failed connection", () => {
  it.scoped("adds to the error the proxy, and that a retry won't help", () =>
    Effect.gen(function* () {
      const reply = tracing(
        { hasLeft: false, proxy, lasting: "proxy-refused" },
        broken(systemError("EPROXY 407")),
      )
      const api = yield* fakeApi(["GET /v1/pat", reply])
      expect(yield* Effect.flip(inTime(send({ api }, list)))).toMatchObject({
        _tag: "Unreachable",
        origin,
        proxy,
        lasting: "proxy-refused",
        sent: false,
        attempts: 1,
      })
    }),
  )

  it.scoped("adds the same to a timeout", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/pat", tracing({ hasLeft: false, proxy }, silence)])
      const error = yield* Effect.flip(inTime(send({ api, settings: { maxRetries: 0 } }, list)))
      expect(error).toMatchObject({ _tag: "TimedOut", proxy, sent: false })
    }),
  )

  it.scoped("attributes an unreadable answer to the proxy, not to the API", () =>
    Effect.gen(function* () {
      const reply = broken(systemError("HPE_INVALID_CONSTANT"))
      const api = yield* fakeApi(
        ["GET /v1/pat", tracing({ hasLeft: false, proxy }, reply)],
        ["GET /v1/pat", reply],
      )
      const alone = { api, settings: { maxRetries: 0 } }
      expect(yield* Effect.flip(send(alone, list))).toMatchObject({ _tag: "Unreachable", proxy })
      expect(yield* Effect.flip(send(alone, list))).toMatchObject({ _tag: "ResponseUnreadable" })
    }),
  )
})

/** A revoke, and a list that begins a millisecond later. */
const besideARevoke = (api: Effect.Effect.Success<ReturnType<typeof fakeApi>>) =>
  withTransport({ api }, (transport) =>
    Effect.gen(function* () {
      const first = yield* Effect.fork(transport.send(revoke))
      yield* Effect.sleep("1 millis")
      yield* transport.send(list)
      yield* Fiber.join(first)
    }),
  )

/** Interrupts a create after a second. Gives whether it was told that nothing had left. */
const interrupted = (api: Effect.Effect.Success<ReturnType<typeof fakeApi>>, method: ApiRequest = create) =>
  Effect.gen(function* () {
    const flight = new Flight()
    const fiber = yield* Effect.fork(patiently(send({ api }, { ...method, flight })))
    yield* TestClock.adjust("1 second")
    yield* Fiber.interrupt(fiber)
    return !flight.mayHaveHappened
  })

describe("an interruption", () => {
  it.scoped("can say that nothing was sent before a connection exists, and between two attempts", () =>
    Effect.gen(function* () {
      const waiting = yield* fakeApi(["POST /v1/pat", tracing({ hasLeft: false }, silence)])
      expect(yield* interrupted(waiting)).toBe(true)
      expect(
        yield* interrupted(yield* fakeApi(["POST /v1/pat", json(429, {}, { "retry-after": "9" })])),
      ).toBe(true)
    }),
  )

  it.scoped("can't say so if the request may have been sent", () =>
    Effect.gen(function* () {
      for (const hasLeft of [true, undefined]) {
        const api = yield* fakeApi(["POST /v1/pat", tracing({ hasLeft }, silence)])
        expect(yield* interrupted(api)).toBe(false)
      }
    }),
  )

  it.scoped("can't say so if the answer to an earlier attempt was lost", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["DELETE /v1/pat/a-b-c-d", json(503, {}, { "retry-after": "9" })])
      expect(yield* interrupted(api, revoke)).toBe(false)
    }),
  )
})

describe("a 429", () => {
  const busy = (seconds: number) => json(429, {}, { "retry-after": String(seconds) })

  it.scoped("delays every request of the run", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["DELETE /v1/pat/a-b-c-d", busy(30)],
        ["GET /v1/pat", ok],
        ["DELETE /v1/pat/a-b-c-d", ok],
      )
      const both = withTransport({ api }, (transport) =>
        Effect.gen(function* () {
          const first = yield* Effect.fork(transport.send(revoke))
          yield* Effect.sleep("1 second")
          yield* transport.send(list)
          yield* Fiber.join(first)
        }),
      )
      yield* inTime(both)
      expect(api.received.map(({ at }) => at)).toStrictEqual([0, 30_000, 30_000])
    }),
  )

  it.scoped("without a Retry-After delays the others until its request is sent again", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["DELETE /v1/pat/a-b-c-d", json(429, {})],
        ["GET /v1/pat", ok],
        ["DELETE /v1/pat/a-b-c-d", ok],
      )
      yield* inTime(patiently(besideARevoke(api)))
      const [, listed, revoked] = api.received.map(({ at }) => at)
      expect(listed).toBe(revoked)
      expect(listed).toBeGreaterThan(1)
    }),
  )

  it.scoped("differs from a 503, which delays no other request", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["DELETE /v1/pat/a-b-c-d", json(503, {}, { "retry-after": "30" })],
        ["GET /v1/pat", ok],
        ["DELETE /v1/pat/a-b-c-d", ok],
      )
      yield* inTime(besideARevoke(api))
      expect(api.received.map(({ at }) => at)).toStrictEqual([0, 1, 30_000])
    }),
  )

  it.scoped("with a Retry-After over a minute fails later requests until then, unsent", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["DELETE /v1/pat/a-b-c-d", busy(900)])
      const [one, two] = yield* withTransport({ api }, (transport) =>
        Effect.gen(function* () {
          const first = yield* Effect.flip(transport.send(revoke))
          yield* TestClock.adjust("100 seconds")
          return [first, yield* Effect.flip(transport.send(list))] as const
        }),
      )
      expect(one).toMatchObject({ status: 429, retryAfter: 900_000 })
      expect(two).toMatchObject({ status: 429, retryAfter: 800_000 })
    }),
  )
})

describe("the server's clock", () => {
  const at = (millis: number) => json(200, {}, { date: new Date(millis).toUTCString() })
  const warningsOf = (...offsets: ReadonlyArray<number>) =>
    Effect.gen(function* () {
      const log = logs()
      const now = Date.UTC(2026, 0, 26)
      yield* TestClock.setTime(now)
      const api = yield* fakeApi(...offsets.map((offset) => ["GET /v1/pat", at(now + offset)] as const))
      yield* withTransport({ api }, (transport) => Effect.forEach(offsets, () => transport.send(list))).pipe(
        Effect.provide(log.layer),
      )
      return log.warnings()
    })
  const minutes = 60_000

  it.scoped("causes one warning if it is off by more than five minutes", () =>
    Effect.gen(function* () {
      expect(yield* warningsOf(0, 5 * minutes, -5 * minutes)).toStrictEqual([])
      for (const [offset, words] of [
        [6 * minutes, "6 minutes behind"],
        [-119 * minutes, "119 minutes ahead of"],
        [150 * minutes, "3 hours behind"],
        [-47 * 60 * minutes, "47 hours ahead of"],
        [30 * 24 * 60 * minutes, "30 days behind"],
      ] as const) {
        expect(yield* warningsOf(offset, offset)).toStrictEqual([
          `WARN This computer's clock is ${words} the API's. zpcli uses the API's clock.`,
        ])
      }
    }),
  )

  it.scoped("decides how long a Retry-After date makes zpcli wait", () =>
    Effect.gen(function* () {
      const now = 40 * 24 * 60 * minutes
      const date = (millis: number) => new Date(millis).toUTCString()
      const api = yield* fakeApi(
        ["GET /v1/pat", json(503, {}, { date: date(now), "retry-after": date(now + 7000) })],
        ["GET /v1/pat", ok],
      )
      yield* inTime(send({ api }, list))
      expect(api.received.map(({ at }) => at)).toStrictEqual([0, 7000])
    }),
  )
})
