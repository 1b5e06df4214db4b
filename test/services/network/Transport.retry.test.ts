import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { KeyId } from "../../../src/domain/KeyId.ts"
import type { ApiRequest } from "../../../src/services/network/request.ts"
import { Flight } from "../../../src/services/network/trace.ts"
import { json, refused, reset, systemError } from "../../support/http/answer.ts"
import { broken, cutOff, fakeApi, type Reply, silence } from "../../support/http/client.ts"
import { inTime, logs, origin, patiently, progress } from "../../support/world/services.ts"
import { send } from "../../support/world/stack.ts"

const requests = {
  "GET /v1/pat": { method: "GET", path: "/pat" },
  "DELETE /v1/pat/a-b-c-d": { method: "DELETE", path: `/pat/${KeyId.make("a-b-c-d")}` },
  "POST /v1/login": { method: "POST", path: "/login" },
  "POST /v1/pat": { method: "POST", path: "/pat" },
} as const satisfies Record<string, ApiRequest>
type Name = keyof typeof requests
const idempotent = ["GET /v1/pat", "DELETE /v1/pat/a-b-c-d", "POST /v1/login"] as const
const list = "GET /v1/pat"

const ok = json(200, { message: "ok" })
const timesOf = (api: { readonly received: ReadonlyArray<{ readonly at: number }> }) =>
  api.received.map(({ at }) => at)
const attemptsOf = (name: Name, reply: Reply, count: number) =>
  Array.from({ length: count }, () => [name, reply] as const)

/** Failures after which another attempt may succeed, and those of them at which nothing can have happened. */
const harmless: Record<string, Reply> = {
  "429": json(429, {}),
  ECONNREFUSED: refused,
  ENOTFOUND: broken(systemError("ENOTFOUND", "getaddrinfo")),
  "ETIMEDOUT at connect": broken(systemError("ETIMEDOUT", "connect")),
  "ETIMEDOUT at every address": broken(
    Object.assign(new AggregateError([systemError("ETIMEDOUT", "connect")]), { code: "ETIMEDOUT" }),
  ),
}
const uncertain: Record<string, Reply> = {
  "500": json(500, {}),
  "502": json(502, {}),
  "503": json(503, {}),
  "504": json(504, {}),
  "ECONNRESET while sending": broken(systemError("ECONNRESET", "write")),
  "ECONNRESET after sending": reset,
  EPIPE: broken(systemError("EPIPE", "write")),
  "something unknown": broken(new Error("socket hang up")),
  "a body that breaks": cutOff(200),
  "no answer": silence,
}

describe("GET, DELETE and POST /login", () => {
  for (const name of idempotent) {
    for (const [failure, reply] of Object.entries({ ...harmless, ...uncertain })) {
      it.scoped(`${name} is retried after ${failure}`, () =>
        Effect.gen(function* () {
          const api = yield* fakeApi(...attemptsOf(name, reply, 2), [name, ok])
          expect((yield* inTime(send({ api }, requests[name]))).status).toBe(200)
        }),
      )
    }
  }

  it.scoped("give up after two more attempts", () =>
    Effect.gen(function* () {
      for (const name of idempotent) {
        for (const [failure, reply] of Object.entries({ ...harmless, ...uncertain })) {
          const api = yield* fakeApi(...attemptsOf(name, reply, 3))
          const error = yield* Effect.flip(inTime(send({ api }, requests[name])))
          expect([name, failure, error]).toMatchObject([name, failure, { attempts: 3 }])
        }
      }
    }),
  )

  it.scoped("are sent once with ZPOOL_MAX_RETRIES=0", () =>
    Effect.gen(function* () {
      for (const reply of [refused, reset, json(503, {}), silence]) {
        const api = yield* fakeApi([list, reply])
        const error = yield* Effect.flip(inTime(send({ api, settings: { maxRetries: 0 } }, requests[list])))
        expect(error).toMatchObject({ attempts: 1 })
      }
    }),
  )

  it.scoped("are sent once if the failure is a 401 or another one that won't pass", () =>
    Effect.gen(function* () {
      const certificate = broken(Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }))
      for (const name of idempotent) {
        for (const reply of [json(401, {}), json(403, {}), json(501, {}), certificate]) {
          const api = yield* fakeApi([name, reply])
          yield* Effect.flip(inTime(send({ api }, requests[name])))
          expect(api.received).toHaveLength(1)
        }
      }
    }),
  )
})

describe("POST /pat", () => {
  const name = "POST /v1/pat"
  for (const [failure, reply] of Object.entries(harmless)) {
    it.scoped(`is retried after ${failure}`, () =>
      Effect.gen(function* () {
        const api = yield* fakeApi(...attemptsOf(name, reply, 2), [name, ok])
        expect((yield* inTime(send({ api }, requests[name]))).status).toBe(200)
      }),
    )
  }
  for (const [failure, reply] of Object.entries(uncertain)) {
    it.scoped(`isn't retried after ${failure}`, () =>
      Effect.gen(function* () {
        const api = yield* fakeApi([name, reply])
        yield* Effect.flip(inTime(send({ api }, requests[name])))
        expect(api.received).toHaveLength(1)
      }),
    )
  }
})

describe("Unreachable", () => {
  it.scoped("says whether the request may have been sent", () =>
    Effect.gen(function* () {
      const once = { maxRetries: 0 }
      const expectations: ReadonlyArray<readonly [Reply, string, boolean]> = [
        [refused, "ECONNREFUSED", false],
        [broken(systemError("EHOSTUNREACH", "connect")), "EHOSTUNREACH", false],
        [broken(new AggregateError([systemError("ECONNREFUSED", "connect")])), "ECONNREFUSED", false],
        [reset, "ECONNRESET", true],
        [cutOff(200), "ECONNRESET", true],
        [broken("odd"), "UNKNOWN", true],
        [broken(undefined), "UNKNOWN", true],
      ]
      for (const [reply, code, sent] of expectations) {
        const api = yield* fakeApi([list, reply])
        const error = yield* Effect.flip(send({ api, settings: once }, requests[list]))
        expect(error).toMatchObject({ _tag: "Unreachable", code, sent, origin, attempts: 1 })
      }
    }),
  )
})

describe("the wait between attempts", () => {
  it.scoped("has a limit that doubles from half a second to 20 s", () =>
    Effect.gen(function* () {
      const watch = progress()
      const api = yield* fakeApi(...attemptsOf(list, json(503, {}), 9))
      yield* Effect.flip(
        inTime(patiently(send({ api, settings: { maxRetries: 8 }, progress: watch }, requests[list]))),
      )
      const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]
      expect(watch.backoffs()).toStrictEqual(bounds)
      const announced = watch.waited.flatMap((waiting) =>
        waiting._tag === "Backoff" ? [waiting.attempt] : [],
      )
      expect(announced).toStrictEqual([2, 3, 4, 5, 6, 7, 8, 9])
      const times = timesOf(api)
      expect(times.slice(1).map((at, index) => at - (times[index] as number))).toStrictEqual(bounds)
      expect(watch.state.ended).toBe(1)
    }),
  )

  it.scoped("is random, and never exceeds its limit", () =>
    Effect.gen(function* () {
      const watch = progress()
      const api = yield* fakeApi(...attemptsOf(list, json(503, {}), 21))
      yield* Effect.flip(inTime(send({ api, settings: { maxRetries: 20 }, progress: watch }, requests[list])))
      for (const [index, millis] of watch.backoffs().entries()) {
        expect(millis).toBeLessThanOrEqual(Math.min(20_000, 500 * 2 ** index))
      }
      expect(new Set(watch.backoffs()).size).toBeGreaterThan(10)
    }),
  )

  it.scoped("follows Retry-After, in seconds or as a date, up to a minute", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 26, 2, 5, 0))
      for (const [header, wait] of [
        ["0", 0],
        ["7", 7000],
        ["60", 60_000],
        ["Mon, 26 Jan 2026 02:05:42 GMT", 42_000],
        ["Mon, 26 Jan 2026 02:04:00 GMT", 0],
      ] as const) {
        for (const status of [429, 500, 503]) {
          yield* TestClock.setTime(Date.UTC(2026, 0, 26, 2, 5, 0))
          const api = yield* fakeApi([list, json(status, {}, { "retry-after": header })], [list, ok])
          yield* inTime(patiently(send({ api }, requests[list])))
          const [first = 0, second = 0] = timesOf(api)
          expect([header, status, second - first]).toStrictEqual([header, status, wait])
        }
      }
    }),
  )

  it.scoped("is skipped if Retry-After is longer than a minute: the request fails at once", () =>
    Effect.gen(function* () {
      for (const header of ["61", "86400", "99999999999", "Thu, 01 Jan 1970 00:01:01 GMT"]) {
        const watch = progress()
        const log = logs()
        const api = yield* fakeApi([list, json(429, {}, { "retry-after": header })])
        const error = yield* Effect.flip(send({ api, progress: watch }, requests[list])).pipe(
          Effect.provide(log.layer),
        )
        expect(error).toMatchObject({ _tag: "ServiceUnavailable", status: 429, attempts: 1 })
        expect((error as { readonly retryAfter: number }).retryAfter).toBeGreaterThan(60_000)
        expect(watch.backoffs()).toStrictEqual([])
        expect(log.lines).toStrictEqual([expect.stringContaining("GET /pat 429")])
      }
    }),
  )

  it.scoped("isn't announced if the request isn't retried", () =>
    Effect.gen(function* () {
      for (const [name, reply] of [
        [list, json(404, {})],
        ["POST /v1/pat", json(503, {})],
        ["POST /v1/pat", reset],
      ] as const) {
        const watch = progress()
        const api = yield* fakeApi([name, reply])
        yield* Effect.flip(send({ api, progress: watch }, requests[name]))
        expect(watch.waited).toStrictEqual([{ _tag: "Answer", host: "api.test", attempt: 1 }])
        expect(watch.state.ended).toBe(1)
      }
    }),
  )
})

describe("the answer", () => {
  it.scoped("counts as lost if it can't be read", () =>
    Effect.gen(function* () {
      const name = "DELETE /v1/pat/a-b-c-d"
      const api = yield* fakeApi([name, broken(systemError("HPE_INVALID_CONSTANT"))])
      const flight = new Flight()
      const error = yield* Effect.flip(inTime(send({ api }, { ...requests[name], flight })))
      expect([error._tag, flight.answerLost]).toStrictEqual(["ResponseUnreadable", true])
    }),
  )

  it.scoped("counts as lost if an earlier attempt may have had an effect", () =>
    Effect.gen(function* () {
      const name = "DELETE /v1/pat/a-b-c-d"
      for (const [failures, lost] of [
        [harmless, false],
        [uncertain, true],
      ] as const) {
        for (const [failure, reply] of Object.entries(failures)) {
          const api = yield* fakeApi([name, reply], [name, json(404, {})])
          const flight = new Flight()
          const error = yield* Effect.flip(inTime(send({ api }, { ...requests[name], flight })))
          expect([failure, error._tag, flight.answerLost]).toStrictEqual([failure, "HttpFailure", lost])
        }
      }
      const api = yield* fakeApi([name, reset], [name, refused], [name, json(404, {})])
      const flight = new Flight()
      yield* Effect.flip(inTime(send({ api }, { ...requests[name], flight })))
      expect(flight.answerLost).toBe(true)
    }),
  )
})
