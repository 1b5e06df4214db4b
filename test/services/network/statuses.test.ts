import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ApiUrl from "../../../src/domain/ApiUrl.ts"
import { HttpFailure, ServiceUnavailable, TimedOut } from "../../../src/domain/Errors.ts"
import { type Asked, meaningOf } from "../../../src/services/network/statuses.ts"

const api = Either.getOrThrow(ApiUrl.parse("https://api.test/v1"))
const credential = { _tag: "JWT" } as const
const list: Asked = { path: "/pat", credential }
const hello: Asked = { path: "/hello", credential }
const create: Asked = { path: "/pat", credential, feature: { what: "create", api } }
const login: Asked = { path: "/login", credential, feature: { what: "login", api } }

const answered = { requestId: "r", serverMessage: "no" }
const failure = (status: number, speaker: HttpFailure["speaker"]) =>
  new HttpFailure({ ...answered, status, speaker, origin: api.origin, location: "/there" })

describe("the meaning of a failing status", () => {
  it.each([
    [list, 403, "api", { _tag: "NotAllowed", needs: "pat" }],
    [list, 403, "other", { _tag: "NotAllowed", needs: undefined }],
    [list, 403, "gateway", { _tag: "RequestRefused", path: "/pat" }],
    [hello, 403, "api", { _tag: "NotAllowed", needs: undefined }],
    [create, 403, "api", { _tag: "NotAllowed", needs: "pat" }],
    [create, 403, "other", { _tag: "NotAllowed", needs: undefined }],
    [create, 403, "gateway", { _tag: "NotOffered", what: "create", host: "api.test" }],
    [login, 403, "api", { _tag: "NotOffered", what: "login" }],
    [login, 403, "other", { _tag: "NotAllowed" }],
    [login, 403, "gateway", { _tag: "NotOffered", what: "login" }],
    ...[404, 405, 501].flatMap(
      (status) =>
        [
          [create, status, "api", { _tag: "NotOffered", what: "create" }],
          [login, status, "other", { _tag: "NotOffered", what: "login" }],
          [list, status, "api", { _tag: "RequestRefused", path: "/pat" }],
        ] as const,
    ),
    ...[list, create, login].map((asked) => [asked, 401, "api", { _tag: "CredentialRefused" }] as const),
    ...[list, create, login].map(
      (asked) => [asked, 307, "other", { _tag: "Redirected", location: "/there" }] as const,
    ),
    [create, 409, "api", { _tag: "RequestRefused", path: "/pat" }],
  ] as const)("is, for %o, %i from %s: %o", (asked, status, speaker, expected) => {
    expect(meaningOf(asked)(failure(status, speaker))).toMatchObject({ ...answered, status, ...expected })
  })

  it("is that the API lacks the feature if it answers 501, and otherwise stays a failure of the service", () => {
    const unavailable = (status: number) =>
      new ServiceUnavailable({ ...answered, status, attempts: 1, retryAfter: undefined })
    expect(meaningOf(create)(unavailable(501))).toMatchObject({ _tag: "NotOffered", status: 501 })
    for (const [asked, status] of [
      [create, 503],
      [list, 501],
    ] as const) {
      const error = unavailable(status)
      expect(meaningOf(asked)(error)).toBe(error)
    }
  })

  it("is not asked of other failures", () => {
    const error = new TimedOut({ origin: api.origin, seconds: 30, attempts: 1, sent: true })
    expect(meaningOf(create)(error)).toBe(error)
  })
})
