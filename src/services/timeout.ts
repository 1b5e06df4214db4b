import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A timer that fires this much too late, in milliseconds, was not running: the process was stopped, or the machine slept. */
const maxLateness = 1000

/** Sleeps, and tells whether the end came in time. */
const sleepInTime = (millis: number) =>
  Effect.gen(function* () {
    const due = (yield* Clock.currentTimeMillis) + millis
    yield* Effect.sleep(millis)
    return (yield* Clock.currentTimeMillis) - due <= maxLateness
  })

/**
 * Fails an effect that takes too long, and cancels it. After a suspend the
 * timer starts anew, once: what arrived meanwhile is still in the socket, and
 * the timer would fire before it is read.
 */
export const timeoutFail =
  <E2>(millis: number, onTimeout: () => E2) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
    Effect.raceFirst(
      self,
      Effect.gen(function* () {
        if (!(yield* sleepInTime(millis))) yield* Effect.sleep(millis)
        return yield* Effect.fail(onTimeout())
      }),
    )
