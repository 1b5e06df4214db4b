import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import {
  HttpFailure,
  type Lasting,
  ServiceUnavailable,
  TimedOut,
  Unreachable,
} from "../../src/domain/Errors.ts"
import * as Retry from "../../src/domain/Retry.ts"

const origin = "https://api.test"
const unreachable = (code: string, sent: boolean, lasting?: Lasting) =>
  new Unreachable({ origin, code, sent, attempts: 1, lasting })
const timedOut = new TimedOut({ origin, seconds: 30, sent: true, attempts: 1 })
const neverConnected = new TimedOut({ origin, seconds: 30, sent: false, attempts: 1 })
const status = (code: number, retryAfter?: number) =>
  new ServiceUnavailable({ status: code, attempts: 1, retryAfter })

const repeats = [
  ["GET", "/pat"],
  ["GET", "/hello"],
  ["DELETE", "/pat/law-hotel-shape-community"],
  ["POST", "/login"],
] as const
const once = [
  ["POST", "/pat"],
  ["POST", "/pat/"],
  ["POST", "/login/x"],
  ["POST", "/anything"],
] as const

describe("repeatable", () => {
  it.each(repeats)("allows %s %s to be retried after any temporary failure", (method, path) => {
    for (const failure of [
      unreachable("ECONNREFUSED", false),
      unreachable("ECONNRESET", true),
      timedOut,
      neverConnected,
      ...[429, 500, 502, 503, 504].map((code) => status(code)),
      status(503, 60_000),
    ]) {
      expect([failure, Retry.repeatable(method, path, failure)]).toStrictEqual([failure, true])
    }
  })

  it.each(once)("allows %s %s to be retried only if it certainly had no effect", (method, path) => {
    expect(Retry.repeatable(method, path, unreachable("ECONNREFUSED", false))).toBe(true)
    expect(Retry.repeatable(method, path, neverConnected)).toBe(true)
    expect(Retry.repeatable(method, path, status(429))).toBe(true)
    for (const failure of [
      unreachable("ECONNRESET", true),
      timedOut,
      ...[500, 502, 503, 504].map((code) => status(code)),
    ]) {
      expect([failure, Retry.repeatable(method, path, failure)]).toStrictEqual([failure, false])
    }
  })

  it.each([...repeats, ...once])(
    "doesn't allow %s %s to be retried if waiting won't help",
    (method, path) => {
      for (const failure of [
        unreachable("INVALID_PURPOSE", false, "certificate"),
        unreachable("EPROTO", false, "client-certificate"),
        unreachable("EPROXY 407", false, "proxy-refused"),
        status(429, 60_001),
        status(501),
        status(505),
      ]) {
        expect([failure, Retry.repeatable(method, path, failure)]).toStrictEqual([failure, false])
      }
    },
  )

  it.prop(
    "never allows a retry of a create that may have had an effect",
    [
      FastCheck.oneof(
        FastCheck.constantFrom(timedOut, neverConnected),
        FastCheck.tuple(FastCheck.string(), FastCheck.boolean()).map(([code, sent]) =>
          unreachable(code, sent),
        ),
        FastCheck.tuple(
          FastCheck.integer({ min: 400, max: 599 }),
          FastCheck.option(FastCheck.nat(), { nil: undefined }),
        ).map(([code, after]) => status(code, after)),
      ),
    ],
    ([failure]) => {
      if (Retry.mayHaveHappened(failure)) expect(Retry.repeatable("POST", "/pat", failure)).toBe(false)
      else expect(failure._tag === "ServiceUnavailable" ? failure.status !== 429 : failure.sent).toBe(false)
    },
  )
})

describe("isTransient", () => {
  it("is true only for temporary failures", () => {
    expect([timedOut, status(503), unreachable("X", true)].every(Retry.isTransient)).toBe(true)
    const failure = new HttpFailure({
      status: 401,
      origin,
      location: undefined,
      speaker: "api",
    })
    expect(Retry.isTransient(failure)).toBe(false)
  })
})

describe("delayAfter", () => {
  const random = FastCheck.double({ min: 0, max: 1, noNaN: true })

  it.prop(
    "is between 0 and a limit that doubles up to 20 s",
    [FastCheck.integer({ min: 1, max: 60 }), random],
    ([attempt, chance]) => {
      let bound = 500
      for (let i = 1; i < attempt; i++) bound = Math.min(20_000, bound * 2)
      expect(Retry.delayAfter(attempt, undefined, chance)).toBe(Math.round(bound * chance))
    },
  )

  it.prop(
    "is exactly what Retry-After says",
    [FastCheck.integer({ min: 1, max: 60 }), FastCheck.nat(60_000), random],
    ([attempt, asked, chance]) => {
      expect(Retry.delayAfter(attempt, asked, chance)).toBe(asked)
    },
  )

  it("grows as documented", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => Retry.delayAfter(attempt, undefined, 1))).toStrictEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000,
    ])
  })
})

describe("parseRetryAfter", () => {
  const now = Date.UTC(2026, 0, 26, 2, 5, 37)

  it.prop("reads seconds", [FastCheck.nat(), FastCheck.constantFrom("", " ")], ([seconds, space]) => {
    expect(Retry.parseRetryAfter(`${space}${seconds}${space}`, now)).toBe(seconds * 1000)
  })

  it.prop(
    "reads a date, and treats a past one as now",
    [FastCheck.integer({ min: -100_000, max: 100_000 })],
    ([seconds]) => {
      const header = new Date(now + seconds * 1000).toUTCString()
      expect(Retry.parseRetryAfter(header, now)).toBe(Math.max(0, seconds * 1000))
    },
  )

  it("treats an enormous number as a long time, not as none", () => {
    expect(Retry.parseRetryAfter("99999999999", now)).toBeGreaterThan(Retry.maxRetryAfter)
    expect(Retry.parseRetryAfter("9".repeat(400), now)).toBeGreaterThan(Retry.maxRetryAfter)
    expect(Retry.parseRetryAfter("9".repeat(400), now)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
  })

  it.each([
    undefined,
    "",
    "soon",
    "-5",
    "1.5",
    "1e3",
    "0x10",
    "2026-01-26T02:05:37Z",
    "GMT",
    "Foo, 99 Bar 2026 GMT",
  ])("ignores %j", (header) => {
    expect(Retry.parseRetryAfter(header, now)).toBe(undefined)
  })
})
