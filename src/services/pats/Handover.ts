import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import {
  type CommandUnusable,
  OutcomeUnknown,
  PatLeft,
  type RotationStopped,
  type TokenRevokedMeanwhile,
  TokenUndelivered,
  type Undelivered,
} from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { hasEnded } from "../../domain/Pat.ts"
import { Notices } from "../Notices.ts"
import { Progress } from "../Progress.ts"
import { Signals } from "../Signals.ts"
import { type Acquiring, apart, makeAcquire, type TakenBack, type Uncertain } from "./acquire.ts"
import type { CreatedToken } from "./outcome.ts"
import { PatApi, type PatApiError } from "./PatApi.ts"
import type { Deliver } from "./places.ts"
import { type Ended, makeRotate, type Rotation } from "./rotate.ts"

export type { Ended, OldPat, Rotation } from "./rotate.ts"

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
      deliver: Deliver,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown | TokenUndelivered>
    /**
     * The old PATs are revoked last, once the new token has been accepted by the
     * API, delivered, and accepted once more: whatever fails or is interrupted
     * before, they still work. The PAT that signs in goes after the others. A PAT
     * whose answer was lost is revoked again. Gives what was revoked.
     */
    readonly rotate: (
      rotation: Rotation,
      deliver: Deliver,
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
    const { acquire, failWith, takeBack } = acquiring
    const create = Effect.fn("Handover.create")((pat: NewPat, deliver: Deliver) =>
      Effect.uninterruptibleMask((restore) => {
        const undelivered = ({ keyId, uncertain }: TakenBack, cause?: Undelivered) =>
          new TokenUndelivered({ keyId, undone: uncertain === undefined, cause })
        const created = acquire(restore, {
          pat,
          // Two jobs may create the same label at the same moment, so a PAT in the list may be the other job's.
          recover: Effect.fail,
          tell: undelivered,
        })
        // Once the token has come, nothing keeps it from being delivered.
        return Effect.tap(created, (token) =>
          Effect.catchAll(deliver(token), (cause) =>
            Effect.flatMap(takeBack(token), (back) => failWith(undelivered(back, cause))),
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

/** A PAT for one use. */
export interface Loan {
  readonly pat: NewPat
  /** Whether no other PAT can have its label, so that zpcli can find it by its label if the answer is lost. */
  readonly ownLabel: boolean
}

/** Uses a token, and gives an exit code. */
export type Use = (token: Redacted.Redacted) => Effect.Effect<number, CommandUnusable>

/** Makes `Handover.lend`. */
const makeLend = (api: PatApi["Type"], notices: Notices["Type"], { acquire, failWith, revoke }: Acquiring) =>
  Effect.fn("Handover.lend")(({ ownLabel, pat }: Loan, use: Use) =>
    Effect.uninterruptibleMask((restore) => {
      const { label } = pat
      /** Whether the answer to a create was lost: there may be a PAT whose key ID isn't known. */
      let lost = false

      /** Revokes every PAT with the label, and gives which there were and which may be left. */
      const sweep = (interruptedAt?: number) =>
        Effect.gen(function* () {
          const { pats } = yield* apart(api.list)
          const found = pats.flatMap((one) =>
            one.label === label && !hasEnded(one) ? [one.key_id ?? ""] : [],
          )
          const left = (yield* Effect.forEach(found, (keyId) =>
            Effect.map(revoke(keyId, interruptedAt), (uncertain) => uncertain && { keyId, uncertain }),
          )).filter((one) => one !== undefined)
          return { found, left: left.map(({ keyId }) => keyId), uncertain: left[0]?.uncertain }
        }).pipe(
          Effect.catchAll((cause) => Effect.succeed({ found: [], left: undefined, uncertain: { cause } })),
        )

      /** Revokes a PAT whose answer was lost. Its label identifies it only if no other PAT can have that label. */
      const recover = (error: OutcomeUnknown, interruptedAt?: number) => {
        if (!ownLabel) return Effect.fail(error)
        lost = true
        return Effect.flatMap(sweep(interruptedAt), ({ found, left, uncertain }) =>
          uncertain === undefined && found.length > 0
            ? Effect.succeed(found[0])
            : Effect.fail(new OutcomeUnknown({ label, found: left, cause: error.cause })),
        )
      }

      const patLeft = (keyId: string | undefined, end: PatLeft["end"], { cause }: Uncertain) =>
        new PatLeft({ label, keyId, expiry: pat.expiry, end, cause })

      const tell = ({ keyId, uncertain }: TakenBack) =>
        uncertain === undefined
          ? new TokenUndelivered({ keyId, undone: true, cause: undefined })
          : patLeft(keyId, undefined, uncertain)

      /** Creates the PAT; once more, if `again`, where an attempt whose answer was lost has left nothing. */
      const create = (again: boolean): ReturnType<PatApi["Type"]["create"]> =>
        Effect.catchTag(acquire(restore, { pat, recover, tell }), "OutcomeUnknown", (unclear) =>
          Effect.matchEffect(recover(unclear), {
            onFailure: (unknown) =>
              again && unknown.found?.length === 0 ? create(false) : failWith(unknown),
            // If nothing is left of either attempt, there is only the failure of the network to report.
            onSuccess: () => (again ? create(false) : Effect.fail(unclear.cause ?? unclear)),
          }),
        )

      return Effect.gen(function* () {
        const { keyId, token } = yield* create(true)
        const end = yield* Effect.exit(restore(use(token)))
        const known = yield* revoke(keyId)
        const swept = ownLabel && (lost || keyId === undefined) ? yield* sweep() : undefined
        const foundByLabel = keyId === undefined && swept !== undefined && swept.found.length > 0
        const uncertain = foundByLabel ? swept.uncertain : (known ?? swept?.uncertain)
        if (uncertain === undefined) return yield* end
        if (Exit.isSuccess(end)) return yield* failWith(patLeft(keyId, end.value, uncertain))
        const unusable = Option.getOrUndefined(Cause.failureOption(end.cause))
        if (unusable !== undefined) return yield* failWith(patLeft(keyId, unusable, uncertain))
        yield* notices.owe(patLeft(keyId, undefined, uncertain))
        return yield* end
      })
    }),
  )
