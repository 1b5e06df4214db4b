import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Time } from "../../domain/Pat.ts"

/** The zone of `--local`: `DateTime.CurrentTimeZone` if it is provided, else undefined for the system's zone. */
export const localZone: Effect.Effect<DateTime.TimeZone | undefined> = Effect.map(
  Effect.serviceOption(DateTime.CurrentTimeZone),
  Option.getOrUndefined,
)

const dayMillis = 24 * 3_600_000
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"))

/** Formats as `2026-01-26 02:05:37 UTC`. Keeps dates, since many times in a list have the same date. */
const inUtc = (): ((millis: number) => string) => {
  const dates = new Map<number, string>()
  return (millis) => {
    const day = Math.floor(millis / dayMillis)
    let date = dates.get(day)
    if (date === undefined) {
      date = new Date(millis).toISOString().slice(0, -14)
      dates.set(day, date)
    }
    const seconds = Math.floor((millis - day * dayMillis) / 1000)
    const two = (number: number) => twoDigits[number] as string
    return `${date} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} UTC`
  }
}

// Each locale abbreviates the zones of its own region (`CET`, `IST`), and has offsets for the others.
const locales = ["en-US", "en-GB", "en-AU", "en-CA", "en-IN", "en-NZ", "en-ZA"]

/** A year as in ISO 8601: four digits, or a sign and six digits. */
const isoYear = (year: number): string =>
  year >= 0 && year <= 9999
    ? String(year).padStart(4, "0")
    : `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`

const inZone = (timeZone: DateTime.TimeZone | undefined): ((millis: number) => string) => {
  const zone = timeZone === undefined ? {} : { timeZone: DateTime.zoneToString(timeZone) }
  const clock = new Intl.DateTimeFormat("en-CA", {
    ...zone,
    era: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  })
  const names = locales.map((locale) => new Intl.DateTimeFormat(locale, { ...zone, timeZoneName: "short" }))
  const nameOf = (format: Intl.DateTimeFormat, millis: number) =>
    format.formatToParts(millis).find(({ type }) => type === "timeZoneName")?.value ?? ""
  return (millis) => {
    const part = Object.fromEntries(clock.formatToParts(millis).map(({ type, value }) => [type, value]))
    let name = ""
    for (const format of names) {
      name = nameOf(format, millis)
      if (!/^(GMT|UTC)[+-]/.test(name)) break
    }
    // The year before 1 is 1 BC.
    const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year)
    return `${isoYear(year)}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${name}`
  }
}

/** How much of a time is shown: `2026-01-26 02:05:37 UTC`, `2026-01-26 02:05` or `2026-01-26`. */
export type TimeForm = "full" | "minutes" | "date"

/**
 * Formats instants as `2026-01-26 02:05:37 UTC`, or in the local zone with its
 * abbreviation (or an offset such as `GMT+9` if English has none). Shows an unreadable
 * time as the server sent it.
 */
export const formatter = (local: boolean, zone?: DateTime.TimeZone) => {
  const format = local ? inZone(zone) : inUtc()
  return (time: Time, absent: string, form: TimeForm = "full"): string => {
    if (typeof time !== "number") return time ?? absent
    const text = format(time)
    return form === "full" ? text : text.slice(0, text.indexOf(" ") + (form === "minutes" ? 6 : 0))
  }
}
