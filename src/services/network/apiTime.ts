import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
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
 * Makes what listens to the server's clock, and warns where ours differs by
 * more than five minutes, at most once.
 */
export const makeServerClock = Effect.gen(function* () {
  const ahead = yield* Ref.make(0)
  const warned = yield* Ref.make(false)
  return {
    /** The server's time as its last answer told it, or ours, in milliseconds since the epoch. */
    now: Effect.zipWith(Clock.currentTimeMillis, Ref.get(ahead), (ours, ahead) => ours - ahead),
    /** Takes note of an answer's time. */
    observe: Effect.fnUntraced(function* (ours: number, server: number | undefined) {
      if (server === undefined) return
      const millis = ours - server
      yield* Ref.set(ahead, millis)
      if (Math.abs(millis) <= tolerance || (yield* Ref.getAndSet(warned, true))) return
      const how = `${inWords(Math.abs(millis))} ${millis > 0 ? "ahead of" : "behind"}`
      yield* Effect.logWarning(
        `This computer's clock is ${how} the API's. Times are compared with the API's clock.`,
      )
    }),
  }
})

/**
 * Makes what remembers how long the API asked us to wait: a 429 means every
 * request of the run, since they may be sent side by side.
 */
export const makeQuiet = Effect.map(
  Ref.make<{ readonly until: number; readonly asked: ServiceUnavailable | undefined }>({
    until: 0,
    asked: undefined,
  }),
  (state) => ({
    /** Notes that an answer asked for so many milliseconds. */
    ask: (asked: ServiceUnavailable, millis: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Ref.update(state, (known) => (now + millis > known.until ? { until: now + millis, asked } : known)),
      ),
    /** Waits until it is over; fails with that answer where it is longer than may be waited for. */
    keep: Effect.gen(function* () {
      const { asked, until } = yield* Ref.get(state)
      if (asked === undefined) return
      const wait = until - (yield* Clock.currentTimeMillis)
      if (wait > maxRetryAfter) return yield* new ServiceUnavailable({ ...asked, retryAfter: wait })
      if (wait > 0) yield* Effect.sleep(wait)
    }),
  }),
)
