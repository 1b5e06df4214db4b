/** Creating a new PAT and revoking it again: the part that the three uses in `Handover` share. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { OutcomeUnknown, type RevokeError } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { Notice, Notices } from "../Notices.ts"
import { Flight } from "../network/attempt.ts"
import type { Signals } from "../Signals.ts"
import type { CreatedToken } from "./outcome.ts"
import type { PatApi } from "./PatApi.ts"

/** Why a revoke isn't certain; without a cause the key ID isn't known, or there was no time for an answer. */
export interface Uncertain {
  readonly cause: RevokeError | undefined
}

/** A PAT that was to be revoked, since its token isn't in use anywhere. */
export interface TakenBack {
  readonly keyId: string | undefined
  /** Undefined if it certainly doesn't work any more. */
  readonly uncertain: Uncertain | undefined
}

/** A PAT to be acquired. */
export interface Acquisition {
  readonly pat: NewPat
  /** The key IDs that were listed before: none of them can be the new one. */
  readonly listed?: ReadonlySet<string | undefined>
  /**
   * Finds and revokes a PAT whose answer was lost, as far as this use can tell
   * which one it is. Gives its key ID, or fails with what may exist.
   */
  readonly recover: (
    lost: OutcomeUnknown,
    interruptedAt?: number,
  ) => Effect.Effect<string | undefined, OutcomeUnknown>
  /** What to tell the user after an interruption, once the PAT was to be revoked. */
  readonly tell: (back: TakenBack) => Notice
  /** What to tell the user if it was certainly never created. */
  readonly notCreated?: Notice
}

/** How long an interruption waits for the answer to a create: only the answer says what to revoke. */
const answerMillis = 5_000

/** How long a wait and a revoke may take together after an interruption: Docker and GitHub kill after 10 s. */
const allMillis = 9_000

/** How long a revoke gets in any case. */
const revokeMillis = allMillis - answerMillis

/** Runs an effect in a fiber of its own: its timeouts need to interrupt it, even in an uninterruptible region. */
export const apart = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(Effect.interruptible, Effect.forkDaemon, Effect.flatMap(Fiber.join))

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export type Acquiring = ReturnType<typeof makeAcquire>

/** The steps that `create`, `rotate` and `lend` share: create a PAT, revoke it again, and report a PAT that may be left. */
export const makeAcquire = (api: PatApi["Type"], notices: Notices["Type"], signals: Signals["Type"]) => {
  /** Ends work that takes too long after an interruption or a signal, which may still come. */
  const inTime = <A, E>(work: Effect.Effect<A, E>, otherwise: A, interruptedAt?: number) =>
    apart(
      Effect.raceFirst(
        work,
        Effect.gen(function* () {
          const begun = yield* Clock.currentTimeMillis
          const at = interruptedAt ?? (yield* signals.first)
          const now = yield* Clock.currentTimeMillis
          yield* Effect.sleep(Math.max(at + allMillis - now, begun + revokeMillis - now, 0))
          return otherwise
        }),
      ),
    )

  /** Revokes a PAT that is no longer wanted. Gives nothing if it certainly doesn't work any more. */
  const revoke = (keyId: string | undefined, interruptedAt?: number): Effect.Effect<Uncertain | undefined> =>
    Either.match(KeyId.parse(keyId ?? ""), {
      onLeft: () => Effect.succeed({ cause: undefined }),
      onRight: (known) => {
        const revoking: Effect.Effect<Uncertain | undefined> = Effect.match(api.revoke(known), {
          onSuccess: () => undefined,
          onFailure: (cause) => (cause._tag === "PatNotFound" ? undefined : { cause }),
        })
        return inTime(revoking, { cause: undefined }, interruptedAt)
      },
    })

  /** Revokes a PAT whose token isn't in use anywhere. */
  const takeBack = ({ keyId }: CreatedToken, interruptedAt?: number): Effect.Effect<TakenBack> =>
    Effect.map(revoke(keyId, interruptedAt), (uncertain) => ({ keyId, uncertain }))

  /** Creates a PAT. After an interruption it is revoked again, if it exists, and the user told so. */
  const acquire = Effect.fnUntraced(function* (restore: Restore, wanted: Acquisition) {
    const { listed, notCreated, pat, recover, tell } = wanted
    // An interruption that has come already is obeyed before anything is sent.
    yield* restore(Effect.void)
    const flight = new Flight()
    const asking = yield* Effect.forkDaemon(Effect.interruptible(api.create(pat, listed, flight)))

    const undo = Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const notice = yield* noticeOf(yield* answered, at)
      if (notice !== undefined) yield* notices.owe(notice)
    })

    const answered = Effect.suspend(() =>
      // What hasn't left is cancelled in this very turn of the event loop: later it may have.
      flight.mayHaveHappened ? Effect.zipRight(notices.waiting, awaitAnswer) : Fiber.interrupt(asking),
    )

    const awaitAnswer = Effect.gen(function* () {
      const cancel = yield* Effect.raceFirst(Effect.sleep(answerMillis), signals.again).pipe(
        Effect.zipRight(Fiber.interrupt(asking)),
        Effect.interruptible,
        Effect.forkDaemon,
      )
      const answer = yield* Fiber.await(asking)
      yield* Fiber.interrupt(cancel)
      return answer
    })

    const noticeOf = (
      answer: Exit.Exit<CreatedToken, unknown>,
      at: number,
    ): Effect.Effect<Notice | undefined> => {
      if (Exit.isSuccess(answer)) return Effect.map(takeBack(answer.value, at), tell)
      const failure = Option.getOrUndefined(Cause.failureOption(answer.cause))
      const lost =
        failure instanceof OutcomeUnknown
          ? failure
          : Cause.isInterruptedOnly(answer.cause) && flight.mayHaveHappened
            ? new OutcomeUnknown({
                label: pat.label,
                found: undefined,
                replaces: pat.replaces,
                cause: undefined,
              })
            : undefined
      if (lost === undefined) return Effect.succeed(notCreated)
      const recovered = Effect.match(recover(lost, at), {
        onFailure: (unknown): Notice => unknown,
        onSuccess: (keyId) => tell({ keyId, uncertain: undefined }),
      })
      return inTime(recovered, lost, at)
    }

    return yield* Effect.onInterrupt(restore(Fiber.join(asking)), () => undo)
  })

  /**
   * Fails; or, where an interruption waits for the end of what can't be
   * interrupted, tells the user at once: the interruption would hide the failure.
   */
  const failWith = <E extends Notice>(error: E): Effect.Effect<never, E> =>
    Effect.flatMap(Effect.descriptor, ({ interruptors }) =>
      HashSet.size(interruptors) === 0
        ? Effect.fail(error)
        : Effect.zipRight(notices.owe(error), Effect.interrupt),
    )

  return { acquire, failWith, revoke, takeBack }
}
