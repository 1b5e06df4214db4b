import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import {
  type CommandUnusable,
  type OutcomeUnknown,
  type PatLeft,
  RotationNotBegun,
  type RotationStep,
  RotationStopped,
  TokenUndelivered,
  type Undelivered,
} from "../domain/Errors.ts"
import type { KeyId } from "../domain/KeyId.ts"
import type { NewPat } from "../domain/NewPat.ts"
import { type Loan, makeLend, revokeFor, type Use } from "./lend.ts"
import { type Notice, Notices } from "./Notices.ts"
import { PatApi, type PatApiError } from "./PatApi.ts"
import { Progress } from "./Progress.ts"
import type { CreatedToken, Revoked } from "./results.ts"

/** Where a new token goes. It is made ready before the token is asked for. */
export interface Delivery {
  readonly deliver: (created: CreatedToken) => Effect.Effect<void, Undelivered>
}

/** A PAT that is to be replaced. */
export interface OldPat {
  readonly keyId: KeyId
  /** Whether it works: one that has expired has ended by itself, and is not revoked. */
  readonly works: boolean
  /** Whether it is the PAT that signs in. */
  readonly own: boolean
}

/** What a new PAT takes the place of. */
export interface Replacement {
  /** At least one. */
  readonly old: ReadonlyArray<OldPat>
  /** The key IDs that were listed before: none of them can be the new one. */
  readonly listed: ReadonlySet<string | undefined>
  /** Whether the old ones are left to their own expiry. */
  readonly keep: boolean
}

/** A PAT that was replaced and revoked. */
export interface Ended extends Revoked {
  readonly keyId: KeyId
}

/**
 * What must never lose a token: make it, check it, deliver it, and revoke what
 * it replaces. A token that could not be handed over is taken back: its PAT is
 * revoked again, where its key ID is known.
 */
export class Handover extends Context.Tag("zpcli/Handover")<
  Handover,
  {
    readonly create: (
      pat: NewPat,
      to: Delivery,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown | TokenUndelivered>
    /**
     * The old PATs are revoked last, once the new token has been accepted by the
     * API and delivered: whatever fails or is interrupted before, they still
     * work. The PAT that signs in goes after the others. Gives what was revoked.
     */
    readonly replace: (
      replacement: Replacement,
      pat: NewPat,
      to: Delivery,
    ) => Effect.Effect<ReadonlyArray<Ended>, PatApiError | OutcomeUnknown | RotationStopped>
    /**
     * Makes a PAT for one use, and revokes it when that has ended, however it
     * ended. A create whose answer was lost is repaired, and made once more, if
     * the PAT's label is its own. Gives the exit code of the use.
     */
    readonly lend: (
      loan: Loan,
      use: Use,
    ) => Effect.Effect<number, PatApiError | OutcomeUnknown | CommandUnusable | PatLeft>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const api = yield* PatApi
    const notices = yield* Notices
    const progress = yield* Progress

    const revoke = revokeFor(api)
    /** Revokes a PAT whose token nobody has. Gives whether it is certain that it does not work any more. */
    const takeBack = ({ keyId }: CreatedToken): Effect.Effect<boolean> =>
      Effect.map(revoke(keyId), (uncertain) => uncertain === undefined)

    /**
     * Fails; or, where an interruption waits for the end of what can't be
     * interrupted, says so at once: a failure would be lost behind it.
     */
    const failWith = <E extends Notice>(error: E): Effect.Effect<never, E> =>
      Effect.flatMap(Effect.descriptor, ({ interruptors }) =>
        HashSet.size(interruptors) === 0
          ? Effect.fail(error)
          : Effect.zipRight(notices.owe(error), Effect.interrupt),
      )

    const create = Effect.fn("Handover.create")((pat: NewPat, to: Delivery) =>
      Effect.uninterruptibleMask((restore) =>
        // Once the token has come, nothing keeps it from being delivered.
        Effect.tap(restore(api.create(pat)), (created) =>
          Effect.catchAll(to.deliver(created), (cause) =>
            Effect.flatMap(takeBack(created), (undone) =>
              failWith(new TokenUndelivered({ keyId: created.keyId, undone, cause })),
            ),
          ),
        ),
      ),
    )

    /** Revokes what was replaced, and goes on where one fails: with which PATs may still work, and the first cause. */
    const revokeAll = (old: ReadonlyArray<OldPat>) =>
      Effect.gen(function* () {
        const { length: total } = old
        let done = 0
        const show = Effect.suspend(() => (total > 1 ? progress.count({ done, total }) : Effect.void))
        yield* show
        const results = yield* Effect.forEach(
          [...old.filter(({ own }) => !own), ...old.filter(({ own }) => own)],
          (pat) =>
            api.revoke(pat.keyId, pat.own).pipe(
              // Somebody else has revoked it in the meantime: that is what was wanted.
              Effect.catchTag("PatNotFound", () => Effect.succeed({ text: undefined, unlisted: false })),
              Effect.mapBoth({
                onFailure: (cause) => ({ pat, cause }),
                onSuccess: (revoked): Ended => ({ ...revoked, keyId: pat.keyId }),
              }),
              Effect.tap(() => {
                done++
                return show
              }),
              Effect.either,
            ),
        ).pipe(Effect.ensuring(progress.count(undefined)))
        const [failures, ended] = Arr.separate(results)
        const [first] = failures
        return first === undefined
          ? ended
          : yield* Effect.fail({ old: failures.map(({ pat }) => pat), cause: first.cause })
      })

    const replace = Effect.fn("Handover.replace")((replacement: Replacement, pat: NewPat, to: Delivery) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const { keep, listed, old } = replacement
          /** Where the rotation stopped; without a cause it was interrupted. */
          const stopped = (
            step: RotationStep,
            created: CreatedToken,
            cause?: RotationStopped["cause"],
            undone = false,
            left = old,
          ) =>
            new RotationStopped({
              step,
              old: left.map(({ keyId, works }) => ({ keyId, works })),
              newKeyId: created.keyId,
              undone,
              cause,
            })
          const created = yield* restore(api.create(pat, listed)).pipe(
            // Where a create may have been sent, that has been said by now.
            Effect.onInterrupt(() => notices.owe(new RotationNotBegun({ keyId: old[0]?.keyId }))),
          )
          /** A step after which the new PAT is taken back, if it fails or is interrupted. */
          const orTakenBack = <A>(
            step: RotationStep,
            work: Effect.Effect<A, NonNullable<RotationStopped["cause"]>>,
          ) =>
            work.pipe(
              Effect.onInterrupt(() =>
                Effect.flatMap(takeBack(created), (undone) =>
                  notices.owe(stopped(step, created, undefined, undone)),
                ),
              ),
              Effect.catchAll((cause) =>
                Effect.flatMap(takeBack(created), (undone) =>
                  failWith(stopped(step, created, cause, undone)),
                ),
              ),
            )
          yield* orTakenBack("check", restore(api.check(created.token)))
          yield* orTakenBack("deliver", to.deliver(created))
          const works = keep ? [] : old.filter((each) => each.works)
          return yield* restore(revokeAll(works)).pipe(
            Effect.onInterrupt(() => notices.owe(stopped("revoke", created, undefined, false, works))),
            Effect.catchAll(({ cause, old }) => failWith(stopped("revoke", created, cause, false, old))),
          )
        }),
      ),
    )

    return Handover.of({ create, replace, lend: makeLend(api, notices, failWith) })
  })

  static readonly layer = Layer.effect(this, this.make)
}
