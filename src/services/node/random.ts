import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** Gives an effect random numbers of this process: those of Effect were seeded when the executable was built. */
export const withOwnRandom = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withRandom(effect, Random.make(Math.random()))
