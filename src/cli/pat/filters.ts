import type * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { InvalidInput } from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import type { PatFilter } from "../../domain/PatList.ts"
import * as Scope from "../../domain/Scope.ts"
import { withCompletions, withGroup } from "../strict/annotations.ts"

/** An option that takes a length of time, under a title of help. */
export const duration = (group: string, name: string, description: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("duration"),
    Options.withDescription(description),
    Options.optional,
    withGroup(group),
  )

const whichPats = "Which PATs"

/** Which PATs a list is to show. */
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
  scope: Options.text("scope").pipe(
    Options.withPseudoName("scope"),
    Options.withDescription("Only PATs that have every scope you name"),
    Options.repeated,
    withCompletions(Scope.scopes),
    withGroup(whichPats),
  ),
  withoutExpiry: Options.boolean("without-expiry").pipe(
    Options.withDescription("Only active PATs that never expire"),
    withGroup(whichPats),
  ),
  expiringWithin: duration(
    whichPats,
    "expiring-within",
    "Only active PATs that expire within this time, such as 12h, 30d, 6mo or 1y",
  ),
  unusedFor: duration(
    whichPats,
    "unused-for",
    "Only active PATs that are older than this and haven't been used in that time",
  ),
  olderThan: duration(whichPats, "older-than", "Only active PATs that are older than this"),
})

export type FilterOptions = Command.Command.ParseConfig<ReturnType<typeof filterOptions>>

/** An instant that depends on the time of the list; both in milliseconds since the epoch. Undefined for none. */
type InstantAt = (now: number) => Either.Either<number | undefined, InvalidInput>

/**
 * Reads the value of such an option.
 *
 * @param count - from the time of the list to the instant: `Expiry.after` or `Expiry.before`
 */
export const parseInstant = (
  value: Option.Option<string>,
  count: typeof Expiry.after,
): Either.Either<InstantAt, InvalidInput> =>
  Option.isNone(value)
    ? Either.right(() => Either.right(undefined))
    : Either.map(Expiry.parseDuration(value.value), (duration) => (now: number) => count(duration, now))

/** Reads the filters of a command line. They depend on the time of the list, in milliseconds since the epoch. */
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

/** The filters as they are written on a command line. */
export const filterWords = (given: FilterOptions): ReadonlyArray<string> => {
  const value = (name: string, given: Option.Option<string>) =>
    Option.isSome(given) ? [`--${name} ${given.value}`] : []
  return [
    ...given.status.map((status) => `--status ${status}`),
    ...value(
      "label",
      Option.map(given.label, (label) => JSON.stringify(label)),
    ),
    ...given.scope.map((scope) => `--scope ${scope === "*" ? "'*'" : scope}`),
    ...(given.withoutExpiry ? ["--without-expiry"] : []),
    ...value("expiring-within", given.expiringWithin),
    ...value("unused-for", given.unusedFor),
    ...value("older-than", given.olderThan),
  ]
}
