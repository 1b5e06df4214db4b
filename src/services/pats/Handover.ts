import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
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
import type { Rotation } from "../../domain/Rotation.ts"
import { Notices } from "../Notices.ts"
import { Progress } from "../Progress.ts"
import { Signals } from "../Signals.ts"
import { makeAcquire, type TakenBack } from "./acquire.ts"
import type { Deliver } from "./deliverTo.ts"
import { type Loan, makeLend, type Use } from "./lend.ts"
import { PatApi, type PatApiError } from "./PatApi.ts"
import type { CreatedToken } from "./results.ts"
import { type Ended, makeRotate } from "./rotate.ts"

export type { Ended } from "./rotate.ts"

/**
 * Creates PATs, and delivers every token or revokes its PAT, as far as the key
 * ID is known.
 */
export class Handover extends Context.Tag("zpcli/Handover")<
  Handover,
  {
    readonly create: (
      pat: NewPat,
      deliver: Deliver,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown | TokenUndelivered>
    /**
     * Revokes the old PATs last, after the API has accepted the new token, it was
     * delivered, and the API has accepted it once more: whatever fails or is
     * interrupted before, they still work. The PAT that signs in is the last of
     * them. A new PAT whose answer was lost is revoked. Gives what was revoked.
     */
    readonly rotate: (
      rotation: Rotation,
      deliver: Deliver,
    ) => Effect.Effect<
      ReadonlyArray<Ended>,
      PatApiError | OutcomeUnknown | TokenUndelivered | RotationStopped | TokenRevokedMeanwhile
    >
    /**
     * Creates a PAT for one use, and revokes it when that has ended, however it
     * ended. If the answer to the create was lost and the label is the PAT's own,
     * what it left is revoked, and a second PAT is created. Gives the exit code of
     * the use.
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
    const { acquire, failWith, takeBack } = acquiring
    const create = Effect.fn("Handover.create")((pat: NewPat, deliver: Deliver) =>
      Effect.uninterruptibleMask((restore) => {
        const undelivered = ({ keyId, revoked }: TakenBack, cause?: Undelivered) =>
          new TokenUndelivered({ keyId, revoked, cause })
        const created = acquire(restore, {
          pat,
          // Two jobs may create the same label at the same moment, so a PAT in the list may be the other job's.
          recover: Effect.fail,
          noticeOf: undelivered,
        })
        // An interruption comes too late once the token is there: it is delivered all the same.
        return Effect.tap(created, (token) =>
          Effect.catchAll(deliver(token), (cause) =>
            Effect.flatMap(takeBack(token.keyId), (back) => failWith(undelivered(back, cause))),
          ),
        )
      }),
    )

    const rotate = makeRotate(api, notices, progress, acquiring)
    const lend = makeLend(api, notices, acquiring)
    return Handover.of({
      create: (pat, deliver) => signals.shield(create(pat, deliver)),
      rotate: (rotation, deliver) => signals.shield(rotate(rotation, deliver)),
      lend: (loan, use) => signals.shield(lend(loan, use)),
    })
  })

  static readonly layer = Layer.effect(this, this.make)
}
