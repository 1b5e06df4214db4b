import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  OutcomeUnknown,
  type RotationStep,
  RotationStopped,
  type TokenUndelivered,
} from "../domain/Errors.ts"
import type { KeyId } from "../domain/KeyId.ts"
import type { NewPat } from "../domain/NewPat.ts"
import { Notices } from "./Notices.ts"
import { type CreatedToken, PatApi, type PatApiError } from "./PatApi.ts"

/** Where a new token goes. It is made ready before the token is asked for. */
export interface Delivery {
  readonly deliver: (created: CreatedToken) => Effect.Effect<void, TokenUndelivered>
}

/** A PAT that is to be replaced. */
export interface OldPat {
  readonly keyId: KeyId
  /** The key IDs that were listed before: none of them can be the new one. */
  readonly listed: ReadonlySet<string | undefined>
}

/**
 * What must never lose a token: make it, check it, deliver it, and revoke what
 * it replaces. A token that has come is delivered whatever interrupts.
 */
export class Handover extends Context.Tag("zpcli/Handover")<
  Handover,
  {
    readonly create: (
      pat: NewPat,
      to: Delivery,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown | TokenUndelivered>
    /**
     * The old PAT is revoked last, once the new token has been accepted by the
     * API and delivered: whatever fails or is interrupted before, it still works.
     */
    readonly replace: (
      old: OldPat,
      pat: NewPat,
      to: Delivery,
    ) => Effect.Effect<CreatedToken, PatApiError | OutcomeUnknown | RotationStopped>
  }
>() {
  static readonly make = Effect.gen(function* () {
    const api = yield* PatApi
    const notices = yield* Notices

    const create = Effect.fn("Handover.create")((pat: NewPat, to: Delivery) =>
      Effect.uninterruptibleMask((restore) => Effect.tap(restore(api.create(pat)), to.deliver)),
    )

    const replace = Effect.fn("Handover.replace")(function* (old: OldPat, pat: NewPat, to: Delivery) {
      const oldKeyId = old.keyId
      /** Says what exists where a step fails, or is interrupted. */
      const step =
        (name: RotationStep, newKeyId: string | undefined) =>
        <A>(work: Effect.Effect<A, NonNullable<RotationStopped["cause"]>>) =>
          work.pipe(
            Effect.onInterrupt(() =>
              notices.owe(new RotationStopped({ step: name, oldKeyId, newKeyId, cause: undefined })),
            ),
            Effect.mapError((cause) => new RotationStopped({ step: name, oldKeyId, newKeyId, cause })),
          )
      const interruptedCreate = new RotationStopped({
        step: "create",
        oldKeyId,
        newKeyId: undefined,
        cause: undefined,
      })
      const created = yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const created = yield* restore(
            Effect.onInterrupt(api.create(pat), () => notices.owe(interruptedCreate)),
          ).pipe(
            // The old PAT has the same label, and may be as young: it is not to be revoked as a stray.
            Effect.catchTag("OutcomeUnknown", ({ cause, found, label }) =>
              Effect.fail(
                new OutcomeUnknown({ label, cause, found: found?.filter((keyId) => !old.listed.has(keyId)) }),
              ),
            ),
          )
          yield* restore(step("check", created.keyId)(api.check(created.token)))
          yield* step("deliver", created.keyId)(to.deliver(created))
          return created
        }),
      )
      yield* api.revoke(oldKeyId).pipe(
        // Somebody else has revoked it in the meantime: that is what was wanted.
        Effect.catchTag("PatNotFound", () => Effect.void),
        step("revoke", created.keyId),
      )
      return created
    })

    return Handover.of({ create, replace })
  })

  static readonly layer = Layer.effect(this, this.make)
}
