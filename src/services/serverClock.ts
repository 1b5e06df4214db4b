import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** How far our clock may be off before a warning, in milliseconds: 5 minutes. */
const tolerance = 5 * 60_000

const units = [
  [86_400_000, "days"],
  [3_600_000, "hours"],
  [60_000, "minutes"],
] as const

const inWords = (millis: number): string => {
  // The largest unit that is there at least twice, so that it need not be singular.
  const [size, name] = units.find(([unit]) => millis >= 2 * unit) ?? units[2]
  return `${Math.round(millis / size)} ${name}`
}

/** An answer's `Date` in milliseconds since the epoch, if it has one. */
export const timeOf = (date: string | undefined): number | undefined => {
  const time = Date.parse(date ?? "")
  return Number.isNaN(time) ? undefined : time
}

/** Makes what warns where our clock differs from the server's by more than five minutes, at most once. */
export const makeClockWarning = Effect.map(
  Ref.make(false),
  (warned) => (ours: number, server: number | undefined) => {
    const ahead = ours - (server ?? ours)
    if (Math.abs(ahead) <= tolerance) return Effect.void
    const how = `${inWords(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"}`
    return Effect.unlessEffect(
      Effect.logWarning(
        `This computer's clock is ${how} the API's. Times are compared with the API's clock.`,
      ),
      Ref.getAndSet(warned, true),
    )
  },
)
