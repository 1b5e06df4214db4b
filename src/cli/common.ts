import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Expiry from "../domain/Expiry.ts"
import { PatApi } from "../services/PatApi.ts"
import { Progress } from "../services/Progress.ts"
import { Prompter } from "../services/Prompter.ts"
import { Session } from "../services/Session.ts"
import { type Flags, Settings } from "../services/Settings.ts"
import { TokenCache } from "../services/TokenCache.ts"
import { Transport } from "../services/Transport.ts"
import { makeProgress } from "./output/progress.ts"
import { makePrompter } from "./output/prompt.ts"
import type { Misuse } from "./strict/parse.ts"

/** The options that every command which talks to the API has. */
export const settingsOptions = {
  rcfile: Options.text("rcfile").pipe(
    Options.withPseudoName("file"),
    Options.withDescription("Read settings from this file (default: ~/.config/zpools.io/zpoolrc)"),
    Options.optional,
  ),
  auth: Options.choice("auth", ["auto", "pat", "jwt"]).pipe(
    Options.withDescription(
      "Sign in with a PAT, with username and password (jwt), or whichever is set (default: auto)",
    ),
    Options.withDefault("auto" as const),
  ),
}

/** `--json`, with what it prints. */
export const jsonOption = (description: string) =>
  Options.boolean("json").pipe(Options.withDescription(description))

/** Makes a service from those that are there already, and adds it to them. */
const adding =
  <I, S, E, R>(tag: Context.Tag<I, S>, make: Effect.Effect<S, E, R>) =>
  <Have>(have: Context.Context<Have>) =>
    Effect.map(Effect.provide(make, have), (service) => Context.add(have, tag, service))

/**
 * The services of one command, built from its own flags. They are one layer
 * and not seven that are composed: each composition costs some 200 steps of
 * the runtime, at every start.
 */
const apiLayer = (flags: Flags) =>
  Layer.effectContext(
    Effect.succeed(Context.empty()).pipe(
      Effect.flatMap(adding(Settings, Settings.make(flags))),
      Effect.flatMap(adding(Progress, makeProgress)),
      Effect.flatMap(adding(Transport, Transport.make)),
      Effect.flatMap(adding(TokenCache, TokenCache.make)),
      Effect.flatMap(adding(Prompter, makePrompter)),
      Effect.flatMap(adding(Session, Session.make)),
      Effect.flatMap(adding(PatApi, PatApi.make)),
    ),
  )

/**
 * Provides a command with the services that its own flags set up: to each
 * command and not to the whole program, so that `--help` needs no settings.
 */
export const withApi = <Name extends string, R, E, A extends Flags>(self: Command.Command<Name, R, E, A>) =>
  Command.provide(self, (flags: A) => apiLayer(flags))

/** Refuses options that exclude each other, naming two that were given. */
export const exclusive = (
  path: ReadonlyArray<string>,
  options: Readonly<Record<string, boolean>>,
): Effect.Effect<void, Misuse> => {
  const [name, value] = Object.keys(options).filter((option) => options[option])
  return name === undefined || value === undefined
    ? Effect.void
    : Effect.fail({ _tag: "Misuse", kind: "excluded", name, value, path })
}

/** `--expiry` and `--expires-in`, of which one may be given, with what holds where none is. */
export const expiryOptions = (fallback: string) => ({
  expiry: Options.text("expiry").pipe(
    Options.withPseudoName("YYYY-MM-DD"),
    Options.withDescription(`Day on which the PAT expires (default: ${fallback})`),
    Options.optional,
  ),
  expiresIn: Options.text("expires-in").pipe(
    Options.withPseudoName("duration"),
    Options.withDescription(`Expire after this long: 12h, 30d, 8w, 6mo, 1y (default: ${fallback})`),
    Options.optional,
  ),
})

/** The expiry that was asked for, if any; one that has passed is sent all the same, with a warning. */
export const chosenExpiry = Effect.fn("chosenExpiry")(function* (
  path: ReadonlyArray<string>,
  given: { readonly expiry: Option.Option<string>; readonly expiresIn: Option.Option<string> },
) {
  yield* exclusive(path, {
    "--expiry": Option.isSome(given.expiry),
    "--expires-in": Option.isSome(given.expiresIn),
  })
  const now = yield* Clock.currentTimeMillis
  if (Option.isSome(given.expiresIn)) {
    const duration = yield* Expiry.parseDuration(given.expiresIn.value)
    return yield* Expiry.dateAfter(duration, now)
  }
  if (Option.isNone(given.expiry)) return undefined
  const expiry = yield* Expiry.parseDate(given.expiry.value)
  if (Expiry.isPast(expiry, now)) {
    yield* Effect.logWarning(`The expiry ${expiry} has passed; the server decides what that means.`)
  }
  return expiry
})
