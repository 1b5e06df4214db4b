/** `Handover.replace`: a new PAT in the place of old ones. */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  type OutcomeUnknown,
  RotationNotBegun,
  type RotationStep,
  RotationStopped,
  TokenRevokedMeanwhile,
  TokenUndelivered,
} from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { works } from "../../domain/Pat.ts"
import { newestFirst } from "../../domain/PatList.ts"
import type { Notices } from "../Notices.ts"
import type { Progress } from "../Progress.ts"
import { type Acquiring, apart, type Undone } from "./acquire.ts"
import type { Deliver } from "./deliveries.ts"
import type { CreatedToken, Revoked } from "./outcome.ts"
import type { PatApi } from "./PatApi.ts"

/** A PAT that is to be replaced. */
export interface OldPat {
  readonly keyId: KeyId
  /** Whether it works. An expired PAT is not revoked. */
  readonly works: boolean
  /** Whether it is the PAT that signs in. */
  readonly own: boolean
}

/** What a new PAT takes the place of. */
export interface Replacement {
  /** None for the first PAT of a label. */
  readonly old: ReadonlyArray<OldPat>
  /** The key IDs that were listed before: none of them can be the new one. */
  readonly listed: ReadonlySet<string | undefined>
  /** Whether the old ones are left to their own expiry. */
  readonly keep: boolean
}

/** A PAT that was replaced and revoked. */
export interface Ended extends Revoked {
  readonly keyId: KeyId
  /** Whether somebody else had revoked it before. */
  readonly already: boolean
}

/** Makes `Handover.replace`. */
export const makeReplace = (
  api: PatApi["Type"],
  notices: Notices["Type"],
  progress: Progress["Type"],
  { acquire, failWith, revoke, takeBack }: Acquiring,
) => {
  /** Revokes the old PATs, all of them even if one fails. Fails with those that may still work, and the first cause. */
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
            Effect.map((revoked): Ended => ({ ...revoked, keyId: pat.keyId, already: false })),
            // Somebody else has revoked it in the meantime, which is just as good.
            Effect.catchTag("PatNotFound", () =>
              Effect.succeed<Ended>({
                text: undefined,
                unlisted: false,
                keyId: pat.keyId,
                already: true,
              }),
            ),
            Effect.mapError((cause) => ({ pat, cause })),
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

  /** Why a delivered token is refused, as far as the list tells. */
  const revokedMeanwhile = ({ keyId }: CreatedToken, pat: NewPat, old: ReadonlyArray<OldPat>) =>
    Effect.map(Effect.option(apart(api.list)), (listing) => {
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

  return Effect.fn("Handover.replace")((replacement: Replacement, pat: NewPat, deliver: Deliver) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { keep, listed, old } = replacement
        interface Stop {
          readonly keyId: string | undefined
          /** Undefined for an interruption. */
          readonly cause?: RotationStopped["cause"]
          /** Whether the new PAT was revoked again. */
          readonly undone?: boolean
          /** Those of the old PATs that it is about. */
          readonly left?: ReadonlyArray<OldPat>
        }
        /** Where the rotation stopped. */
        const stopped = (step: RotationStep, { cause, keyId, left = old, undone = false }: Stop) =>
          old.length === 0 && step !== "confirm"
            ? new TokenUndelivered({ keyId, undone, cause })
            : new RotationStopped({
                step,
                old: left.map(({ keyId, works }) => ({ keyId, works })),
                newKeyId: keyId,
                undone,
                cause,
              })
        /** A PAT whose answer was lost is taken back, if the list leaves no doubt which one it is. */
        const recover = (lost: OutcomeUnknown, interruptedAt?: number): Effect.Effect<Undone> =>
          Effect.map(revoke(lost.certain, interruptedAt), (uncertain) =>
            uncertain === undefined
              ? { _tag: "Revoked", keyId: lost.certain }
              : { _tag: "Unknown", error: lost },
          )
        const created = yield* acquire(restore, {
          pat,
          listed,
          recover,
          tell: (undone) => {
            if (undone._tag === "NoPat") return new RotationNotBegun({ keyId: old[0]?.keyId })
            if (undone._tag === "Unknown") return undone.error
            return stopped("create", { keyId: undone.keyId, undone: undone._tag === "Revoked" })
          },
        }).pipe(
          Effect.catchTag("OutcomeUnknown", (lost) =>
            Effect.flatMap(recover(lost), (undone) =>
              failWith(
                undone._tag === "Revoked"
                  ? stopped("create", { keyId: undone.keyId, undone: true, cause: lost.cause })
                  : lost,
              ),
            ),
          ),
        )
        const { keyId } = created
        /** A step after which the new PAT is taken back, if it fails or is interrupted. */
        const orTakenBack = <A>(
          step: RotationStep,
          work: Effect.Effect<A, NonNullable<RotationStopped["cause"]>>,
        ) =>
          work.pipe(
            Effect.onInterrupt(() =>
              Effect.gen(function* () {
                const undone = yield* takeBack(created, yield* Clock.currentTimeMillis)
                yield* notices.owe(stopped(step, { keyId, undone }))
              }),
            ),
            Effect.catchAll((cause) =>
              Effect.flatMap(takeBack(created), (undone) =>
                failWith(stopped(step, { keyId, undone, cause })),
              ),
            ),
          )
        yield* orTakenBack("check", restore(api.check(created.token)))
        yield* orTakenBack("deliver", deliver(created))
        const left = keep ? [] : old.filter((each) => each.works)
        // Another rotation may have revoked it while it was delivered: then the old one is still needed.
        yield* restore(api.check(created.token)).pipe(
          Effect.onInterrupt(() => notices.owe(stopped("confirm", { keyId, left }))),
          Effect.catchAll(
            (cause): Effect.Effect<never, TokenRevokedMeanwhile | ReturnType<typeof stopped>> =>
              cause._tag === "CredentialRefused"
                ? Effect.flatMap(revokedMeanwhile(created, pat, old), failWith)
                : failWith(stopped("confirm", { keyId, left, cause })),
          ),
        )
        return yield* restore(revokeAll(left)).pipe(
          Effect.onInterrupt(() => notices.owe(stopped("revoke", { keyId, left }))),
          Effect.catchAll(({ cause, old: left }) => failWith(stopped("revoke", { keyId, left, cause }))),
        )
      }),
    ),
  )
}
