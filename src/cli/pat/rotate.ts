import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import {
  CannotRotate,
  Declined,
  OutcomeUnknown,
  PatNotFound,
  type RotationStep,
  RotationStopped,
} from "../../domain/Errors.ts"
import * as Expiry from "../../domain/Expiry.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { expiryOf, type Pat } from "../../domain/Pat.ts"
import { type NewPat, PatApi } from "../../services/PatApi.ts"
import { chosenExpiry, expiryOptions, settingsOptions, withApi } from "../common.ts"
import { print } from "../output/print.ts"
import { printable } from "../output/printable.ts"
import { confirm } from "../output/prompt.ts"
import { deliveryOptions, prepareDelivery } from "./delivery.ts"
import { describe } from "./revoke.ts"

const path = ["pat", "rotate"]

/**
 * An expiry as many days after today as the old one was after the day of its
 * creation, so that a life does not grow shorter with each rotation; none where
 * the old one had none.
 */
const sameLifetime = (keyId: string, pat: Pat, now: number) => {
  const expiry = expiryOf(pat)
  if (expiry === undefined) return Effect.succeed(undefined)
  return typeof expiry === "number" && typeof pat.created_at === "number"
    ? Effect.succeed(Expiry.sameSpan(pat.created_at, expiry, now))
    : Effect.fail(new CannotRotate({ keyId, reason: "expiry" }))
}

const successorOf = (keyId: string, { label, scopes }: Pat, expiry: NewPat["expiry"]) =>
  label === undefined
    ? Effect.fail(new CannotRotate({ keyId, reason: "label" }))
    : scopes === undefined || scopes.length === 0
      ? Effect.fail(new CannotRotate({ keyId, reason: "scopes" }))
      : Effect.succeed<NewPat>({ label, scopes, expiry })

/**
 * `zpcli pat rotate`: a new PAT in the place of an old one. The old one is
 * revoked last, once the new token has been accepted by the API and handed
 * over; whatever fails or is interrupted before, it still works.
 */
export const command = Command.make(
  "rotate",
  {
    keyId: Args.text({ name: "key_id" }).pipe(
      Args.withDescription("Key ID of the PAT to replace, such as law-hotel-shape-community"),
    ),
    ...expiryOptions("as many days as the old PAT had"),
    yes: Options.boolean("yes").pipe(Options.withDescription("Do not ask (default: off)")),
    ...deliveryOptions,
    ...settingsOptions,
  },
  (args) =>
    Effect.gen(function* () {
      const oldKeyId = yield* KeyId.parse(args.keyId)
      const chosen = yield* chosenExpiry(path, args)
      const api = yield* PatApi
      const deliver = yield* prepareDelivery(path, args)

      /** Says what exists where a step fails, or is interrupted. */
      const during =
        (step: RotationStep, newKeyId: string | undefined) =>
        <A, E, R>(effect: Effect.Effect<A, E, R>) =>
          Effect.onInterrupt(effect, () =>
            Effect.logError(new RotationStopped({ step, oldKeyId, newKeyId, cause: undefined })),
          )
      const stopped =
        (step: RotationStep, newKeyId: string | undefined) => (cause: RotationStopped["cause"]) =>
          new RotationStopped({ step, oldKeyId, newKeyId, cause })

      const { listed, successor } = yield* during(
        "start",
        undefined,
      )(
        Effect.gen(function* () {
          const { pats } = yield* api.list
          const old = pats.find((pat) => pat.key_id === oldKeyId)
          if (old === undefined || old.status?.toLowerCase() === "revoked") {
            return yield* new PatNotFound({ keyId: oldKeyId, status: 404 })
          }
          const now = yield* Clock.currentTimeMillis
          const expiry = chosen ?? (yield* sameLifetime(oldKeyId, old, now))
          const successor = yield* successorOf(oldKeyId, old, expiry)
          const sure =
            args.yes ||
            (yield* confirm(
              printable`Replace ${describe(oldKeyId, pats)} by a new one${expiry === undefined ? "" : ` that expires on ${expiry}`}?`,
            ))
          if (!sure) return yield* new Declined()
          return { successor, listed: new Set(pats.map((pat) => pat.key_id)) }
        }),
      )

      // From here on an interruption lets the step that is under way say how far it came.
      const newKeyId = yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const created = yield* restore(api.create(successor).pipe(during("create", undefined))).pipe(
            // The old PAT has the same label, and may be as young: it is not to be revoked as a stray.
            Effect.catchTag("OutcomeUnknown", ({ cause, found, label }) =>
              Effect.fail(
                new OutcomeUnknown({ label, cause, found: found?.filter((keyId) => !listed.has(keyId)) }),
              ),
            ),
          )
          yield* restore(api.check(created.token).pipe(during("check", created.keyId))).pipe(
            Effect.mapError(stopped("check", created.keyId)),
          )
          yield* Effect.mapError(deliver(created), stopped("deliver", created.keyId))
          return created.keyId
        }),
      )
      yield* api.revoke(oldKeyId).pipe(
        // Somebody else has revoked it in the meantime: that is what was wanted.
        Effect.catchTag("PatNotFound", () => Effect.void),
        during("revoke", newKeyId),
        Effect.mapError(stopped("revoke", newKeyId)),
      )
      // All is done by now: that stdout can't take the news is no reason to fail.
      if (!args.json && !args.tokenOnly) {
        yield* Effect.ignore(print(printable`PAT ${oldKeyId} revoked successfully.`))
      }
    }).pipe(Effect.scoped),
).pipe(Command.withDescription("Replace a PAT by a new one with the same label and scopes"), withApi)

export const examples = [
  { line: "zpcli pat rotate law-hotel-shape-community", says: "Asks first; keeps the length of its life" },
  {
    line: "zpcli pat rotate law-hotel-shape-community --expires-in 90d --yes --out ci.pat",
    says: "For a job: the token goes to a new file",
  },
  {
    line: "zpcli pat rotate law-hotel-shape-community --yes --token-only | ./store-token",
    says: "Into a secret store",
  },
]
