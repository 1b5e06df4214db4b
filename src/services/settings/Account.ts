import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Auth, SecretSource } from "../../domain/Credential.ts"
import { SettingsError } from "../../domain/Errors.ts"
import { absolutePath } from "./RcfileStore.ts"
import { Secrets } from "./Secrets.ts"
import { Settings, textOf } from "./Settings.ts"
import * as secretSource from "./secretSource.ts"

/** Who to sign in as, from the settings. A program that has a `Session` does not need it. */
export class Account extends Context.Tag("zpcli/Account")<
  Account,
  {
    /** Which kinds of credential may be used. */
    readonly auth: Auth
    readonly user: Option.Option<string>
    readonly password: Option.Option<SecretSource>
    readonly pat: Option.Option<SecretSource>
    /** The folder of the token cache; without one no JWT is kept. */
    readonly tokenCacheDir: Option.Option<string>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { auth, find, rcfile } = yield* Settings
    const secrets = yield* Secrets

    const user = yield* find("ZPOOL_USER")
    if (Option.isSome(user) && /\s/.test(Redacted.value(user.value.value))) {
      return yield* new SettingsError({ source: user.value.source, reason: "must not contain white space" })
    }

    if (rcfile.entries.has("ZPOOL_PASSWORD")) {
      yield* Effect.logWarning(
        `ZPOOL_PASSWORD in ${rcfile.path} is ignored: a password is read from the environment or a prompt only.`,
      )
    }
    const password = yield* secretSource.find("ZPOOL_PASSWORD")
    const pat = yield* secretSource.find("ZPOOLPAT")
    const cache = yield* find("ZPOOL_TOKEN_CACHE_DIR")
    const tokenCacheDir = yield* Effect.transposeMapOption(cache, (found) =>
      absolutePath(found.source, textOf(found)),
    )

    const given = [password, pat].flatMap(Option.toArray).filter(({ via }) => via === undefined)
    yield* secrets.add(...given.map(({ value }) => value))
    return Account.of({ auth, user: Option.map(user, textOf), password, pat, tokenCacheDir })
  })

  static readonly layer = Layer.effect(this, this.make)
}
