import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { InvalidInput } from "../domain/Errors.ts"
import * as Expiry from "../domain/Expiry.ts"
import * as Scope from "../domain/Scope.ts"
import { withCompletions, withGroup } from "./strict/annotations.ts"
import { globalOptions } from "./strict/builtIns.ts"
import { UsageError } from "./strict/errors.ts"

/** `--rcfile`. */
export const rcfileOption = (description: string) =>
  Options.text("rcfile").pipe(
    Options.withPseudoName("file"),
    Options.withDescription(`${description} (default: ~/.config/zpools.io/zpoolrc)`),
    Options.optional,
    withCompletions("files"),
  )

/** The options of every command that uses the API. */
export const settingsOptions = () => ({
  rcfile: rcfileOption("Read settings from this file").pipe(withGroup(globalOptions)),
  auth: Options.choice("auth", ["auto", "pat", "jwt"]).pipe(
    Options.withDescription(
      "Sign in with a PAT (pat) or a username and password (jwt); by default (auto), with whichever is set",
    ),
    Options.withDefault("auto" as const),
    withGroup(globalOptions),
  ),
})

/** `--json`. */
export const jsonOption = (description: string) =>
  Options.boolean("json").pipe(Options.withDescription(description))

/** `--local`. */
export const localOption = () =>
  Options.boolean("local").pipe(
    Options.withDescription("Show timestamps in the local time zone (default: UTC)"),
  )

/** The options of a command that asks for confirmation. */
export const askingOptions = () => ({
  yes: Options.boolean("yes").pipe(
    Options.withAlias("y"),
    Options.withDescription("Skip the confirmation prompt"),
  ),
  dryRun: Options.boolean("dry-run").pipe(
    Options.withDescription("Show what would happen, without changing anything"),
  ),
})

/** The title in help of the options about a new PAT. */
export const newPat = "The new PAT"

/** All scopes, as help lists them. */
export const scopeNames = `${Scope.scopes.slice(0, -1).join(", ")} or ${Scope.scopes.at(-1)}`

/** `--scope`, which can be repeated. */
export const scopeOption = (
  description: string,
  { group = newPat, required = false } = {},
): Options.Options<ReadonlyArray<string>> =>
  Options.text("scope").pipe(
    Options.withPseudoName("scope"),
    Options.withDescription(description),
    Options.atLeast(required ? 1 : 0),
    withCompletions(Scope.scopes),
    withGroup(group),
  )

/** An option that takes a duration, under a title of help. */
export const durationOption = (group: string, name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("duration"),
    Options.withDescription(description),
    Options.optional,
    withGroup(group),
  )

const commandOf = (path: ReadonlyArray<string>): string => ["zpcli", ...path].join(" ")

/** Fails if several of these options are given, and names the first two. */
export const exclusive = (
  path: ReadonlyArray<string>,
  options: Readonly<Record<string, boolean>>,
): Effect.Effect<void, UsageError> => {
  const [one, other] = Object.keys(options).filter((option) => options[option])
  return one === undefined || other === undefined
    ? Effect.void
    : Effect.fail(new UsageError(commandOf(path), `${one} and ${other} can't be used together.`))
}

/** Fails if an option is given without any of those that it needs. */
export const requires = (
  path: ReadonlyArray<string>,
  option: Readonly<Record<string, boolean>>,
  needed: Readonly<Record<string, boolean>>,
): Effect.Effect<void, UsageError> => {
  const given = Object.keys(option).find((name) => option[name])
  return given === undefined || Object.values(needed).some(Boolean)
    ? Effect.void
    : Effect.fail(new UsageError(commandOf(path), `${given} needs ${Object.keys(needed).join(" or ")}.`))
}

/**
 * `--expiry` and `--expires-in`, which exclude each other.
 *
 * @param fallback - the default, for help
 */
export const expiryOptions = (fallback: string) => ({
  expiry: Options.text("expiry").pipe(
    Options.withPseudoName("YYYY-MM-DD"),
    Options.withDescription("Expire on this date, at 00:00 UTC"),
    Options.optional,
    withGroup(newPat),
  ),
  expiresIn: durationOption(
    newPat,
    "expires-in",
    `Expire after this long, such as 30d (default: ${fallback})`,
  ),
})

/** An expiry date that may depend on the time (milliseconds since the epoch); undefined for none. */
export type ExpiryAt = (now: number) => Either.Either<Expiry.ExpiryDate | undefined, InvalidInput>

/** `--tenant-id`, for a new PAT. */
export const tenantIdOption = (fallback: string) =>
  Options.text("tenant-id").pipe(
    Options.withPseudoName("id"),
    Options.withDescription(`Tenant of the PAT (default: ${fallback})`),
    Options.optional,
    withGroup(newPat),
  )

/**
 * Reads `--expiry` or `--expires-in`. Warns about a date that isn't in the future,
 * which is sent all the same.
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
    // A duration that is too long is refused before anything is sent.
    yield* expiryAt(now)
    return expiryAt
  }
  if (Option.isNone(given.expiry)) return () => Either.right(undefined)
  const expiry = yield* Expiry.parseDate(given.expiry.value)
  if (Expiry.hasEnded(expiry, now)) {
    const why =
      expiry === Expiry.dateOf(now)
        ? `A PAT expires at 00:00 UTC on its expiry date, so one that expires today, ${expiry}, has already expired`
        : `The expiry ${expiry} is in the past`
    yield* Effect.logWarning(`${why}. The API may refuse it.`)
  }
  return () => Either.right(expiry)
})
