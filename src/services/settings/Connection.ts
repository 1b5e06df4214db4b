import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ApiUrl from "../../domain/ApiUrl.ts"
import { SettingsError } from "../../domain/Errors.ts"
import * as Proxy from "../../domain/Proxy.ts"
import { variable } from "../Process.ts"
import { Settings, textOf } from "./Settings.ts"

/** The API unless ZPOOL_API_URL is set. */
export const defaultApiUrl = "https://api.zpools.io/v1"

/** Reads a setting that is a number. */
const numberOf = Effect.fnUntraced(function* (
  key: string,
  fallback: number,
  fits: (value: number) => boolean,
  rule: string,
) {
  const found = yield* (yield* Settings).find(key)
  if (Option.isNone(found)) return fallback
  const text = textOf(found.value)
  return /^\d+(\.\d+)?$/.test(text) && fits(Number(text))
    ? Number(text)
    : yield* new SettingsError({ source: found.value.source, reason: rule })
})

/** Where the API is, and how to send requests to it. */
export class Connection extends Context.Tag("zpcli/Connection")<
  Connection,
  {
    readonly api: ApiUrl.ApiUrl
    /** How long one attempt may take, in seconds. */
    readonly timeout: number
    /** How many attempts may follow the first one. */
    readonly maxRetries: number
  }
>() {
  static readonly make = Effect.gen(function* () {
    const named = Option.getOrUndefined(yield* (yield* Settings).find("ZPOOL_API_URL"))
    const api = yield* Effect.mapError(
      ApiUrl.parse(named === undefined ? defaultApiUrl : textOf(named)),
      (reason) => new SettingsError({ source: named?.source ?? "ZPOOL_API_URL", reason }),
    )
    const timeout = yield* numberOf(
      "ZPOOL_TIMEOUT",
      30,
      (seconds) => seconds > 0 && seconds <= 3600,
      "must be a number of seconds, above 0 and at most 3600",
    )
    const maxRetries = yield* numberOf(
      "ZPOOL_MAX_RETRIES",
      2,
      (count) => Number.isInteger(count) && count <= 20,
      "must be a whole number from 0 to 20",
    )
    const url = new URL(api.base)
    const environment = new Map<string, string>()
    const read = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
      for (const name of names) {
        const value = yield* variable(name)
        if (Option.isSome(value)) environment.set(name, value.value)
      }
    })
    yield* read(Proxy.variablesFor(url))
    if (environment.size > 0) yield* read(Proxy.noProxyVariables)
    yield* Effect.mapError(
      Proxy.choose(url, (name) => environment.get(name)),
      (variable) =>
        new SettingsError({ source: variable, reason: "must be the URL of an http or https proxy" }),
    )
    return Connection.of({ api, timeout, maxRetries })
  })

  static readonly layer = Layer.effect(this, this.make)
}
