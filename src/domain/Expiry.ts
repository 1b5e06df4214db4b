import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidInput } from "./Errors.ts"

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Why a text is not a date: it doesn't have the form `YYYY-MM-DD`, or there is no such day. */
export const problem = (value: string): "format" | "no-such-day" | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  if (match === null) return "format"
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
    ? undefined
    : "no-such-day"
}

/** A calendar date in UTC, `YYYY-MM-DD`. A PAT expires at 00:00 UTC of that date. */
export const ExpiryDate = Schema.String.pipe(
  Schema.filter((value) => problem(value) === undefined),
  Schema.brand("ExpiryDate"),
)
export type ExpiryDate = typeof ExpiryDate.Type

/** Reads `--expiry`, past or future. */
export const parseDate = (value: string): Either.Either<ExpiryDate, InvalidInput> => {
  const reason = problem(value)
  return reason === undefined
    ? Either.right(ExpiryDate.make(value))
    : Either.left(
        new InvalidInput({
          kind: "expiry",
          value,
          message:
            reason === "format"
              ? `"${value}" is not a date of the form YYYY-MM-DD.`
              : `There is no such day: ${value}.`,
        }),
      )
}

/** The UTC date of an instant (milliseconds since the epoch), which must be before the year 10000. */
export const dateOf = (millis: number): ExpiryDate =>
  ExpiryDate.make(new Date(millis).toISOString().slice(0, 10))

/** Whether a PAT with this expiry date has expired by now (milliseconds since the epoch). */
export const hasEnded = (date: ExpiryDate, nowMillis: number): boolean => date <= dateOf(nowMillis)

/** A duration as it is typed: `12h`, `30d`, `8w`, `6mo`, `1y`. */
export interface Duration {
  readonly amount: number
  readonly unit: "h" | "d" | "w" | "mo" | "y"
}

const invalidDuration = (value: string, message: string) =>
  Either.left(new InvalidInput({ kind: "duration", value, message }))

/** Reads `--expires-in`, `--expiring-within` and the like. */
export const parseDuration = (value: string): Either.Either<Duration, InvalidInput> => {
  const match = /^([1-9]\d{0,5})(h|d|w|mo|y)$/.exec(value)
  if (match === null) return invalidDuration(value, `"${value}" is not a valid duration.`)
  return Either.right({ amount: Number(match[1]), unit: match[2] as Duration["unit"] })
}

const hour = 3_600_000
const day = 24 * hour

/** The end of the year 9999: the API's date format has four digits for the year. */
const endOfDates = Date.UTC(10_000, 0, 1)

const instantAfter = ({ amount, unit }: Duration, fromMillis: number): number => {
  if (unit === "h") return fromMillis + amount * hour
  if (unit === "d") return fromMillis + amount * day
  if (unit === "w") return fromMillis + amount * 7 * day
  const from = new Date(fromMillis)
  const months = from.getUTCFullYear() * 12 + from.getUTCMonth() + amount * (unit === "y" ? 12 : 1)
  const year = Math.floor(months / 12)
  const month = months - year * 12
  const date = Math.min(from.getUTCDate(), daysIn(year, month + 1))
  return Date.UTC(year, month, date) + (fromMillis % day)
}

const tooFar = ({ amount, unit }: Duration) =>
  invalidDuration(`${amount}${unit}`, `${amount}${unit} from now is past the year 9999.`)

/**
 * The instant (milliseconds since the epoch) after a duration, or an error past
 * the year 9999. Months and years follow the calendar: `1mo` after 31 January is
 * the end of February.
 */
export const after = (duration: Duration, fromMillis: number): Either.Either<number, InvalidInput> => {
  const millis = instantAfter(duration, fromMillis)
  // NaN if it is beyond the years of `Date`.
  return millis < endOfDates ? Either.right(millis) : tooFar(duration)
}

/** The instant (milliseconds since the epoch) that is a duration before another one. Fails as `after` does. */
export const before = (duration: Duration, untilMillis: number): Either.Either<number, InvalidInput> =>
  Either.map(after(duration, untilMillis), () =>
    instantAfter({ ...duration, amount: -duration.amount }, untilMillis),
  )

/**
 * The expiry date of a PAT that lives for a duration, rounded up to the next
 * 00:00 UTC, so that it never expires sooner. Past the year 9999 it is an error.
 */
export const dateAfter = (
  duration: Duration,
  fromMillis: number,
): Either.Either<ExpiryDate, InvalidInput> => {
  const midnight = Math.ceil(instantAfter(duration, fromMillis) / day) * day
  return midnight < endOfDates ? Either.right(dateOf(midnight)) : tooFar(duration)
}

const dayOf = (millis: number): number => Math.floor(millis / day)

/** How many days there are from the UTC date of one instant to the UTC date of another. */
export const daysBetween = (from: number, until: number): number => dayOf(until) - dayOf(from)

/** The date some days after the UTC date of an instant, at most the last day of the year 9999. */
export const daysAfter = (days: number, now: number): ExpiryDate =>
  dateOf(Math.min((dayOf(now) + days) * day, endOfDates - day))
