import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { InvalidInput } from "../domain/Errors.ts"
import * as Expiry from "../domain/Expiry.ts"
import * as Scope from "../domain/Scope.ts"
import { withCompletions } from "./strict/annotations.ts"
import { UsageError } from "./strict/errors.ts"

/** `--rcfile`, with what is done with the file. */
export const rcfileOption = (description: string) =>
  Options.text("rcfile").pipe(
    Options.withPseudoName("file"),
    Options.withDescription(`${description} (default: ~/.config/zpools.io/zpoolrc)`),
    Options.optional,
    withCompletions("files"),
  )

/** The options that every command which talks to the API has. */
export const settingsOptions = {
  rcfile: rcfileOption("Read settings from this file"),
  auth: Options.choice("auth", ["auto", "pat", "jwt"]).pipe(
    Options.withDescription(
      "Sign in with a PAT (pat), with username and password (jwt), or with what is set (auto) (default: auto)",
    ),
    Options.withDefault("auto" as const),
  ),
}

/** `--json`, with what it prints. */
export const jsonOption = (description: string) =>
  Options.boolean("json").pipe(Options.withDescription(description))

/** `--local`, for the times of a table. */
export const localOption = Options.boolean("local").pipe(
  Options.withDescription("Show timestamps in the local timezone (default: UTC)"),
)

/** `--yes`, in the place of a confirmation. */
export const yesOption = Options.boolean("yes").pipe(
  Options.withAlias("y"),
  Options.withDescription("Skip the confirmation (default: off)"),
)

/** `--scope`, for a new PAT. */
export const scopeOption = Options.text("scope").pipe(
  Options.withPseudoName("scope"),
  Options.withDescription(`Scope to grant; repeat for more: ${Scope.scopes.join(", ")}`),
  Options.atLeast(1),
  withCompletions(Scope.scopes),
)

/** `--dry-run`, where everything is checked and nothing changed. */
export const dryRunOption = Options.boolean("dry-run").pipe(
  Options.withDescription("Check everything and say what would happen, but change nothing (default: off)"),
)

/** Refuses options that exclude each other, naming two that were given. */
export const exclusive = (
  path: ReadonlyArray<string>,
  options: Readonly<Record<string, boolean>>,
): Effect.Effect<void, UsageError> => {
  const [one, other] = Object.keys(options).filter((option) => options[option])
  return one === undefined || other === undefined
    ? Effect.void
    : Effect.fail(
        new UsageError(["zpcli", ...path].join(" "), { _tag: "ExclusiveOptions", options: [one, other] }),
      )
}

/** Refuses an option that was given without one that it needs. */
export const requires = (
  path: ReadonlyArray<string>,
  option: Readonly<Record<string, boolean>>,
  needed: Readonly<Record<string, boolean>>,
): Effect.Effect<void, UsageError> => {
  const given = Object.keys(option).find((name) => option[name])
  return given === undefined || Object.values(needed).some(Boolean)
    ? Effect.void
    : Effect.fail(
        new UsageError(["zpcli", ...path].join(" "), {
          _tag: "RequiresOption",
          option: given,
          needed: Object.keys(needed),
        }),
      )
}

/**
 * `--expiry` and `--expires-in`, of which one may be given.
 *
 * @param pat - what help calls the PAT that gets the expiry
 * @param fallback - the default, where neither is given
 */
export const expiryOptions = (pat: string, fallback: string) => ({
  expiry: Options.text("expiry").pipe(
    Options.withPseudoName("YYYY-MM-DD"),
    Options.withDescription(`Date on which ${pat} expires, at 00:00 UTC (default: ${fallback})`),
    Options.optional,
  ),
  expiresIn: Options.text("expires-in").pipe(
    Options.withPseudoName("duration"),
    Options.withDescription(
      `Let ${pat} expire after this time, such as 12h, 30d, 8w, 6mo, 1y (default: ${fallback})`,
    ),
    Options.optional,
  ),
})

/** An expiry date that may depend on the time (milliseconds since the epoch); undefined for none. */
export type ExpiryAt = (now: number) => Either.Either<Expiry.ExpiryDate | undefined, InvalidInput>

/** The tenant of a new PAT, which help calls `pat`. */
export const tenantIdOption = (pat: string, fallback: string) =>
  Options.text("tenant-id").pipe(
    Options.withPseudoName("id"),
    Options.withDescription(`Tenant that ${pat} belongs to (default: ${fallback})`),
    Options.optional,
  )

/**
 * The expiry that was asked for, if any, at an instant in milliseconds since
 * the epoch. One that has passed is sent all the same, with a warning.
 */
export const chosenExpiry = Effect.fn("chosenExpiry")(function* (
  path: ReadonlyArray<string>,
  given: { readonly expiry: Option.Option<string>; readonly expiresIn: Option.Option<string> },
): Effect.fn.Return<ExpiryAt, InvalidInput | UsageError> {
  yield* exclusive(path, {
    "--expiry": Option.isSome(given.expiry),
    "--expires-in": Option.isSome(given.expiresIn),
  })
  const now = yield* Clock.currentTimeMillis
  if (Option.isSome(given.expiresIn)) {
    const duration = yield* Expiry.parseDuration(given.expiresIn.value)
    const expiryAt = (now: number) => Expiry.dateAfter(duration, now)
    // A duration that can't be meant is refused before anything is sent.
    yield* expiryAt(now)
    return expiryAt
  }
  if (Option.isNone(given.expiry)) return () => Either.right(undefined)
  const expiry = yield* Expiry.parseDate(given.expiry.value)
  if (Expiry.hasEnded(expiry, now)) {
    const why =
      expiry === Expiry.dateOf(now)
        ? `A PAT ends at 00:00 UTC of its expiry date, so one that expires today, ${expiry}, has ended already`
        : `The expiry ${expiry} has passed`
    yield* Effect.logWarning(`${why}; the API decides whether to accept it.`)
  }
  return () => Either.right(expiry)
})
