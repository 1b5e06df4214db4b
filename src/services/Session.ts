import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type { Credential } from "../domain/Credential.ts"
import { LoginGrant } from "../domain/Envelope.ts"
import { CredentialMissing, HttpFailure, LoginRefused } from "../domain/Errors.ts"
import { decodeAnswer, toApiError } from "./answers.ts"
import { Prompter } from "./Prompter.ts"
import { Settings } from "./Settings.ts"
import { TokenCache } from "./TokenCache.ts"
import { Transport } from "./Transport.ts"

const loginPath = ["login"]

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const ask = yield* Prompter
  const cache = yield* TokenCache
  const transport = yield* Transport
  const { api, auth } = settings
  const only = auth === "auto" ? undefined : auth

  const login = Effect.fn("Session.login")(function* (user: string) {
    const password = Option.isSome(settings.password)
      ? settings.password.value
      : yield* ask.password(user, api.host)
    const answer = yield* transport
      .send({
        method: "POST",
        path: loginPath,
        body: Redacted.make({ username: user, password: Redacted.value(password) }),
        secrets: [password],
      })
      .pipe(
        Effect.mapError((error) => {
          if (error._tag !== "HttpFailure") return error
          const { requestId, serverMessage, status } = error
          return status === 401 || status === 403
            ? new LoginRefused({ status, requestId, serverMessage, user, host: api.host })
            : toApiError(error, { method: "POST", path: "/login", credential: "JWT" })
        }),
      )
    const { value: grant } = yield* decodeAnswer(api.origin, LoginGrant, "an access token")(answer)
    const { access_token, expires_in, id_token } = grant.detail
    if (expires_in > 0) {
      const now = yield* Clock.currentTimeMillis
      yield* cache.write(user, {
        accessToken: access_token,
        idToken: id_token,
        expiresAt: Math.floor(now / 1000) + Math.floor(expires_in),
      })
    }
    return { _tag: "JWT", token: access_token, user, cached: false } satisfies Credential
  })

  const signIn: Effect.Effect<Credential, Effect.Effect.Error<ReturnType<typeof login>>> = Effect.gen(
    function* () {
      if (auth !== "jwt" && Option.isSome(settings.pat)) {
        return { _tag: "PAT", token: settings.pat.value } satisfies Credential
      }
      if (auth === "pat") return yield* new CredentialMissing({ variable: "ZPOOLPAT", only })
      const user = Option.isSome(settings.user) ? settings.user.value : yield* ask.username(api.host)
      const cached = yield* cache.read(user)
      return Option.isSome(cached)
        ? ({ _tag: "JWT", token: cached.value, user, cached: true } satisfies Credential)
        : yield* login(user)
    },
  )

  const found = yield* Ref.make(Option.none<Credential>())
  const credential = Effect.flatMap(
    Ref.get(found),
    Option.match({
      onSome: Effect.succeed,
      onNone: () => Effect.tap(signIn, (fresh) => Ref.set(found, Option.some(fresh))),
    }),
  )

  /**
   * Runs a request with the credential. A JWT from the cache that is answered
   * with 401 is dropped, and sign-in happens once more.
   */
  const withCredential = <A, E>(use: (credential: Credential) => Effect.Effect<A, E | HttpFailure>) =>
    Effect.flatMap(credential, (first) => {
      if (first._tag === "PAT" || !first.cached) return use(first)
      return Effect.catchIf(use(first), isUnauthorized, () =>
        Effect.gen(function* () {
          yield* cache.drop(first.user)
          const fresh = yield* login(first.user)
          yield* Ref.set(found, Option.some(fresh))
          return yield* use(fresh)
        }),
      )
    })

  return { credential, withCredential }
})

/**
 * Finds the credential to use: `ZPOOLPAT` if set, else username and password,
 * unless `--auth` allows one alone. It is found once in a run.
 */
export class Session extends Context.Tag("zpcli/Session")<Session, Effect.Effect.Success<typeof make>>() {
  static readonly make = make
}

const isUnauthorized = (error: unknown): error is HttpFailure =>
  error instanceof HttpFailure && error.status === 401
