import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { ServiceUnavailable } from "../../domain/Errors.ts"
import { maxRetryAfter } from "../../domain/Retry.ts"

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
