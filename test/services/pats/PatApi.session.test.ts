import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as TestClock from "effect/TestClock"
import * as KeyId from "../../../src/domain/KeyId.ts"
import type { PatApi } from "../../../src/services/pats/PatApi.ts"
import { newToken } from "../../support/fixtures.ts"
import { json, reset } from "../../support/http/answer.ts"
import { type Exchange, fakeApi } from "../../support/http/client.ts"
import { asks, newPat, secret } from "../../support/world/services.ts"
import { withPatApi } from "../../support/world/stack.ts"

const keyId = Either.getOrThrow(KeyId.parse("law-hotel-shape-community"))
const revoke = `DELETE /v1/pat/${keyId}`
const login = ["POST /v1/login", json(200, { detail: { access_token: "fresh", expires_in: 60 } })] as const
const gone = json(401, { message: "The incoming token has expired" })

/** Does this with a JWT from the cache that the API has ceased to accept, and gives the bearers that it saw. */
const withStaleJwt = <A, E>(
  use: (it: Context.Tag.Service<typeof PatApi>) => Effect.Effect<A, E>,
  ...script: ReadonlyArray<Exchange>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const dir = yield* fs.makeTempDirectoryScoped()
    const cached = JSON.stringify({ access_token: "stale", id_token: null, expires_at: 3600 })
    yield* fs.writeFileString(`${dir}/zpool_token_api.test_ada`, cached, { mode: 0o600 })
    const settings = {
      user: Option.some("ada"),
      password: secret("pw"),
      tokenCacheDir: Option.some(dir),
      maxRetries: 2,
    }
    const api = yield* fakeApi(...script)
    const outcome = yield* Effect.either(withPatApi({ api, settings }, use))
    return { outcome, bearers: api.received.map(({ headers }) => headers.authorization ?? "none") }
  }).pipe(Effect.provide(NodeFileSystem.layer))

describe("a cached JWT that the API no longer accepts", () => {
  it.scoped("is replaced, and the list is requested once more", () =>
    Effect.gen(function* () {
      const { bearers, outcome } = yield* withStaleJwt((it) => it.list, ["GET /v1/pat", gone], login, [
        "GET /v1/pat",
        json(200, { detail: { items: [] } }),
      ])
      expect(Either.isRight(outcome)).toBe(true)
      expect(bearers).toStrictEqual(["Bearer stale", "none", "Bearer fresh"])
    }),
  )

  it.scoped("is replaced, and a create is sent again, because the 401 kept it from taking effect", () =>
    Effect.gen(function* () {
      const { outcome } = yield* withStaleJwt(
        (it) => it.create(newPat("CI", ["job"])),
        ["POST /v1/pat", gone],
        login,
        ["POST /v1/pat", json(201, { detail: { key_id: keyId, token: newToken } })],
      )
      expect(outcome).toMatchObject({ _tag: "Right", right: { keyId } })
    }),
  )

  it.scoped("is replaced once: the next failure is reported unchanged", () =>
    Effect.gen(function* () {
      const refused = yield* withStaleJwt((it) => it.hello, ["GET /v1/hello", gone], login, [
        "GET /v1/hello",
        gone,
      ])
      expect(refused.outcome).toMatchObject({
        left: { _tag: "CredentialRefused", credential: { _tag: "JWT" } },
      })
      const wrong = yield* withStaleJwt((it) => it.hello, ["GET /v1/hello", gone], ["POST /v1/login", gone])
      expect(wrong.outcome).toMatchObject({ left: { _tag: "LoginRefused", user: "ada" } })
    }),
  )

  it.scoped("doesn't make a revoke forget that an answer was lost", () =>
    Effect.gen(function* () {
      const { outcome } = yield* withStaleJwt(
        (it) => it.revoke(keyId),
        [revoke, reset],
        [revoke, gone],
        login,
        [revoke, json(404, {})],
        ["GET /v1/pat", json(200, { detail: { items: [{ key_id: keyId, status: "revoked" }] } })],
      )
      expect(outcome).toStrictEqual(Either.right({ text: undefined, unlisted: false }))
    }).pipe(Effect.withRandom(Random.fixed([0]))),
  )
})

describe("a JWT that expires within a run", () => {
  const listed = ["GET /v1/pat", json(200, { detail: { items: [] } })] as const
  const signIn = (token: string) =>
    ["POST /v1/login", json(200, { detail: { access_token: token, expires_in: 60 } })] as const

  it.scoped("is replaced each time, and the password is asked for once", () =>
    Effect.gen(function* () {
      const ask = asks({ password: "typed" })
      const refused = ["GET /v1/pat", gone] as const
      const api = yield* fakeApi(
        signIn("first"),
        listed,
        ...(["second", "third"] as const).flatMap((token) => [refused, signIn(token), listed]),
      )
      yield* withPatApi({ api, ask, settings: { user: Option.some("ada") } }, ({ list }) =>
        Effect.gen(function* () {
          yield* list
          yield* TestClock.adjust("1 minute")
          yield* list
          yield* TestClock.adjust("1 minute")
          yield* list
        }),
      )
      expect(ask.asked).toHaveLength(1)
      expect(api.received.map(({ headers }) => headers.authorization ?? "none")).toStrictEqual([
        ...["none", "Bearer first", "Bearer first", "none", "Bearer second"],
        ...["Bearer second", "none", "Bearer third"],
      ])
    }),
  )

  it.scoped("isn't replaced if the API rejects it before it has expired", () =>
    Effect.gen(function* () {
      const api = yield* fakeApi(signIn("first"), ["GET /v1/pat", gone])
      const settings = { user: Option.some("ada"), password: secret("pw") }
      const error = yield* withPatApi({ api, settings }, ({ list }) => Effect.flip(list))
      expect(error).toMatchObject({ _tag: "CredentialRefused" })
    }),
  )
})
