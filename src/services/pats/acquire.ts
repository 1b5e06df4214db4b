/** Creates a PAT, and revokes it again if its token is of no use: what `create`, `rotate` and `lend` share. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { OutcomeUnknown, type RevokeError } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import type { Notice, Notices } from "../Notices.ts"
import { Flight } from "../network/trace.ts"
import type { Signals } from "../Signals.ts"
import type { PatApi } from "./PatApi.ts"
import type { CreatedToken } from "./results.ts"

/** A new PAT that zpcli tried to revoke, since its token isn't in use anywhere. */
export interface TakenBack {
  readonly keyId: string | undefined
  /** Whether it was certainly revoked. */
  readonly revoked: boolean
  /** Why it may still work; absent if its key ID isn't known, or if there was no time for an answer. */
  readonly cause?: RevokeError
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
  /** What to tell the user after an interruption. */
  readonly noticeOf: (back: TakenBack) => Notice
  /** What to tell the user after an interruption if the PAT was certainly never created. */
  readonly notCreated?: Notice
}

/** How long an interruption waits for the answer to a create: only the answer says what to revoke. */
const answerMillis = 5_000

/** How long a wait and a revoke may take together after an interruption: Docker and GitHub kill after 10 s. */
const allMillis = 9_000

/** How long a revoke may take in any case. */
const revokeMillis = allMillis - answerMillis

/** Runs an effect in a fiber of its own: its timeouts need to interrupt it, even in an uninterruptible region. */
export const inOwnFiber = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.interruptible,
    Effect.forkDaemon,
    // Its timers would keep the process alive when nobody waits for it any more.
    Effect.flatMap((fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interruptFork(fiber))),
  )

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export type Acquiring = ReturnType<typeof makeAcquire>

/** The steps that `create`, `rotate` and `lend` share: create a PAT, revoke it again, and report a PAT that may be left. */
export const makeAcquire = (api: PatApi["Type"], notices: Notices["Type"], signals: Signals["Type"]) => {
  /** Ends work that takes too long after an interruption, or after a signal, which may come while it runs. */
  const inTime = <A, E>(work: Effect.Effect<A, E>, otherwise: A, interruptedAt?: number) =>
    inOwnFiber(
      Effect.raceFirst(
        work,
        Effect.gen(function* () {
          const begunAt = yield* Clock.currentTimeMillis
          const at = interruptedAt ?? (yield* signals.first)
          // A revoke that begins late, because the command of `pat run` outlived the signal, still has its own time.
          const deadline = Math.max(at + allMillis, begunAt + revokeMillis)
          yield* Effect.sleep(deadline - (yield* Clock.currentTimeMillis))
          return otherwise
        }),
      ),
    )

  /** Revokes a PAT whose token isn't in use anywhere. */
  const takeBack = (keyId: string | undefined, interruptedAt?: number): Effect.Effect<TakenBack> => {
    const gone: TakenBack = { keyId, revoked: true }
    const mayWork: TakenBack = { keyId, revoked: false }
    if (!KeyId.is(keyId)) return Effect.succeed(mayWork)
    const revoking = Effect.match(api.revoke(keyId), {
      onSuccess: () => gone,
      onFailure: (cause) => (cause._tag === "PatNotFound" ? gone : { ...mayWork, cause }),
    })
    return inTime(revoking, mayWork, interruptedAt)
  }

  /** Creates a PAT. After an interruption, it is revoked again if it exists, and the user is told. */
  const acquire = Effect.fnUntraced(function* (restore: Restore, wanted: Acquisition) {
    const { listed, notCreated, noticeOf, pat, recover } = wanted
    // An interruption that has come already is obeyed before anything is sent.
    yield* restore(Effect.void)
    const flight = new Flight()
    const asking = yield* Effect.forkDaemon(Effect.interruptible(api.create(pat, listed, flight)))

    /** Waits for the answer for 5 s, or until a second signal. */
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

    const answered = Effect.suspend(() =>
      // What hasn't left is cancelled in this very turn of the event loop: later it may have.
      flight.mayHaveHappened ? Effect.zipRight(notices.waiting, awaitAnswer) : Fiber.interrupt(asking),
    )

    /** The answer that is missing, if the create may have had an effect all the same. */
    const lostIn = (cause: Cause.Cause<unknown>): OutcomeUnknown | undefined => {
      const failure = Option.getOrUndefined(Cause.failureOption(cause))
      if (failure instanceof OutcomeUnknown) return failure
      if (!Cause.isInterruptedOnly(cause) || !flight.mayHaveHappened) return undefined
      const { label, replaces } = pat
      return new OutcomeUnknown({ label, found: undefined, replaces, cause: undefined })
    }

    /** Revokes a PAT that was created, and says what to tell the user. */
    const cleanUp = (
      answer: Exit.Exit<CreatedToken, unknown>,
      at: number,
    ): Effect.Effect<Notice | undefined> => {
      if (Exit.isSuccess(answer)) return Effect.map(takeBack(answer.value.keyId, at), noticeOf)
      const lost = lostIn(answer.cause)
      if (lost === undefined) return Effect.succeed(notCreated)
      const recovered = Effect.match(recover(lost, at), {
        onFailure: (unknown): Notice => unknown,
        onSuccess: (keyId) => noticeOf({ keyId, revoked: true }),
      })
      return inTime(recovered, lost, at)
    }

    const undo = Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      const notice = yield* cleanUp(yield* answered, at)
      if (notice !== undefined) yield* notices.tell(notice)
    })

    return yield* Effect.onInterrupt(restore(Fiber.join(asking)), () => undo)
  })

  /**
   * Fails. A pending interruption would replace the error at the end of the uninterruptible region, so the user is
   * told at once.
   */
  const failWith = <E extends Notice>(error: E): Effect.Effect<never, E> =>
    Effect.flatMap(Effect.descriptor, ({ interruptors }) =>
      HashSet.size(interruptors) === 0
        ? Effect.fail(error)
        : Effect.zipRight(notices.tell(error), Effect.interrupt),
    )

  return { acquire, failWith, takeBack }
}
