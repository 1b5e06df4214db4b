import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { jwt } from "../../support/fixtures.ts"
import { json, refused, reset, text } from "../../support/http/answer.ts"
import { fakeApi, silence } from "../../support/http/client.ts"
import { ada, granted, login, password } from "../../support/world/login.ts"
import { asks, foundPat, inTime, origin } from "../../support/world/services.ts"
import { type Ground, withSession } from "../../support/world/stack.ts"

const credentialOf = (ground: Ground) =>
  Effect.map(
    withSession(ground, ({ credential }) => credential),
    (found) => [found._tag, Redacted.value(found.token)],
  )

describe("the credential", () => {
  it.scoped("is the PAT if one is set, without a request or a question", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi()
      for (const auth of ["auto", "pat"] as const) {
        const settings = { ...ada, auth, pat: foundPat("zpat_x") }
        expect(yield* credentialOf({ api, settings })).toStrictEqual(["PAT", "zpat_x"])
      }
    }),
  )

  it.scoped("is a JWT if no PAT is set, or with --auth jwt", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(login, login)
      expect(yield* credentialOf({ api, settings: ada })).toStrictEqual(["JWT", jwt])
      const settings = { ...ada, auth: "jwt" as const, pat: foundPat("zpat_x") }
      expect(yield* credentialOf({ api, settings })).toStrictEqual(["JWT", jwt])
      expect(api.received.map(({ body }) => JSON.parse(body ?? ""))).toStrictEqual(
        Array(2).fill({ username: "ada", password }),
      )
      expect(Object.keys(api.received[0]?.headers ?? {})).not.toContain("authorization")
    }),
  )

  it.scoped("is missing with --auth pat and no PAT, whatever else is set", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi()
      const error = yield* Effect.flip(credentialOf({ api, settings: { ...ada, auth: "pat" } }))
      expect(error).toMatchObject({ _tag: "CredentialMissing", variable: "ZPOOLPAT", only: "pat" })
    }),
  )

  it.scoped("is asked for only where it isn't set", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(login, login, login)
      const both = asks({ username: "ada", password })
      expect(yield* credentialOf({ api, ask: both })).toStrictEqual(["JWT", jwt])
      expect(both.asked).toStrictEqual(["username at api.test", "password of ada at api.test"])
      const user = asks({ username: "ada" })
      yield* credentialOf({ api, ask: user, settings: { password: ada.password } })
      expect(user.asked).toStrictEqual(["username at api.test"])
      const word = asks({ password })
      yield* credentialOf({ api, ask: word, settings: { user: ada.user } })
      expect(word.asked).toStrictEqual(["password of ada at api.test"])
      expect(api.received.map(({ body }) => body)).toStrictEqual(
        Array(3).fill(JSON.stringify({ username: "ada", password })),
      )
    }),
  )

  it.scoped("is looked up once in a run", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(login)
      yield* withSession({ api, settings: ada }, ({ credential, withCredential }) =>
        Effect.gen(function* () {
          const first = yield* credential
          expect(yield* withCredential(Effect.succeed)).toBe(first)
          expect(yield* credential).toBe(first)
        }),
      )
    }),
  )
})

describe("signing in", () => {
  it.scoped("isn't retried after a 401", () =>
    Effect.gen(function* () {
      const answer = json(401, { message: `Incorrect: ${password}` }, { "x-amzn-requestid": "r-1" })
      const api = yield* fakeApi(["POST /v1/login", answer])
      const error = yield* Effect.flip(inTime(credentialOf({ api, settings: ada })))
      expect(error).toMatchObject({
        _tag: "LoginRefused",
        status: 401,
        user: "ada",
        host: "api.test",
        requestId: "r-1",
        serverMessage: "Incorrect: [hidden]",
      })
    }),
  )

  it.scoped("is retried if the API can't be reached", () =>
    Effect.gen(function* () {
      for (const reply of [refused, reset, silence, json(429, {}), json(503, {})]) {
        const api = yield* fakeApi(["POST /v1/login", reply], ["POST /v1/login", reply], login)
        expect(yield* inTime(credentialOf({ api, settings: ada }))).toStrictEqual(["JWT", jwt])
      }
    }),
  )

  it.scoped("fails if the answer has no token, without showing the answer", () =>
    Effect.gen(function* () {
      for (const [reply, reason] of [
        [json(200, { detail: { token: "s3cret" } }), "shape"],
        [granted({ access_token: "s3cret\nX: y" }), "shape"],
        [text(200, ""), "empty"],
        [text(200, "<html>s3cret"), "html"],
        [text(200, "s3cret"), "not-json"],
      ] as const) {
        const api = yield* fakeApi(["POST /v1/login", reply])
        const error = yield* Effect.flip(credentialOf({ api, settings: ada }))
        expect(error).toMatchObject({ _tag: "ResponseUnreadable", status: 200, reason, origin })
        expect(JSON.stringify(error)).not.toContain("s3cret")
      }
    }),
  )

  it.scoped("is reported as unsupported if the API lacks the request, whatever its message", () =>
    Effect.gen(function* () {
      for (const reply of [
        json(404, { message: "Not Found" }),
        text(404, "<html>"),
        json(405, {}),
        json(403, { message: "Missing Authentication Token" }),
        json(403, { Message: "User is not authorized to access this resource" }),
        json(501, {}),
      ]) {
        const api = yield* fakeApi(["POST /v1/login", reply])
        expect(yield* Effect.flip(inTime(credentialOf({ api, settings: ada })))).toMatchObject({
          _tag: "NotOffered",
          what: "login",
          host: "api.test",
          page: "https://test/dashboard/tokens",
        })
      }
      const page = yield* fakeApi(["POST /v1/login", text(403, "<html>Blocked</html>")])
      const error = yield* Effect.flip(credentialOf({ api: page, settings: ada }))
      expect(error).toMatchObject({ _tag: "NotAllowed", needs: undefined })
    }),
  )

  it.scoped("reports other failures as any request does", () =>
    Effect.gen(function* () {
      for (const [status, tag] of [
        [400, "RequestRefused"],
        [302, "Redirected"],
      ] as const) {
        const api = yield* fakeApi(["POST /v1/login", json(status, {})])
        expect((yield* Effect.flip(credentialOf({ api, settings: ada })))._tag).toBe(tag)
      }
    }),
  )
})
