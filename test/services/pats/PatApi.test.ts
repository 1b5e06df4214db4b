import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as KeyId from "../../../src/domain/KeyId.ts"
import { newToken } from "../../support/fixtures.ts"
import { json, refused, reset, text } from "../../support/http/answer.ts"
import { fakeApi, type Reply, silence } from "../../support/http/client.ts"
import { ada } from "../../support/world/login.ts"
import { foundPat, inTime, logs, newPat, origin } from "../../support/world/services.ts"
import { withPatApi } from "../../support/world/stack.ts"

const pat = { pat: foundPat("zpat_TheOneOfThisTest") }
const keyId = Either.getOrThrow(KeyId.parse("law-hotel-shape-community"))
const ci = newPat("CI", ["job"])
const login = ["POST /v1/login", json(200, { detail: { access_token: "jwt", expires_in: 60 } })] as const
const revoke = `DELETE /v1/pat/${keyId}`

describe("list", () => {
  it.scoped("returns the PATs, and the envelope as received", () =>
    Effect.gen(function* () {
      const envelope = {
        message: "ok",
        detail: { items: [{ key_id: "a-b-c-d", new: 1 }, null, "x"], next: 1 },
        more: [],
      }
      const api = yield* fakeApi(["GET /v1/pat", json(200, envelope)])
      const list = yield* withPatApi({ api, settings: pat }, (it) => it.list)
      expect(JSON.parse(list.text)).toStrictEqual(envelope)
      expect(list.pats.map(({ key_id }) => key_id)).toStrictEqual(["a-b-c-d", undefined, undefined])
      expect(api.received[0]?.headers.authorization).toBe("Bearer zpat_TheOneOfThisTest")
    }),
  )

  it.scoped("has the time of the server's clock, or else of ours", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2027, 0, 1))
      const date = Date.UTC(2026, 0, 26)
      for (const [headers, now] of [
        [{ date: new Date(date).toUTCString() }, date],
        [{}, Date.UTC(2027, 0, 1)],
      ] as const) {
        const api = yield* fakeApi(["GET /v1/pat", json(200, { detail: { items: [] } }, headers)])
        expect(yield* withPatApi({ api, settings: pat }, (it) => it.list)).toMatchObject({ now })
      }
    }),
  )

  it.scoped("fails if the answer isn't a list", () =>
    Effect.gen(function* () {
      for (const [reply, reason] of [
        [text(200, ""), "empty"],
        [text(204, ""), "empty"],
        [text(200, " <html>"), "html"],
        [text(200, "[1"), "not-json"],
        [json(200, []), "shape"],
        [json(200, { detail: { items: {} } }), "shape"],
      ] as const) {
        const api = yield* fakeApi(["GET /v1/pat", reply])
        const error = yield* Effect.flip(withPatApi({ api, settings: pat }, (it) => it.list))
        expect(error).toMatchObject({ _tag: "ResponseUnreadable", reason, origin })
      }
    }),
  )
})

describe("hello", () => {
  it.scoped("returns the greeting and the credential", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/hello", json(200, { message: "Hello ada" })])
      const hello = yield* withPatApi({ api, settings: pat }, (it) => it.hello)
      expect(hello).toMatchObject({
        message: "Hello ada",
        credential: { _tag: "PAT" },
      })
    }),
  )

  it.scoped("masks anything like a token in the greeting, and its own token even if that is short", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/hello", json(200, { message: `Hello ada, ${newToken}, a.b` })])
      const hello = yield* withPatApi({ api, settings: { pat: foundPat("a.b") } }, (it) => it.hello)
      expect(hello.message).toBe("Hello ada, [hidden], [hidden]")
    }),
  )
})

describe("check", () => {
  const fresh = Redacted.make(newToken)
  const check = (api: Effect.Effect.Success<ReturnType<typeof fakeApi>>) =>
    inTime(withPatApi({ api, settings: pat }, (it) => it.check(fresh)))

  it.scoped("is sent with the new token, not with the credential", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/hello", json(200, { message: "Hello" })])
      yield* check(api)
      expect(api.received.map(({ headers }) => headers.authorization)).toStrictEqual([`Bearer ${newToken}`])
    }),
  )

  it.scoped("allows ten seconds until a new token is accepted", () =>
    Effect.gen(function* () {
      const refusal = ["GET /v1/hello", json(401, { message: `no ${newToken}` })] as const
      const known = yield* fakeApi(refusal, refusal, ["GET /v1/hello", json(200, { message: "Hello" })])
      yield* check(known)
      const unknown = yield* fakeApi(...Array.from({ length: 21 }, () => refusal))
      expect(yield* Effect.flip(check(unknown))).toMatchObject({
        _tag: "CredentialRefused",
        credential: { _tag: "NewPat" },
        serverMessage: "no [hidden]",
      })
      const [first, last] = [unknown.received[0], unknown.received.at(-1)]
      expect((last?.at ?? 0) - (first?.at ?? 0)).toBe(10_000)
    }),
  )

  it.scoped("succeeds only with the API's own greeting", () =>
    Effect.gen(function* () {
      for (const reply of [
        text(200, ""),
        text(204, ""),
        json(202, { message: "Accepted" }),
        json(200, null),
        json(200, {}),
        json(200, { message: "Internal server error" }),
        json(200, { errorMessage: "Task timed out after 3.00 seconds" }),
        json(200, { message: "Hello", errorType: "Error" }),
        text(200, "<html>"),
      ]) {
        const api = yield* fakeApi(["GET /v1/hello", reply])
        expect((yield* Effect.flip(check(api)))._tag).toBe("ResponseUnreadable")
      }
    }),
  )
})

describe("revoke", () => {
  const done = { text: undefined, unlisted: false }
  const listed = (...items: ReadonlyArray<object>) => json(200, { message: "ok", detail: { items } })
  const as = (status: string, key_id: string = keyId) => ({ key_id, status })
  /** Revokes, with these answers to DELETE and then this list; without one, none is asked for. */
  const of = (replies: ReadonlyArray<Reply>, list?: Reply, own?: boolean) =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ...replies.map((reply) => [revoke, reply] as const),
        ...(list === undefined ? [] : [["GET /v1/pat", list] as const]),
      )
      const settings = { ...pat, maxRetries: replies.length - 1 }
      return yield* inTime(withPatApi({ api, settings }, (it) => it.revoke(keyId, own)))
    })

  it.scoped("returns the server's JSON as received, if it sent any", () =>
    Effect.gen(function* () {
      const body = '{"message":"PAT revoked","detail":{"x":12345678901234567890}}'
      expect(yield* of([text(200, body)])).toStrictEqual({ text: body, unlisted: false })
      for (const reply of [text(200, ""), text(200, " \n"), text(204, "")])
        expect(yield* of([reply])).toStrictEqual(done)
    }),
  )

  it.scoped("looks the PAT up after a success that isn't the API's own", () =>
    Effect.gen(function* () {
      for (const reply of [
        text(200, "<html>Sign in to this network</html>"),
        json(200, { errorMessage: "Task timed out after 3.00 seconds" }),
        json(200, null),
        json(200, false),
        json(200, []),
        json(200, {}),
        text(202, ""),
        json(202, { message: "Accepted" }),
        json(207, { message: "Multi-Status" }),
      ]) {
        expect(yield* of([reply], listed(as("revoked")))).toStrictEqual(done)
        for (const [list, how] of [
          [listed(as("active")), "active"],
          [listed(as("strange")), "active"],
          [listed(as("revoked", "another-a-b-c")), "unlisted"],
          [listed(), "unlisted"],
          [json(400, {}), "unknown"],
          [text(200, "<html>"), "unknown"],
        ] as const) {
          expect(yield* Effect.flip(of([reply], list))).toMatchObject({
            _tag: "RevokeUnconfirmed",
            keyId,
            listed: how,
          })
        }
      }
    }),
  )

  it.scoped("trusts a 404 if the list agrees, whatever its body", () =>
    Effect.gen(function* () {
      const words = json(404, { message: "No such PAT" }, { "x-amzn-requestid": "r-1" })
      for (const list of [
        listed(as("revoked")),
        listed(as("expired")),
        listed(),
        listed(as("revoked", "x")),
      ]) {
        expect(yield* Effect.flip(of([words], list))).toMatchObject({
          _tag: "PatNotFound",
          keyId,
          status: 404,
          serverMessage: "No such PAT",
          requestId: "r-1",
        })
        expect((yield* Effect.flip(of([text(404, "<html>")], list)))._tag).toBe("PatNotFound")
      }
      for (const [list, how] of [
        [listed(as("active")), "active"],
        [json(404, {}), "unknown"],
      ] as const) {
        expect(yield* Effect.flip(of([text(404, "<html>")], list))).toMatchObject({
          _tag: "RevokeUnconfirmed",
          listed: how,
        })
      }
    }),
  )

  it.scoped("succeeds after a lost answer if the list agrees", () =>
    Effect.gen(function* () {
      for (const lost of [silence, reset, json(500, {}), json(504, {})]) {
        for (const between of [[], [refused]]) {
          const replies = [lost, ...between, text(404, "<html>")]
          expect(yield* of(replies, listed(as("revoked")))).toStrictEqual(done)
          // An API may list active PATs alone; one that lists others would have listed this one.
          const unlisted = listed(as("active", "another-a-b-c"))
          expect(yield* of(replies, unlisted)).toStrictEqual({ ...done, unlisted: true })
          const others = listed(as("revoked", "another-a-b-c"))
          expect((yield* Effect.flip(of(replies, others)))._tag).toBe("PatNotFound")
          expect((yield* Effect.flip(of(replies, listed(as("active")))))._tag).toBe("RevokeUnconfirmed")
          expect((yield* Effect.flip(of(replies, json(403, {}))))._tag).toBe("RevokeUnconfirmed")
        }
      }
      // Nothing can have been revoked by a request that never left, or was turned away.
      const never = [refused, json(429, {}), json(404, {})]
      expect((yield* Effect.flip(of(never, listed())))._tag).toBe("PatNotFound")
    }),
  )

  it.scoped("succeeds if a 401 follows a lost answer, but only for the PAT that signs in", () =>
    Effect.gen(function* () {
      const gone = json(401, {})
      expect(yield* of([reset, gone], undefined, true)).toStrictEqual(done)
      expect(yield* of([json(200, null)], gone, true)).toStrictEqual(done)
      for (const lost of [reset, json(503, {}), silence, refused]) {
        expect((yield* Effect.flip(of([lost, gone])))._tag).toBe("CredentialRefused")
      }
      expect((yield* Effect.flip(of([gone], undefined, true)))._tag).toBe("CredentialRefused")
      expect((yield* Effect.flip(of([refused, gone], undefined, true)))._tag).toBe("CredentialRefused")
      expect((yield* Effect.flip(of([json(200, null)], gone)))._tag).toBe("RevokeUnconfirmed")
    }),
  )
})

describe("the PAT that signs in", () => {
  const now = Date.UTC(2026, 0, 26, 12)
  const used = (key_id: string, secondsAgo: number, status = "active") => ({
    key_id,
    status,
    last_used_at: new Date(now - secondsAgo * 1000).toISOString(),
  })
  const own = (...items: ReadonlyArray<object>) =>
    Effect.gen(function* () {
      const date = new Date(now).toUTCString()
      const api = yield* fakeApi(["GET /v1/pat", json(200, { detail: { items } }, { date })])
      return yield* withPatApi({ api, settings: pat }, (it) => it.ownKeyId)
    })

  it.scoped("is the one that was used last, if that was just now", () =>
    Effect.gen(function* () {
      expect(yield* own(used("a", 3), used("b", 0), used("c", 900))).toBe("b")
      expect(yield* own(used("a", 0, "revoked"), used("b", 2))).toBe("b")
      expect(yield* own(used("a", 0), used("b", 0))).toBe(undefined)
      expect(yield* own(used("a", 60))).toBe(undefined)
      expect(yield* own({ key_id: "a", status: "active" })).toBe(undefined)
    }),
  )

  it.scoped("is looked up once, and unknown if that fails", () =>
    Effect.gen(function* () {
      for (const reply of [json(503, {}), refused, json(401, {}), text(200, "<html>")]) {
        const api = yield* fakeApi(["GET /v1/pat", reply])
        expect(yield* withPatApi({ api, settings: pat }, (it) => it.ownKeyId)).toBe(undefined)
      }
    }),
  )

  it.scoped("doesn't exist if a username and password sign in", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(login)
      expect(yield* withPatApi({ api, settings: ada }, (it) => it.ownKeyId)).toBe(undefined)
    }),
  )
})

describe("401 and 403", () => {
  it.scoped("are reported together with the kind of credential", () =>
    Effect.gen(function* () {
      for (const [settings, credential, first] of [
        [pat, { _tag: "PAT", source: "ZPOOLPAT" }, []],
        [ada, { _tag: "JWT" }, [login]],
      ] as const) {
        for (const [status, tag] of [
          [401, "CredentialRefused"],
          [403, "NotAllowed"],
        ] as const) {
          const answer = json(status, { Message: "No." })
          const api = yield* fakeApi(
            ...first,
            ["GET /v1/pat", answer],
            ["GET /v1/hello", answer],
            [revoke, answer],
            ["POST /v1/pat", answer],
          )
          yield* withPatApi({ api, settings }, (it) =>
            Effect.gen(function* () {
              const errors = [
                yield* Effect.flip(it.list),
                yield* Effect.flip(it.hello),
                yield* Effect.flip(it.revoke(keyId)),
                yield* Effect.flip(it.create(ci)),
              ]
              for (const error of errors)
                expect(error).toMatchObject({ _tag: tag, credential, status, serverMessage: "No." })
            }),
          )
        }
      }
    }),
  )
})

describe("the log", () => {
  it.scoped("has no secret of any request or answer", () =>
    Effect.gen(function* () {
      const log = logs()
      const api = yield* fakeApi(
        ["GET /v1/pat", json(200, { detail: { items: [{ label: "zpat_Echoed0000" }] } })],
        ["POST /v1/pat", json(201, { detail: { key_id: keyId, token: newToken } })],
        [revoke, json(200, { message: "zpat_TheOneOfThisTest" })],
      )
      yield* withPatApi({ api, settings: pat }, (it) =>
        Effect.all([it.list, it.create(ci), it.revoke(keyId)]),
      ).pipe(Effect.provide(log.layer))
      expect(log.lines).toHaveLength(3)
      expect(JSON.stringify(log.raw)).not.toContain("zpat_")
    }),
  )
})
