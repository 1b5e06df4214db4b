import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ServiceUnavailable } from "../../domain/Errors.ts"
import { maxRetryAfter } from "../../domain/Retry.ts"

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

/**
 * Remembers what the API's answers say about time: its clock, and how long it
 * asked us to wait. A 429 applies to every request of the run, since several may
 * be sent at once.
 */
export const makeApiTime = () => {
  /** How far our clock is ahead of the server's, in milliseconds. */
  let ahead = 0
  let warned = false
  let until = 0
  let busy: ServiceUnavailable | undefined
  return {
    /** The server's time as its last answer told it, or ours, in milliseconds since the epoch. */
    now: Effect.map(Clock.currentTimeMillis, (ours) => ours - ahead),
    /** Takes note of an answer's time. Warns once if ours differs by more than five minutes. */
    observe: (ours: number, server: number | undefined): Effect.Effect<void> => {
      if (server === undefined) return Effect.void
      ahead = ours - server
      if (Math.abs(ahead) <= tolerance || warned) return Effect.void
      warned = true
      const how = `${inWords(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"}`
      return Effect.logWarning(`This computer's clock is ${how} the API's. zpcli uses the API's clock.`)
    },
    /** Notes that an answer asked for so many milliseconds. */
    askedToWait: (answer: ServiceUnavailable, millis: number) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (now + millis <= until) return
        until = now + millis
        busy = answer
      }),
    /** Waits as long as the API asked; fails with its answer if that is longer than `maxRetryAfter`. */
    wait: Effect.gen(function* () {
      if (busy === undefined) return
      const left = until - (yield* Clock.currentTimeMillis)
      if (left > maxRetryAfter) return yield* new ServiceUnavailable({ ...busy, retryAfter: left })
      if (left > 0) yield* Effect.sleep(left)
    }),
  }
}
