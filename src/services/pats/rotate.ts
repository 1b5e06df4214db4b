/** `Handover.rotate`: carries out a rotation. */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  type OutcomeUnknown,
  type RevokeError,
  RotationNotBegun,
  RotationStopped,
  TokenRevokedMeanwhile,
  TokenUndelivered,
} from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { works } from "../../domain/Pat.ts"
import { newestFirst } from "../../domain/PatList.ts"
import { type OldPat, type Rotation, revokedBy } from "../../domain/Rotation.ts"
import type { Notice, Notices } from "../Notices.ts"
import type { Progress } from "../Progress.ts"
import { type Acquiring, inOwnFiber, type TakenBack } from "./acquire.ts"
import type { Deliver } from "./deliverTo.ts"
import type { PatApi } from "./PatApi.ts"
import type { CreatedToken } from "./results.ts"
import { revokeEach } from "./revokeEach.ts"

/** A PAT that was replaced and revoked. */
export interface Ended {
  readonly keyId: KeyId
  /** Whether somebody else had revoked it before. */
  readonly already: boolean
  /** Whether zpcli only knows that the list no longer shows it. */
  readonly unlisted: boolean
}

/** Old PATs that may still work, and why the first of them does. */
interface Left {
  readonly old: ReadonlyArray<OldPat>
  readonly cause: RevokeError
}

/** Makes `Handover.rotate`. */
export const makeRotate = (
  api: PatApi["Type"],
  notices: Notices["Type"],
  progress: Progress["Type"],
  { acquire, failWith, takeBack }: Acquiring,
) => {
  /** Revokes the old PATs, all of them even if one fails. */
  const revokeAll = (old: ReadonlyArray<OldPat>): Effect.Effect<ReadonlyArray<Ended>, Left> =>
    Effect.gen(function* () {
      const revoke = (pat: OldPat) =>
        api.revoke(pat.keyId, pat.own).pipe(
          Effect.map(({ unlisted }) => ({ keyId: pat.keyId, already: false, unlisted })),
          // Somebody else has revoked it in the meantime, which is just as good.
          Effect.catchTag("PatNotFound", () =>
            Effect.succeed({ keyId: pat.keyId, already: true, unlisted: false }),
          ),
          Effect.mapError((cause) => ({ pat, cause })),
        )
      const [failed, ended] = Arr.separate(yield* revokeEach(progress, old, { revoke }))
      const [first] = failed
      if (first === undefined) return ended
      return yield* Effect.fail({ old: failed.map(({ pat }) => pat), cause: first.cause })
    })

  /** Why a delivered token is refused, as far as the list tells. */
  const revokedMeanwhile = ({ keyId }: CreatedToken, pat: NewPat, old: ReadonlyArray<OldPat>) =>
    Effect.map(Effect.option(inOwnFiber(api.list)), (listing) => {
      const { pats, now } = Option.getOrElse(listing, () => ({ pats: undefined, now: 0 }))
      const active = newestFirst(pats ?? []).filter(
        (one) => one.label === pat.label && one.key_id !== keyId && works(one, now),
      )
      return new TokenRevokedMeanwhile({
        newKeyId: keyId,
        old: old.map((each) => ({
          keyId: each.keyId,
          works: pats?.some((one) => one.key_id === each.keyId && works(one, now)),
        })),
        active: active[0]?.key_id,
      })
    })

  /** If a step fails or is interrupted, says where the rotation stopped. */
  const orStop = <A, C, E extends Notice>(
    step: Effect.Effect<A, C>,
    stop: (cause?: C, interruptedAt?: number) => Effect.Effect<E>,
  ): Effect.Effect<A, E> =>
    step.pipe(
      Effect.onInterrupt(() =>
        Clock.currentTimeMillis.pipe(
          Effect.flatMap((at) => stop(undefined, at)),
          Effect.flatMap(notices.tell),
        ),
      ),
      Effect.catchAll((cause) => Effect.flatMap(stop(cause), failWith)),
    )

  return Effect.fn("Handover.rotate")((rotation: Rotation, deliver: Deliver) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { old, pat, pats } = rotation
        type Cause = RotationStopped["cause"]
        /** It stopped before the delivery was complete. Without an old PAT it is no more than a create. */
        const stopped = (
          step: "create" | "check" | "deliver",
          { keyId, revoked }: TakenBack,
          cause?: Cause,
        ) =>
          old.length === 0
            ? new TokenUndelivered({ keyId, revoked, cause })
            : new RotationStopped({ step, old, newKeyId: keyId, newRevoked: revoked, cause })
        /** Revokes a PAT whose answer was lost, if the list leaves no doubt which one it is. */
        const recover = (lost: OutcomeUnknown, interruptedAt?: number) =>
          Effect.flatMap(takeBack(lost.certain, interruptedAt), ({ keyId, revoked }) =>
            revoked ? Effect.succeed(keyId) : Effect.fail(lost),
          )
        const created = yield* acquire(restore, {
          pat,
          listed: new Set(pats.map(({ key_id }) => key_id)),
          recover,
          noticeOf: (back) => stopped("create", back),
          notCreated: new RotationNotBegun({ keyId: old[0]?.keyId }),
        }).pipe(
          Effect.catchTag("OutcomeUnknown", (lost) =>
            Effect.matchEffect(recover(lost), {
              onFailure: failWith,
              onSuccess: (keyId) => failWith(stopped("create", { keyId, revoked: true }, lost.cause)),
            }),
          ),
        )
        const orTakenBack = <C extends Cause>(step: "check" | "deliver", work: Effect.Effect<void, C>) =>
          orStop(work, (cause, at) =>
            Effect.map(takeBack(created.keyId, at), (back) => stopped(step, back, cause)),
          )
        yield* orTakenBack("check", restore(api.check(created.token)))
        yield* orTakenBack("deliver", deliver(created))

        const working = revokedBy(rotation)
        /** It stopped after that: both the new PAT and the old ones stay. */
        const unfinished = (step: "confirm" | "revoke", left: ReadonlyArray<OldPat>, cause?: Cause) =>
          new RotationStopped({ step, old: left, newKeyId: created.keyId, newRevoked: false, cause })
        // Another rotation may have revoked it while it was delivered: then the old one is still needed.
        yield* orStop(
          restore(api.check(created.token)),
          (cause): Effect.Effect<TokenRevokedMeanwhile | RotationStopped> =>
            cause?._tag === "CredentialRefused"
              ? revokedMeanwhile(created, pat, old)
              : Effect.succeed(unfinished("confirm", working, cause)),
        )
        if (working.length === 0) return []
        return yield* orStop(restore(revokeAll(working)), (left) =>
          Effect.succeed(unfinished("revoke", left?.old ?? working, left?.cause)),
        )
      }),
    ),
  )
}
