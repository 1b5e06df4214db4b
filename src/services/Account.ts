import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Auth, PatCredential } from "../domain/Credential.ts"
import { SettingsError } from "../domain/Errors.ts"
import { absolutePath } from "./RcfileStore.ts"
import { Secrets } from "./Secrets.ts"
import { Settings, textOf } from "./Settings.ts"

/** As whom to sign in: what is set of it. Nothing of it is needed where a `Session` is given. */
export class Account extends Context.Tag("zpcli/Account")<
  Account,
  {
    /** Which kinds of credential may be used. */
    readonly auth: Auth
    readonly user: Option.Option<string>
    readonly password: Option.Option<Redacted.Redacted>
    readonly pat: Option.Option<PatCredential>
    /** The folder of the token cache; none keeps no JWT. */
    readonly tokenCacheDir: Option.Option<string>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const { auth, find, rcfile, variable } = yield* Settings
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
    const password = yield* variable("ZPOOL_PASSWORD")

    const foundPat = yield* find("ZPOOLPAT")
    if (Option.isSome(foundPat)) {
      const { from, source } = foundPat.value
      // A header can't hold anything else, and Node's own error would show the value.
      if (!/^[\x21-\x7e]+$/.test(textOf(foundPat.value))) {
        return yield* new SettingsError({
          source,
          reason: "is not a valid PAT: it contains spaces or non-ASCII characters",
        })
      }
      if (from === "rcfile" && rcfile.othersCanRead) {
        yield* Effect.logWarning(
          `${rcfile.path} contains a PAT and is readable by other users; run: chmod 600 ${rcfile.path}`,
        )
      }
    }
    const cache = yield* find("ZPOOL_TOKEN_CACHE_DIR")
    const tokenCacheDir = yield* Effect.transposeMapOption(cache, (found) =>
      absolutePath(found.source, textOf(found)),
    )

    const pat = Option.map(
      foundPat,
      (found): PatCredential => ({
        _tag: "PAT",
        token: Redacted.make(textOf(found)),
        source: found.from === "rcfile" ? rcfile.path : found.source,
      }),
    )
    const account = {
      auth,
      user: Option.map(user, textOf),
      password,
      pat,
      tokenCacheDir,
    }
    yield* secrets.add(...Option.toArray(password), ...Option.toArray(Option.map(pat, ({ token }) => token)))
    return Account.of(account)
  })

  static readonly layer = Layer.effect(this, this.make)
}
