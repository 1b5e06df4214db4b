import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as ApiUrl from "../domain/ApiUrl.ts"
import type { Auth } from "../domain/Credential.ts"
import { SettingsError } from "../domain/Errors.ts"
import { proxyVariables } from "./node/http.ts"
import * as Rcfile from "./RcfileStore.ts"

/** The API when nothing says otherwise. */
export const defaultApiUrl = "https://api.zpools.io/v1"

/** What flags, environment and rcfile come to, read once. */
export interface SettingsValue {
  readonly api: ApiUrl.ApiUrl
  readonly auth: Auth
  readonly user: Option.Option<string>
  readonly password: Option.Option<Redacted.Redacted>
  readonly pat: Option.Option<Redacted.Redacted>
  readonly tokenCacheDir: Option.Option<string>
  /** Seconds for one attempt. */
  readonly timeout: number
  /** Attempts after the first. */
  readonly maxRetries: number
}

/** The flags that are settings. */
export interface Flags {
  readonly rcfile: Option.Option<string>
  readonly auth: Auth
}

/** One raw setting and where it came from; an empty value counts as none. */
interface Found {
  readonly value: Redacted.Redacted
  readonly source: string
}

const number = (
  found: Option.Option<Found>,
  fallback: number,
  fits: (value: number) => boolean,
  rule: string,
): Effect.Effect<number, SettingsError> =>
  Option.match(found, {
    onNone: () => Effect.succeed(fallback),
    onSome: ({ value, source }) => {
      const text = Redacted.value(value).trim()
      return /^\d+(\.\d+)?$/.test(text) && fits(Number(text))
        ? Effect.succeed(Number(text))
        : Effect.fail(new SettingsError({ source, reason: rule }))
    },
  })

/** Whether a value names a proxy that can be spoken to: `http://host:port`, `https://..` or just `host:port`. */
const isProxyUrl = (value: string): boolean => {
  const url = value.includes("://") ? value : `http://${value}`
  return /^https?:/.test(url) && URL.canParse(url)
}

const make = Effect.fn("Settings.make")(function* (flags: Flags) {
  const rcfile = yield* Rcfile.load(flags.rcfile)

  /** The environment beats the rcfile, even when set to nothing: that is how a rcfile's value is switched off. */
  const find = (key: string) =>
    Effect.gen(function* () {
      const environment = yield* Effect.option(Config.redacted(key))
      const found = Option.match(environment, {
        onSome: (value) => Option.some<Found>({ value, source: key }),
        onNone: () =>
          Option.map(Option.fromNullable(rcfile.entries.get(key)), (value) => ({
            value: Redacted.make(value),
            source: `${key} in ${rcfile.path}`,
          })),
      })
      return Option.filter(found, ({ value }) => Redacted.value(value).trim() !== "")
    })

  const apiUrl = yield* find("ZPOOL_API_URL")
  const api = yield* Effect.mapError(
    ApiUrl.parse(
      Option.match(apiUrl, {
        onNone: () => defaultApiUrl,
        onSome: ({ value }) => Redacted.value(value).trim(),
      }),
    ),
    (reason) =>
      new SettingsError({
        source: Option.match(apiUrl, { onNone: () => "ZPOOL_API_URL", onSome: ({ source }) => source }),
        reason,
      }),
  )

  const user = yield* find("ZPOOL_USER")
  if (Option.isSome(user) && /\s/.test(Redacted.value(user.value.value))) {
    return yield* new SettingsError({ source: user.value.source, reason: "must not hold white space" })
  }

  if (rcfile.entries.has("ZPOOL_PASSWORD")) {
    yield* Effect.logWarning(
      `ZPOOL_PASSWORD in ${rcfile.path} is ignored: a password is read from the environment or a prompt only.`,
    )
  }
  const password = yield* Effect.option(Config.redacted("ZPOOL_PASSWORD"))

  const pat = yield* find("ZPOOLPAT")
  if (Option.isSome(pat)) {
    const { source, value } = pat.value
    // A header can't hold anything else, and Node's own error would show the value.
    if (!/^[\x21-\x7e]+$/.test(Redacted.value(value).trim())) {
      return yield* new SettingsError({ source, reason: "is no PAT: it holds spaces or other characters" })
    }
    if (source !== "ZPOOLPAT" && rcfile.othersCanRead) {
      yield* Effect.logWarning(
        `${rcfile.path} holds a PAT and can be read by other users; run: chmod 600 ${rcfile.path}`,
      )
    }
  }

  const cacheDir = yield* find("ZPOOL_TOKEN_CACHE_DIR")
  const timeout = yield* number(
    yield* find("ZPOOL_TIMEOUT"),
    30,
    (seconds) => seconds > 0 && seconds <= 3600,
    "must be a number of seconds, above 0 and at most 3600",
  )
  const maxRetries = yield* number(
    yield* find("ZPOOL_MAX_RETRIES"),
    2,
    (count) => Number.isInteger(count) && count <= 20,
    "must be a whole number from 0 to 20",
  )
  for (const name of proxyVariables) {
    const proxy = yield* Effect.option(Config.string(name))
    if (Option.isSome(proxy) && proxy.value !== "" && !isProxyUrl(proxy.value)) {
      return yield* new SettingsError({ source: name, reason: "must be the URL of an http or https proxy" })
    }
  }
  const trimmed = (found: Found) => Redacted.value(found.value).trim()
  return {
    api,
    auth: flags.auth,
    user: Option.map(user, trimmed),
    password: Option.filter(password, (value) => Redacted.value(value) !== ""),
    pat: Option.map(pat, (found) => Redacted.make(trimmed(found))),
    tokenCacheDir: Option.map(cacheDir, (found) => rcfile.expandHome(trimmed(found))),
    timeout,
    maxRetries,
  } satisfies SettingsValue
})

/**
 * The settings of one run: flags beat environment variables, which beat the
 * rcfile. The environment is read through the `ConfigProvider`.
 */
export class Settings extends Context.Tag("zpcli/Settings")<Settings, SettingsValue>() {
  static readonly make = make
}
