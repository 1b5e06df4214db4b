import type { FileSystem } from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Credential, type JwtCredential, placeOf, type SecretSource } from "../../domain/Credential.ts"
import { LoginGrant } from "../../domain/Envelope.ts"
import { CredentialMissing, LoginRefused, type SignInError } from "../../domain/Errors.ts"
import type { CommandRunner } from "../CommandRunner.ts"
import { decodeAnswer } from "../network/answer.ts"
import { meaningOf } from "../network/statuses.ts"
import { Transport } from "../network/Transport.ts"
import { Prompter } from "../Prompter.ts"
import { Account, readSecret } from "../settings/Account.ts"
import { Connection } from "../settings/Connection.ts"
import type { Secrets } from "../settings/Secrets.ts"
import { TokenCache } from "./TokenCache.ts"

/**
 * The credential of one run: `ZPOOLPAT` if set, else username and password,
 * unless `--auth` allows one alone. It is found once.
 */
export class Session extends Context.Tag("zpcli/Session")<
  Session,
  {
    readonly credential: Effect.Effect<Credential, SignInError>
    /**
     * Makes a request with the credential. A JWT that comes from the cache, or
     * has expired since, and fails it with `CredentialRefused` is dropped, and
     * sign-in happens once more.
     */
    readonly withCredential: <A, E extends { readonly _tag: string }>(
      use: (credential: Credential) => Effect.Effect<A, E>,
    ) => Effect.Effect<A, E | SignInError>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { api } = yield* Connection
    const account = yield* Account
    const prompter = yield* Prompter
    const cache = yield* TokenCache
    const transport = yield* Transport
    const reading = yield* Effect.context<FileSystem | CommandRunner | Secrets>()
    /** Reads a secret once in a run, even if that fails. */
    const readOnce = (secret: SecretSource) =>
      secret.via === undefined
        ? Effect.succeed(Effect.succeed(secret.value))
        : Effect.cached(Effect.provide(readSecret(secret), reading))
    const setPat = Option.getOrUndefined(account.pat)
    const readPat = setPat && (yield* readOnce(setPat))
    const setPassword = Option.getOrUndefined(account.password)
    const readPassword = setPassword && (yield* readOnce(setPassword))
    const decodeGrant = decodeAnswer(api.origin, LoginGrant, "an access token")

    /** The credential, once it is found. */
    let found: Credential | undefined
    /** A password that was typed, and the end of the last sign-in in milliseconds since the epoch. */
    let typed: Redacted.Redacted | undefined
    let endsAt = Number.POSITIVE_INFINITY

    const login = Effect.fn("Session.login")(function* (user: string) {
      const password = readPassword
        ? yield* readPassword
        : (typed ?? (yield* prompter.password(user, api.host)))
      const answer = yield* transport
        .send({
          method: "POST",
          path: "/login",
          body: Redacted.make({ username: user, password: Redacted.value(password) }),
          secrets: [password],
        })
        .pipe(
          Effect.mapError((error) => {
            const meaning = meaningOf({
              path: "/login",
              credential: { _tag: "JWT" },
              feature: { what: "login", api },
            })(error)
            if (meaning._tag !== "CredentialRefused") return meaning
            const { requestId, serverMessage, status } = meaning
            return new LoginRefused({
              requestId,
              serverMessage,
              status,
              user,
              host: api.host,
              typed: { user: Option.isNone(account.user), password: setPassword === undefined },
              password: setPassword?.source,
            })
          }),
        )
      const { access_token, expires_in, id_token } = (yield* decodeGrant(answer)).value.detail
      typed = password
      if (expires_in > 0) {
        const now = yield* Clock.currentTimeMillis
        endsAt = now + expires_in * 1000
        yield* cache.write(user, {
          accessToken: access_token,
          idToken: id_token,
          expiresAt: Math.floor(now / 1000) + Math.floor(expires_in),
        })
      }
      return {
        _tag: "JWT",
        token: access_token,
        user,
        cached: false,
        ...(setPassword && { password: placeOf(setPassword) }),
      } satisfies JwtCredential
    })

    const signIn = Effect.gen(function* () {
      const { auth, user: named } = account
      if (auth !== "jwt" && setPat && readPat) {
        return { _tag: "PAT", token: yield* readPat, ...placeOf(setPat) } satisfies Credential
      }
      if (auth === "pat") return yield* new CredentialMissing({ variable: "ZPOOLPAT", only: auth })
      const user = Option.isSome(named) ? named.value : yield* prompter.username(api.host)
      const cached = yield* cache.read(user)
      return Option.isSome(cached)
        ? ({ _tag: "JWT", token: cached.value, user, cached: true } satisfies Credential)
        : yield* login(user)
    })

    const keep = (fresh: Credential) => {
      found = fresh
      return fresh
    }
    const credential = Effect.suspend(() =>
      found === undefined ? Effect.map(signIn, keep) : Effect.succeed(found),
    )

    // Once for each JWT, even if it fails: concurrent requests may find the same one refused.
    const signInAfresh = yield* Effect.cachedFunction(({ user }: JwtCredential) =>
      Effect.map(Effect.zipRight(cache.drop(user), login(user)), keep),
    )

    const withCredential: Session["Type"]["withCredential"] = (use) =>
      Effect.flatMap(credential, (first) =>
        first._tag === "PAT"
          ? use(first)
          : Effect.catchIf(
              use(first),
              ({ _tag }) => _tag === "CredentialRefused",
              (refused) =>
                Effect.flatMap(Clock.currentTimeMillis, (now) =>
                  first.cached || now >= endsAt
                    ? Effect.flatMap(signInAfresh(first), use)
                    : Effect.fail(refused),
                ),
            ),
      )

    return Session.of({ credential, withCredential })
  })

  static readonly layer = Layer.effect(this, this.make)

  /** The session of a program that has a PAT: it asks for nothing, and never signs in. */
  static readonly ofPat = (token: Redacted.Redacted): Layer.Layer<Session> => {
    return this.ofCredential({ _tag: "PAT", token, source: "the program" })
  }

  /** The session of a program that has a credential. A JWT that is refused is not renewed. */
  static readonly ofCredential = (credential: Credential): Layer.Layer<Session> =>
    Layer.succeed(this, {
      credential: Effect.succeed(credential),
      withCredential: (use) => use(credential),
    })
}
