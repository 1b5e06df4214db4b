import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { timeoutFail } from "../../src/services/timeout.ts"

/** A clock whose timers fire late by these many milliseconds, one after the other; it keeps when each was to fire. */
const lateClock = (...lateness: ReadonlyArray<number>) => {
  const timers: Array<number> = []
  const left = [...lateness]
  let now = 0
  const clock: Clock.Clock = {
    ...Clock.make(),
    unsafeCurrentTimeMillis: () => now,
    currentTimeMillis: Effect.sync(() => now),
    sleep: (duration) =>
      Effect.suspend(() => {
        timers.push(Duration.toMillis(duration))
        now += Duration.toMillis(duration) + (left.shift() ?? 0)
        return Effect.yieldNow()
      }),
  }
  return { clock, timers }
}

const timersOf = (...lateness: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const { clock, timers } = lateClock(...lateness)
    const error = yield* Effect.never.pipe(
      timeoutFail(3000, () => "too late"),
      Effect.flip,
      Effect.withClock(clock),
    )
    expect(error).toBe("too late")
    return timers
  })

describe("a timeout", () => {
  it.effect("counts if its timer fires on time or up to a second late", () =>
    Effect.gen(function* () {
      expect(yield* timersOf(0)).toStrictEqual([3000])
      expect(yield* timersOf(1000)).toStrictEqual([3000])
    }),
  )

  it.effect("starts over once if its timer fires later than that", () =>
    Effect.gen(function* () {
      expect(yield* timersOf(1001)).toStrictEqual([3000, 3000])
      expect(yield* timersOf(90_000, 90_000)).toStrictEqual([3000, 3000])
    }),
  )

  it.effect("returns a result that arrives before it", () =>
    Effect.gen(function* () {
      expect(yield* timeoutFail(3000, () => "too late")(Effect.succeed(1))).toBe(1)
    }),
  )
})
