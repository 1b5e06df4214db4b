/** `Handover.lend`: a PAT for one use. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type CommandUnusable, OutcomeUnknown, PatLeft, type RevokeError } from "../domain/Errors.ts"
import * as KeyId from "../domain/KeyId.ts"
import type { NewPat } from "../domain/NewPat.ts"
import { hasEnded } from "../domain/Pat.ts"
import type { Notice, Notices } from "./Notices.ts"
import type { PatApi, PatApiError } from "./PatApi.ts"
import type { CreatedToken } from "./results.ts"

/** Why it is not certain that a PAT was revoked; without a cause its key ID is not known. */
export interface Uncertain {
  readonly cause: RevokeError | undefined
}

/** A PAT for one use. */
export interface Loan {
  readonly pat: NewPat
  /** Whether no other PAT can have its label, so that one whose answer was lost is found by it. */
  readonly ownLabel: boolean
}

/** Uses a token, and gives an exit code. */
export type Use = (token: Redacted.Redacted) => Effect.Effect<number, CommandUnusable>

type Asking = Fiber.Fiber<CreatedToken, PatApiError | OutcomeUnknown>

/** How long an interruption waits for the answer to a create, which alone says what to revoke. */
const answerMillis = 5_000

/** Runs an effect in a fiber of its own: its timeouts need to interrupt, where nothing may be interrupted. */
export const apart = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(Effect.interruptible, Effect.forkDaemon, Effect.flatMap(Fiber.join))

/** Revokes a PAT whose token nobody needs. Gives nothing where it certainly does not work any more. */
export const revokeFor =
  (api: PatApi["Type"]) =>
  (keyId: string | undefined): Effect.Effect<Uncertain | undefined> =>
    Either.match(KeyId.parse(keyId ?? ""), {
      onLeft: () => Effect.succeed({ cause: undefined }),
      onRight: (known) =>
        apart(api.revoke(known)).pipe(
          Effect.match({
            onSuccess: () => undefined,
            onFailure: (cause) => (cause._tag === "PatNotFound" ? undefined : { cause }),
          }),
        ),
    })

/** Makes `Handover.lend`. */
export const makeLend = (
  api: PatApi["Type"],
  notices: Notices["Type"],
  failWith: <E extends Notice>(error: E) => Effect.Effect<never, E>,
) => {
  const revoke = revokeFor(api)

  return Effect.fn("Handover.lend")(({ ownLabel, pat }: Loan, use: Use) =>
    Effect.uninterruptibleMask((restore) => {
      const { label } = pat
      /** Whether the answer to a create was lost, so that there may be a PAT whose key ID nobody knows. */
      let lost = false

      /** Revokes every PAT with the label: which there were, and which may be left. */
      const sweep = Effect.gen(function* () {
        const { pats } = yield* apart(api.list)
        const found = pats.flatMap((one) => (one.label === label && !hasEnded(one) ? [one.key_id ?? ""] : []))
        const left = (yield* Effect.forEach(found, (keyId) =>
          Effect.map(revoke(keyId), (uncertain) => uncertain && { keyId, uncertain }),
        )).filter((one) => one !== undefined)
        return { found, left: left.map(({ keyId }) => keyId), uncertain: left[0]?.uncertain }
      }).pipe(
        Effect.catchAll((cause) => Effect.succeed({ found: [], left: undefined, uncertain: { cause } })),
      )

      /** What is still unknown of a create whose answer was lost: nothing if its PAT was found and revoked. */
      const clearUp = (error: OutcomeUnknown): Effect.Effect<OutcomeUnknown | undefined> => {
        if (!ownLabel) return Effect.succeed(error)
        lost = true
        return Effect.map(sweep, ({ found, left, uncertain }) =>
          uncertain === undefined && found.length > 0
            ? undefined
            : new OutcomeUnknown({ label, found: left, cause: error.cause }),
        )
      }

      const patLeft = (keyId: string | undefined, end: PatLeft["end"], { cause }: Uncertain) =>
        new PatLeft({ label, keyId, expiry: pat.expiry, end, cause })

      /** Waits for the answer to a create that was interrupted, or cancels it; and revokes what it made. */
      const undo = Effect.fnUntraced(function* (asking: Asking, unclear: () => OutcomeUnknown | undefined) {
        const cancel = yield* Fiber.interrupt(asking).pipe(
          Effect.delay(answerMillis),
          Effect.interruptible,
          Effect.forkDaemon,
        )
        const answer = yield* Fiber.await(asking)
        yield* Fiber.interrupt(cancel)
        if (Exit.isSuccess(answer)) {
          const { keyId } = answer.value
          const uncertain = yield* revoke(keyId)
          if (uncertain !== undefined) yield* notices.owe(patLeft(keyId, undefined, uncertain))
          return
        }
        const failure = Option.getOrUndefined(Cause.failureOption(answer.cause))
        const error = failure?._tag === "OutcomeUnknown" ? failure : unclear()
        const unknown = error === undefined ? undefined : yield* clearUp(error)
        if (unknown !== undefined) yield* notices.owe(unknown)
      })

      const create = Effect.gen(function* () {
        // An interruption that has come already is obeyed before anything is sent.
        yield* restore(Effect.void)
        let unclear: OutcomeUnknown | undefined
        const onUnclear = (error: OutcomeUnknown) =>
          Effect.sync(() => {
            unclear = error
          })
        const asking = yield* Effect.forkDaemon(Effect.interruptible(api.create(pat, undefined, onUnclear)))
        return yield* Effect.onInterrupt(restore(Fiber.join(asking)), () => undo(asking, () => unclear))
      })

      /** Makes the PAT, once more if nothing is known to be left of a create whose answer was lost. */
      const created = Effect.catchTag(create, "OutcomeUnknown", (error) =>
        Effect.flatMap(clearUp(error), (unknown) =>
          unknown !== undefined && unknown.found?.length !== 0
            ? failWith(unknown)
            : Effect.catchTag(create, "OutcomeUnknown", (second) =>
                Effect.flatMap(clearUp(second), (left) =>
                  left === undefined ? Effect.fail(second.cause ?? second) : failWith(left),
                ),
              ),
        ),
      )

      return Effect.gen(function* () {
        const { keyId, token } = yield* created
        const end = yield* Effect.exit(restore(use(token)))
        const known = yield* revoke(keyId)
        const swept = ownLabel && (lost || keyId === undefined) ? yield* sweep : undefined
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
}
