import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import {
  type CommandUnusable,
  type OutcomeUnknown,
  type PatLeft,
  type RotationStopped,
  type TokenRevokedMeanwhile,
  TokenUndelivered,
  type Undelivered,
} from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { type Notice, Notices } from "../Notices.ts"
import { Progress } from "../Progress.ts"
import { Signals } from "../Signals.ts"
import { makeAcquire } from "./acquire.ts"
import { type Loan, makeLend, type Use } from "./lend.ts"
import type { CreatedToken } from "./outcome.ts"
import { PatApi, type PatApiError } from "./PatApi.ts"
import { type Delivery, type Ended, makeReplace, type Replacement } from "./replace.ts"

export type { Delivery, Ended, OldPat, Replacement } from "./replace.ts"

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
     * API, delivered, and accepted once more: whatever fails or is interrupted
     * before, they still work. The PAT that signs in goes after the others. A PAT
     * whose answer was lost is revoked again. Gives what was revoked.
     */
    readonly replace: (
      replacement: Replacement,
      pat: NewPat,
      to: Delivery,
    ) => Effect.Effect<
      ReadonlyArray<Ended>,
      PatApiError | OutcomeUnknown | TokenUndelivered | RotationStopped | TokenRevokedMeanwhile
    >
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
    const signals = yield* Signals

    const acquiring = makeAcquire(api, notices, signals)
    const { acquire, takeBack } = acquiring
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
      Effect.uninterruptibleMask((restore) => {
        const undelivered = (keyId: string | undefined, undone: boolean, cause?: Undelivered) =>
          new TokenUndelivered({ keyId, undone, cause })
        const created = acquire(restore, {
          pat,
          // Two jobs may create the same label at the same moment: it isn't known whose PAT it is.
          recover: (error) => Effect.succeed({ _tag: "Unknown", error }),
          tell: (undone) => {
            if (undone._tag === "NoPat") return undefined
            if (undone._tag === "Unknown") return undone.error
            return undelivered(undone.keyId, undone._tag === "Revoked")
          },
        })
        // Once the token has come, nothing keeps it from being delivered.
        return Effect.tap(created, (token) =>
          Effect.catchAll(to.deliver(token), (cause) =>
            Effect.flatMap(takeBack(token), (undone) => failWith(undelivered(token.keyId, undone, cause))),
          ),
        )
      }),
    )

    const replace = makeReplace(api, notices, progress, acquiring, failWith)
    const lend = makeLend(api, notices, acquiring, failWith)
    return Handover.of({
      create: (pat, to) => signals.shield(create(pat, to)),
      replace: (replacement, pat, to) => signals.shield(replace(replacement, pat, to)),
      lend: (loan, use) => signals.shield(lend(loan, use)),
    })
  })

  static readonly layer = Layer.effect(this, this.make)
}
