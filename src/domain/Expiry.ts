import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { InvalidDuration, InvalidExpiry } from "./Errors.ts"

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Which rule a date breaks: it has the form `YYYY-MM-DD`, and the calendar has it (2025-02-30 is refused). */
export const problem = (value: string): InvalidExpiry["reason"] | undefined => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  if (match === null) return "format"
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
    ? undefined
    : "no-such-day"
}

/** A calendar date in UTC, `YYYY-MM-DD`: the day on which a PAT expires. */
export const ExpiryDate = Schema.String.pipe(
  Schema.filter((value) => problem(value) === undefined),
  Schema.brand("ExpiryDate"),
)
export type ExpiryDate = typeof ExpiryDate.Type

/** Reads `--expiry`, past or future. */
export const parseDate = (value: string): Either.Either<ExpiryDate, InvalidExpiry> => {
  const reason = problem(value)
  return reason === undefined
    ? Either.right(ExpiryDate.make(value))
    : Either.left(new InvalidExpiry({ reason, value }))
}

/** The UTC date of an instant (milliseconds since the epoch). */
export const dateOf = (millis: number): ExpiryDate =>
  ExpiryDate.make(new Date(millis).toISOString().slice(0, 10))

/** Whether a date has gone by at an instant: tokens of that day are taken to have expired. */
export const isPast = (date: ExpiryDate, nowMillis: number): boolean => date < dateOf(nowMillis)

/** A length of time as a person writes it: `12h`, `30d`, `8w`, `6mo`, `1y`. */
export interface Duration {
  readonly amount: number
  readonly unit: "h" | "d" | "w" | "mo" | "y"
}

/** Reads `--expires-in` and `--expiring-within`: a whole number of at least 1 and a unit. */
export const parseDuration = (value: string): Either.Either<Duration, InvalidDuration> => {
  const match = /^([1-9]\d{0,5})(h|d|w|mo|y)$/.exec(value)
  if (match === null) return Either.left(new InvalidDuration({ reason: "format", value }))
  return Either.right({ amount: Number(match[1]), unit: match[2] as Duration["unit"] })
}

const hour = 3_600_000

/**
 * The instant at which a duration has passed in full. Months and years follow
 * the calendar and stop at its last day: 31 January and `1mo` is the end of February.
 */
export const after = (duration: Duration, fromMillis: number): number => {
  const { amount, unit } = duration
  if (unit === "h") return fromMillis + amount * hour
  if (unit === "d") return fromMillis + amount * 24 * hour
  if (unit === "w") return fromMillis + amount * 7 * 24 * hour
  const from = new Date(fromMillis)
  const months = from.getUTCFullYear() * 12 + from.getUTCMonth() + amount * (unit === "y" ? 12 : 1)
  const year = Math.floor(months / 12)
  const month = months % 12
  const day = Math.min(from.getUTCDate(), daysIn(year, month + 1))
  return Date.UTC(year, month, day) + (fromMillis % (24 * hour))
}

/** The API has no form for dates after the year 9999. */
const endOfDates = Date.UTC(10_000, 0, 1)

/** The date for a duration from an instant, or an error past the year 9999. */
export const dateAfter = (
  duration: Duration,
  fromMillis: number,
): Either.Either<ExpiryDate, InvalidDuration> => {
  const millis = after(duration, fromMillis)
  const value = `${duration.amount}${duration.unit}`
  return millis < endOfDates
    ? Either.right(dateOf(millis))
    : Either.left(new InvalidDuration({ reason: "too-far", value }))
}

const day = 24 * hour
const dayOf = (millis: number): number => Math.floor(millis / day)

/** Whole days from the UTC date of one instant to that of another (milliseconds since the epoch). */
export const daysBetween = (from: number, until: number): number => dayOf(until) - dayOf(from)

/** The date so many days after that of an instant, at most the last day of the year 9999. */
export const daysAfter = (days: number, now: number): ExpiryDate =>
  dateOf(Math.min((dayOf(now) + days) * day, endOfDates - day))
