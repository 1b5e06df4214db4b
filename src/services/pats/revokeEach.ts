import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Progress } from "../Progress.ts"

/** How each of several PATs is revoked. */
interface Steps<P, A, E, E2> {
  readonly revoke: (pat: P) => Effect.Effect<A, E>
  /**
   * Is called with each outcome as soon as it is known, even if an interruption comes at the same time. The effects
   * that it gives run one at a time, and if one fails, no further PAT is revoked.
   */
  readonly settled?: (pat: P, outcome: Either.Either<A, E>) => Effect.Effect<void, E2>
  /** How many are revoked side by side: 1 unless it is given. */
  readonly concurrency?: number
}

/**
 * Revokes PATs, all of them even if one fails, and counts them if there are
 * several. The PAT that signs in comes last, since nothing can be revoked with it
 * afterwards. Gives the outcomes in that order.
 */
export const revokeEach = <P extends { readonly own: boolean }, A, E, E2 = never>(
  progress: Progress["Type"],
  pats: ReadonlyArray<P>,
  { concurrency = 1, revoke, settled }: Steps<P, A, E, E2>,
): Effect.Effect<ReadonlyArray<Either.Either<A, E>>, E2> =>
  Effect.gen(function* () {
    let done = 0
    const count = Effect.suspend(() =>
      pats.length > 1 ? progress.count({ done, total: pats.length }) : Effect.void,
    )
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const revokeOne = (pat: P) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Effect.either(restore(revoke(pat))), (outcome) => {
          if (Either.isRight(outcome)) done++
          // What `settled` prints takes the place of the count.
          const settle =
            settled === undefined
              ? Effect.when(count, () => Either.isRight(outcome))
              : Effect.zipRight(settled(pat, outcome), count)
          return Effect.as(restore(oneAtATime(settle)), outcome)
        }),
      )
    const [others, own] = Arr.partition(pats, (pat) => pat.own)
    yield* count
    const first = yield* Effect.forEach(others, revokeOne, { concurrency })
    return [...first, ...(yield* Effect.forEach(own, revokeOne))]
  }).pipe(Effect.ensuring(progress.count(undefined)))
