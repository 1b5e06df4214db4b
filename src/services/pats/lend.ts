/** `Handover.lend`: a PAT for one use. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type CommandUnusable, OutcomeUnknown, PatLeft, TokenUndelivered } from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { hasEnded } from "../../domain/Pat.ts"
import type { Notice, Notices } from "../Notices.ts"
import { type Acquiring, apart, type FailWith, type Uncertain, type Undone, type Wanted } from "./acquire.ts"
import type { PatApi } from "./PatApi.ts"

/** A PAT for one use. */
export interface Loan {
  readonly pat: NewPat
  /** Whether no other PAT can have its label, so that one whose answer was lost is found by it. */
  readonly ownLabel: boolean
}

/** Uses a token, and gives an exit code. */
export type Use = (token: Redacted.Redacted) => Effect.Effect<number, CommandUnusable>

/** Makes `Handover.lend`. */
export const makeLend = (
  api: PatApi["Type"],
  notices: Notices["Type"],
  { acquire, revoke }: Acquiring,
  failWith: FailWith,
) =>
  Effect.fn("Handover.lend")(({ ownLabel, pat }: Loan, use: Use) =>
    Effect.uninterruptibleMask((restore) => {
      const { label } = pat
      /** Whether the answer to a create was lost, so that there may be a PAT whose key ID nobody knows. */
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

      /** A PAT whose answer was lost can be told by its label only if that is its own. */
      const recover = (error: OutcomeUnknown, interruptedAt?: number): Effect.Effect<Undone> => {
        if (!ownLabel) return Effect.succeed({ _tag: "Unknown", error })
        lost = true
        return Effect.map(sweep(interruptedAt), ({ found, left, uncertain }) =>
          uncertain === undefined && found.length > 0
            ? { _tag: "Revoked", keyId: found[0] }
            : { _tag: "Unknown", error: new OutcomeUnknown({ label, found: left, cause: error.cause }) },
        )
      }

      const patLeft = (keyId: string | undefined, end: PatLeft["end"], { cause }: Uncertain) =>
        new PatLeft({ label, keyId, expiry: pat.expiry, end, cause })

      const tell = (undone: Undone): Notice | undefined => {
        switch (undone._tag) {
          case "NoPat":
            return undefined
          case "Revoked":
            return new TokenUndelivered({ keyId: undone.keyId, undone: true, cause: undefined })
          case "Left":
            return patLeft(undone.keyId, undefined, undone.uncertain)
          case "Unknown":
            return undone.error
        }
      }

      const wanted: Wanted = { pat, recover, tell }
      const create = acquire(restore, wanted)

      /** Creates the PAT, and once more if nothing is known to be left of a create whose answer was lost. */
      const created = Effect.catchTag(create, "OutcomeUnknown", (first) =>
        Effect.flatMap(recover(first), (undone) =>
          undone._tag === "Unknown" && undone.error.found?.length !== 0
            ? failWith(undone.error)
            : Effect.catchTag(create, "OutcomeUnknown", (second) =>
                Effect.flatMap(recover(second), (undone) => {
                  if (undone._tag === "Unknown") return failWith(undone.error)
                  // Nothing is left of either, so the failure of the network is all there is to say.
                  return Effect.fail(second.cause ?? second)
                }),
              ),
        ),
      )

      return Effect.gen(function* () {
        const { keyId, token } = yield* created
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
