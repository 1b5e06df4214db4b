import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { InvalidInput } from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import type { PatFilter } from "../../domain/PatList.ts"
import * as Scope from "../../domain/Scope.ts"
import { durationOption, scopeOption } from "../options.ts"
import { withGroup } from "../strict/annotations.ts"

const whichPats = "Which PATs"

/** The options that select the PATs to list. */
export const filterOptions = () => ({
  status: Options.choice("status", ["active", "revoked", "expired"]).pipe(
    Options.withDescription("Only PATs with this status: active, revoked or expired"),
    Options.repeated,
    withGroup(whichPats),
  ),
  label: Options.text("label").pipe(
    Options.withDescription("Only PATs with exactly this label"),
    Options.optional,
    withGroup(whichPats),
  ),
  scope: scopeOption("Only PATs that have every scope you name", { group: whichPats }),
  withoutExpiry: Options.boolean("without-expiry").pipe(
    Options.withDescription("Only active PATs that never expire"),
    withGroup(whichPats),
  ),
  expiringWithin: durationOption(
    whichPats,
    "expiring-within",
    "Only active PATs that expire within this time, such as 12h, 30d, 6mo or 1y",
  ),
  unusedFor: durationOption(
    whichPats,
    "unused-for",
    "Only active PATs that are older than this and haven't been used in that time",
  ),
  olderThan: durationOption(whichPats, "older-than", "Only active PATs that are older than this"),
})

export type FilterOptions = Command.Command.ParseConfig<ReturnType<typeof filterOptions>>

/** An instant that depends on the time of the list, both in milliseconds since the epoch; undefined if there is none. */
type InstantAt = (now: number) => Either.Either<number | undefined, InvalidInput>

/**
 * Reads the value of an option that takes a duration.
 *
 * @param count - counts from the time of the list: `Expiry.after` or `Expiry.before`
 */
export const parseInstant = (
  value: Option.Option<string>,
  count: typeof Expiry.after,
): Either.Either<InstantAt, InvalidInput> =>
  Option.isNone(value)
    ? Either.right(() => Either.right(undefined))
    : Either.map(Expiry.parseDuration(value.value), (duration) => (now: number) => count(duration, now))

/** Reads the filter options. The filter depends on the time of the list, in milliseconds since the epoch. */
export const parseFilters = (
  given: FilterOptions,
): Either.Either<(now: number) => Either.Either<PatFilter, InvalidInput>, InvalidInput> =>
  Either.gen(function* () {
    const expiringBefore = yield* parseInstant(given.expiringWithin, Expiry.after)
    const unusedSince = yield* parseInstant(given.unusedFor, Expiry.before)
    const createdBefore = yield* parseInstant(given.olderThan, Expiry.before)
    const scopes = given.scope.length === 0 ? [] : yield* Scope.parseAll(given.scope)
    return (now: number) =>
      Either.map(
        Either.all({
          expiringBefore: expiringBefore(now),
          unusedSince: unusedSince(now),
          createdBefore: createdBefore(now),
        }),
        (instants) => ({
          ...instants,
          statuses: given.status,
          label: Option.getOrUndefined(given.label),
          scopes,
          withoutExpiry: given.withoutExpiry,
        }),
      )
  })

/** The filter options as they are written on a command line. */
export const filterWords = (given: FilterOptions): ReadonlyArray<string> => {
  const words = (name: string, values: ReadonlyArray<string>) => values.map((value) => `--${name} ${value}`)
  return [
    ...words("status", given.status),
    ...words(
      "label",
      Option.toArray(given.label).map((label) => JSON.stringify(label)),
    ),
    ...words(
      "scope",
      given.scope.map((scope) => (scope === "*" ? "'*'" : scope)),
    ),
    ...(given.withoutExpiry ? ["--without-expiry"] : []),
    ...words("expiring-within", Option.toArray(given.expiringWithin)),
    ...words("unused-for", Option.toArray(given.unusedFor)),
    ...words("older-than", Option.toArray(given.olderThan)),
  ]
}
