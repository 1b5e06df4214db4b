import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as ApiUrl from "../../../src/domain/ApiUrl.ts"
import type { SecretSource } from "../../../src/domain/Credential.ts"
import { Label } from "../../../src/domain/Label.ts"
import { NewPat, type PatInput } from "../../../src/domain/NewPat.ts"
import type { Scope } from "../../../src/domain/Scope.ts"
import { type Notice, Notices } from "../../../src/services/Notices.ts"
import { Process } from "../../../src/services/Process.ts"
import { Progress, type Waiting } from "../../../src/services/Progress.ts"
import { Prompter } from "../../../src/services/Prompter.ts"
import { Account } from "../../../src/services/settings/Account.ts"
import { Connection } from "../../../src/services/settings/Connection.ts"
import { Secrets } from "../../../src/services/settings/Secrets.ts"
import { type Flags, Settings } from "../../../src/services/settings/Settings.ts"
import { here } from "./process.ts"

/** A test that needs file modes or owners; its name ends with `whereModes`. */
export const posix = it.scoped.runIf(process.platform !== "win32")
export const whereModes = " (not on Windows, which has no such modes)"

/** The origin of the fake API; its base URL is this and `/v1`. */
export const origin = "https://api.test"

/** What `Connection` and `Account` hold. */
export type SettingsValue = Connection["Type"] & Account["Type"]

/** Settings as they are with nothing set, for the fake API; and the secrets that they hold. */
export const settings = (
  overrides: Partial<SettingsValue> = {},
): Layer.Layer<Connection | Account | Secrets> => {
  const value: SettingsValue = {
    api: Either.getOrThrow(ApiUrl.parse(`${origin}/v1`)),
    auth: "auto",
    user: Option.none(),
    password: Option.none(),
    pat: Option.none(),
    tokenCacheDir: Option.none(),
    timeout: 30,
    maxRetries: 2,
    ...overrides,
  }
  const known = [value.password, value.pat].flatMap(Option.toArray).map((secret) => secret.value)
  return Layer.mergeAll(
    Layer.succeed(Connection, value),
    Layer.succeed(Account, value),
    Layer.effect(
      Secrets,
      Effect.tap(Secrets.make, (secrets) => secrets.add(...known)),
    ),
  )
}

/** What an environment, the flags and the files that they name come to. */
export const loadSettings = (env: Readonly<Record<string, string>>, flags: Flags) =>
  Effect.map(
    Effect.all([Connection, Account]),
    ([connection, account]): SettingsValue => ({ ...connection, ...account }),
  ).pipe(
    Effect.provide(
      Layer.merge(Connection.layer, Account.layer).pipe(
        Layer.provide(Layer.merge(Settings.layer(flags), Secrets.layer)),
        Layer.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer)),
      ),
    ),
    Effect.provideService(Process, here),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
  )

/** A PAT to ask for. */
export const newPat = (label: string, scopes: ReadonlyArray<Scope>, more: Partial<PatInput> = {}): NewPat =>
  NewPat.fromInput({ label: Label.make(label), scopes, ...more })

/** Collects what a user is told. */
export const notices = () => {
  const told: Array<Notice> = []
  return {
    told,
    layer: Layer.succeed(Notices, {
      tell: (notice) => Effect.sync(() => void told.push(notice)),
      waiting: Effect.void,
    }),
  }
}

/** A PAT that was found in the variable for it. */
export const foundPat = (token: string) =>
  Option.some<SecretSource>({ variable: "ZPOOLPAT", source: "ZPOOLPAT", value: Redacted.make(token) })

/** A password that was found in the variable for it. */
export const secret = (text: string) =>
  Option.some<SecretSource>({
    variable: "ZPOOL_PASSWORD",
    source: "ZPOOL_PASSWORD",
    value: Redacted.make(text),
  })

/** What the person at the terminal answers; a question without an answer fails the test. */
export const asks = (answers: { readonly username?: string; readonly password?: string } = {}) => {
  const asked: Array<string> = []
  const answer = (question: string, text: string | undefined) =>
    text === undefined
      ? Effect.dieMessage(`the test must not be asked for: ${question}`)
      : Effect.sync(() => {
          asked.push(question)
          return text
        })
  return {
    asked,
    layer: Layer.succeed(Prompter, {
      username: (host) => answer(`username at ${host}`, answers.username),
      password: (user, host) =>
        Effect.map(answer(`password of ${user} at ${host}`, answers.password), (text) => Redacted.make(text)),
    }),
  }
}

/** Collects what is logged, at every level, as `LEVEL text`; `raw` holds the messages themselves. */
export const logs = () => {
  const lines: Array<string> = []
  const raw: Array<unknown> = []
  const collect = Logger.make(({ logLevel, message }) => {
    for (const part of Array.isArray(message) ? message : [message]) {
      raw.push(part)
      lines.push(`${logLevel.label} ${typeof part === "string" ? part : JSON.stringify(part)}`)
    }
  })
  return {
    lines,
    raw,
    warnings: () => lines.filter((line) => line.startsWith("WARN ")),
    layer: Layer.mergeAll(Logger.add(collect), Logger.minimumLogLevel(LogLevel.All)),
  }
}

/** Collects what the services say that they wait for, and how far they are, as `done/total`. */
export const progress = () => {
  const waited: Array<Waiting> = []
  const counts: Array<string> = []
  const state = { ended: 0 }
  return {
    waited,
    counts,
    state,
    backoffs: () => waited.flatMap((waiting) => (waiting._tag === "Backoff" ? [waiting.millis] : [])),
    layer: Layer.succeed(Progress, {
      ...Progress.silent,
      waiting: (waiting) => Effect.sync(() => void waited.push(waiting)),
      done: Effect.sync(() => void state.ended++),
      count: (count) => Effect.sync(() => void counts.push(count ? `${count.done}/${count.total}` : "over")),
    }),
  }
}

/** Full jitter at its most: each backoff has the size of its bound. */
export const patiently = Effect.withRandom(Random.fixed([1]))

/**
 * Runs an effect to its end with a clock on which an hour passes, every sleeper
 * waking in its time; and another hour while it has not ended, since on a busy
 * machine it may come to a sleep only when the hour is over.
 */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    do yield* TestClock.adjust("1 hour")
    while (Option.isNone(yield* fiber.poll))
    return yield* Fiber.join(fiber)
  })
