import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { CredentialRefused } from "../../../src/domain/Errors.ts"
import { jwt } from "../../support/fixtures.ts"
import { json } from "../../support/http/answer.ts"
import { fakeApi } from "../../support/http/client.ts"
import { ada, granted, login, password } from "../../support/world/login.ts"
import { foundPat, logs } from "../../support/world/services.ts"
import { type Ground, withSession } from "../../support/world/stack.ts"

const old = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.b2xk"

/** A token cache for ada, with this JWT that expires after an hour. */
const cache = (token?: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const dir = yield* fs.makeTempDirectoryScoped()
    const file = `${dir}/zpool_token_api.test_ada`
    if (token !== undefined) {
      yield* fs.writeFileString(
        file,
        JSON.stringify({ access_token: token, id_token: null, expires_at: 3600 }),
      )
      yield* fs.chmod(file, 0o600)
    }
    return {
      settings: { ...ada, tokenCacheDir: Option.some(dir) },
      stored: Effect.map(
        Effect.option(fs.readFileString(file)),
        Option.map((content) => JSON.parse(content) as unknown),
      ),
    }
  }).pipe(Effect.provide(NodeFileSystem.layer))

const credentialOf = (ground: Ground) =>
  Effect.map(
    withSession(ground, ({ credential }) => credential),
    (found) => [found._tag, Redacted.value(found.token)],
  )

describe("a cached JWT", () => {
  it.scoped("makes signing in and the password unnecessary", () =>
    Effect.gen(function* () {
      const { settings } = yield* cache(old)
      const api = yield* fakeApi()
      expect(yield* credentialOf({ api, settings: { ...settings, password: Option.none() } })).toStrictEqual([
        "JWT",
        old,
      ])
    }),
  )

  it.scoped("is renewed once it has expired", () =>
    Effect.gen(function* () {
      const { settings, stored } = yield* cache(old)
      const api = yield* fakeApi(login)
      yield* TestClock.setTime(7_200_500)
      expect(yield* credentialOf({ api, settings })).toStrictEqual(["JWT", jwt])
      expect(yield* stored).toStrictEqual(
        Option.some({ access_token: jwt, id_token: "id", expires_at: 10_800 }),
      )
    }),
  )

  it.scoped("is written only if it has a lifetime", () =>
    Effect.gen(function* () {
      for (const expires_in of [undefined, null, 0, -5, "soon"]) {
        const { settings, stored } = yield* cache()
        const api = yield* fakeApi(["POST /v1/login", granted({ expires_in })])
        expect(yield* credentialOf({ api, settings })).toStrictEqual(["JWT", jwt])
        expect(yield* stored).toStrictEqual(Option.none())
      }
    }),
  )

  const unauthorized = new CredentialRefused({ status: 401, credential: { _tag: "JWT" } })
  /** A request that accepts these tokens, and notes those that it has seen. */
  const accepting = (...good: ReadonlyArray<string>) => {
    const seen: Array<string> = []
    const use = ({ token }: { readonly token: Redacted.Redacted }) => {
      seen.push(Redacted.value(token))
      return good.includes(Redacted.value(token)) ? Effect.succeed("done") : Effect.fail(unauthorized)
    }
    return { seen, use }
  }

  it.scoped("is dropped after a 401, and zpcli signs in once more", () =>
    Effect.gen(function* () {
      const { settings, stored } = yield* cache(old)
      const api = yield* fakeApi(login)
      const { seen, use } = accepting(jwt)
      yield* withSession({ api, settings }, ({ withCredential }) =>
        Effect.gen(function* () {
          expect(yield* withCredential(use)).toBe("done")
          expect(yield* withCredential(use)).toBe("done")
        }),
      )
      expect(seen).toStrictEqual([old, jwt, jwt])
      expect(yield* stored).toMatchObject({ value: { access_token: jwt } })
    }),
  )

  it.scoped("is replaced only once: a second 401 or a rejected sign-in is an error", () =>
    Effect.gen(function* () {
      const first = yield* cache(old)
      const nothing = accepting()
      const error = yield* Effect.flip(
        withSession({ api: yield* fakeApi(login), settings: first.settings }, (it) =>
          it.withCredential(nothing.use),
        ),
      )
      expect([error, nothing.seen]).toStrictEqual([unauthorized, [old, jwt]])
      const second = yield* cache(old)
      const api = yield* fakeApi(["POST /v1/login", json(401, {})])
      const refusal = yield* Effect.flip(
        withSession({ api, settings: second.settings }, (it) => it.withCredential(nothing.use)),
      )
      expect(refusal._tag).toBe("LoginRefused")
      expect(yield* second.stored).toStrictEqual(Option.none())
    }),
  )

  it.scoped("isn't involved in a 401 for a PAT or a fresh JWT", () =>
    Effect.gen(function* () {
      for (const [settings, script] of [
        [{ pat: foundPat("zpat_x") }, []],
        [ada, [login]],
      ] as const) {
        const { seen, use } = accepting()
        const api = yield* fakeApi(...script)
        yield* Effect.flip(withSession({ api, settings }, (it) => it.withCredential(use)))
        expect(seen).toHaveLength(1)
      }
    }),
  )

  it.scoped("never appears in the log", () =>
    Effect.gen(function* () {
      const log = logs()
      const { settings } = yield* cache(old)
      const { use } = accepting(jwt)
      const api = yield* fakeApi(login)
      yield* withSession({ api, settings }, (it) => it.withCredential(use)).pipe(Effect.provide(log.layer))
      expect(log.lines.length).toBeGreaterThan(0)
      for (const hidden of [password, jwt, old]) expect(JSON.stringify(log.raw)).not.toContain(hidden)
    }),
  )
})
