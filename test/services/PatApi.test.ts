import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as KeyId from "../../src/domain/KeyId.ts"
import { inTime, logs, newPat, origin, secret } from "../support/services.ts"
import { fakeApi, json, type Reply, refused, reset, silence, text } from "../support/servicesHttp.ts"
import { withPatApi } from "../support/servicesStack.ts"

const pat = { pat: secret("zpat_TheOneOfThisTest") }
const account = { user: Option.some("ada"), password: secret("pw") }
const keyId = Either.getOrThrow(KeyId.parse("law-hotel-shape-community"))
const ci = newPat("CI", ["job"])
const login = ["POST /v1/login", json(200, { detail: { access_token: "jwt", expires_in: 60 } })] as const
const revoke = `DELETE /v1/pat/${keyId}`

describe("list", () => {
  it.scoped("gives the rows, and the envelope as it came", () =>
    Effect.gen(function* () {
      const envelope = {
        message: "ok",
        detail: { items: [{ key_id: "a-b-c-d", new: 1 }, null, "x"], next: 1 },
        more: [],
      }
      const api = yield* fakeApi(["GET /v1/pat", json(200, envelope)])
      const list = yield* withPatApi({ api, settings: pat }, (it) => it.list)
      expect(list.envelope).toStrictEqual(envelope)
      expect(list.pats.map(({ key_id }) => key_id)).toStrictEqual(["a-b-c-d", undefined, undefined])
      expect(api.received[0]?.headers.authorization).toBe("Bearer zpat_TheOneOfThisTest")
    }),
  )

  it.scoped("can't be read of anything else", () =>
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
  it.scoped("gives the greeting and the credential", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(["GET /v1/hello", json(200, { message: "Hello ada" })])
      const hello = yield* withPatApi({ api, settings: pat }, (it) => it.hello)
      expect(hello).toMatchObject({
        message: "Hello ada",
        envelope: { message: "Hello ada" },
        credential: { _tag: "PAT" },
      })
    }),
  )
})

describe("check", () => {
  it.scoped("asks with the new token, not with the credential", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(
        ["GET /v1/hello", json(200, {})],
        ["GET /v1/hello", json(401, { message: "no zpat_NewNewNewNew" })],
      )
      yield* withPatApi({ api, settings: pat }, (it) =>
        Effect.gen(function* () {
          yield* it.check(Redacted.make("zpat_NewNewNewNew"))
          const error = yield* Effect.flip(it.check(Redacted.make("zpat_NewNewNewNew")))
          expect(error).toMatchObject({
            _tag: "CredentialRefused",
            credential: "PAT",
            serverMessage: "no [hidden]",
          })
        }),
      )
      expect(api.received.map(({ headers }) => headers.authorization)).toStrictEqual(
        Array(2).fill("Bearer zpat_NewNewNewNew"),
      )
    }),
  )
})

describe("revoke", () => {
  const of = (settings: typeof pat | typeof account, ...replies: ReadonlyArray<Reply>) =>
    Effect.gen(function* () {
      const api = yield* fakeApi(...replies.map((reply) => [revoke, reply] as const))
      return yield* inTime(withPatApi({ api, settings }, (it) => it.revoke(keyId)))
    })

  it.scoped("gives the server's envelope, or nothing where it sent none", () =>
    Effect.gen(function* () {
      expect(yield* of(pat, json(200, { message: "PAT revoked", detail: { x: 1 } }))).toStrictEqual({
        message: "PAT revoked",
        detail: { x: 1 },
      })
      for (const reply of [text(200, ""), text(200, " \n"), text(204, "")])
        expect(yield* of(pat, reply)).toBe(undefined)
    }),
  )

  it.scoped("does not take a web page for the API's yes", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(of(pat, text(200, "<html>Sign in to this network</html>")))).toMatchObject({
        _tag: "ResponseUnreadable",
        reason: "html",
      })
    }),
  )

  it.scoped("of an unknown ID is PatNotFound", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        of(pat, json(404, { message: "No such PAT" }, { "x-amzn-requestid": "r-1" })),
      )
      expect(error).toMatchObject({
        _tag: "PatNotFound",
        keyId,
        status: 404,
        serverMessage: "No such PAT",
        requestId: "r-1",
      })
      // Nothing can have been revoked by a request that never left, or was turned away.
      expect((yield* Effect.flip(of(pat, refused, json(429, {}), json(404, {}))))._tag).toBe("PatNotFound")
    }),
  )

  it.scoped("answered 404 after a lost answer has been done", () =>
    Effect.gen(function* () {
      for (const lost of [silence, reset, json(500, {}), json(504, {})]) {
        expect(yield* of(pat, lost, json(404, {}))).toBe(undefined)
        expect(yield* of(pat, lost, refused, json(404, {}))).toBe(undefined)
      }
    }),
  )
})

describe("401 and 403", () => {
  it.scoped("are told of the kind of credential that met them", () =>
    Effect.gen(function* () {
      for (const [settings, credential, first] of [
        [pat, "PAT", []],
        [account, "JWT", [login]],
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
  it.scoped("of all that holds no secret", () =>
    Effect.gen(function* () {
      const log = logs()
      const api = yield* fakeApi(
        ["GET /v1/pat", json(200, { detail: { items: [{ label: "zpat_Echoed0000" }] } })],
        ["POST /v1/pat", json(201, { detail: { key_id: keyId, token: "zpat_NewNewNew" } })],
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
