/** `Handover.lend`: creates a PAT for one use, and revokes it. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { type CommandUnusable, OutcomeUnknown, PatLeft, TokenUndelivered } from "../../domain/Errors.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { hasEnded } from "../../domain/Pat.ts"
import type { Notices } from "../Notices.ts"
import { type Acquiring, inOwnFiber, type TakenBack } from "./acquire.ts"
import type { PatApi, PatApiError } from "./PatApi.ts"
import type { CreatedToken } from "./results.ts"

/** A PAT for one use. */
export interface Loan {
  readonly pat: NewPat
  /** Whether no other PAT can have its label, so that zpcli can find it by its label if the answer is lost. */
  readonly ownLabel: boolean
}

/** Uses a token, and gives an exit code. */
export type Use = (token: Redacted.Redacted) => Effect.Effect<number, CommandUnusable>

/** Makes `Handover.lend`. */
export const makeLend = (
  api: PatApi["Type"],
  notices: Notices["Type"],
  { acquire, failWith, takeBack }: Acquiring,
) =>
  Effect.fn("Handover.lend")(({ ownLabel, pat }: Loan, use: Use) =>
    Effect.uninterruptibleMask((restore) => {
      const { label } = pat

      /** Revokes every PAT with the label. */
      const sweep = (interruptedAt?: number) =>
        Effect.flatMap(inOwnFiber(api.list), ({ pats }) =>
          Effect.forEach(
            pats.filter((one) => one.label === label && !hasEnded(one)),
            ({ key_id }) => takeBack(key_id, interruptedAt),
          ),
        )

      /** Revokes a PAT whose answer was lost. Its label identifies it only if no other PAT can have that label. */
      const recover = (lost: OutcomeUnknown, interruptedAt?: number) => {
        if (!ownLabel) return Effect.fail(lost)
        const unknown = (found?: ReadonlyArray<string>) =>
          Effect.fail(new OutcomeUnknown({ label, found, cause: lost.cause }))
        return Effect.matchEffect(sweep(interruptedAt), {
          onFailure: () => unknown(),
          onSuccess: (swept) => {
            const [first] = swept
            const left = swept.filter(({ revoked }) => !revoked)
            return first !== undefined && left.length === 0
              ? Effect.succeed(first.keyId)
              : unknown(left.map(({ keyId }) => keyId ?? ""))
          },
        })
      }

      const patLeft = (keyId: string | undefined, end: PatLeft["end"], cause: PatLeft["cause"]) =>
        new PatLeft({ label, keyId, expiry: pat.expiry, end, cause })

      const noticeOf = ({ cause, keyId, revoked }: TakenBack) =>
        revoked
          ? new TokenUndelivered({ keyId, revoked, cause: undefined })
          : patLeft(keyId, undefined, cause)

      /** Creates the PAT; once more if the answer to the first attempt was lost, and nothing is left of it. */
      const create = (
        attempt: 1 | 2,
      ): Effect.Effect<CreatedToken & { readonly attempt: 1 | 2 }, PatApiError | OutcomeUnknown> =>
        acquire(restore, { pat, recover, noticeOf }).pipe(
          Effect.map((created) => ({ ...created, attempt })),
          Effect.catchTag("OutcomeUnknown", (lost) =>
            Effect.matchEffect(recover(lost), {
              onFailure: (unknown) =>
                attempt === 1 && unknown.found?.length === 0 ? create(2) : failWith(unknown),
              // If nothing is left of either attempt, there is only the failure of the network to report.
              onSuccess: () => (attempt === 1 ? create(2) : Effect.fail(lost.cause ?? lost)),
            }),
          ),
        )

      return Effect.gen(function* () {
        const { attempt, keyId, token } = yield* create(1)
        const end = yield* Effect.exit(restore(use(token)))
        const back = yield* takeBack(keyId)
        // A lost answer may stand for another PAT, and a PAT without a key ID can be found only by its label.
        const search = ownLabel && (attempt === 2 || keyId === undefined)
        const swept = search ? yield* Effect.either(sweep()) : Either.right([])
        const left = Either.match(swept, {
          onLeft: (cause): ReadonlyArray<TakenBack> => [back, { keyId, revoked: false, cause }],
          onRight: (found) => (keyId === undefined && found.length > 0 ? found : [back, ...found]),
        }).find(({ revoked }) => !revoked)
        if (left === undefined) return yield* end
        const how = Exit.isSuccess(end) ? end.value : Option.getOrUndefined(Cause.failureOption(end.cause))
        if (how !== undefined) return yield* failWith(patLeft(keyId, how, left.cause))
        yield* notices.tell(patLeft(keyId, undefined, left.cause))
        return yield* end
      })
    }),
  )
