import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { TimedOut } from "../../../src/domain/Errors.ts"
import { KeyId } from "../../../src/domain/KeyId.ts"
import type { Deliver } from "../../../src/services/pats/deliverTo.ts"
import { Handover } from "../../../src/services/pats/Handover.ts"
import { PatApi } from "../../../src/services/pats/PatApi.ts"
import { notices, progress } from "./services.ts"

/** The key ID of the new PAT. */
export const newKeyId = KeyId.make("market-night-plain-object")

/** What the steps give unless a test says otherwise. */
export const created = {
  keyId: newKeyId as string | undefined,
  token: Redacted.make("t"),
  text: Redacted.make("{}"),
}
export const revoked = { text: undefined, unlisted: false }

export const timedOut = new TimedOut({ origin: "https://api.test", seconds: 30, attempts: 3, sent: true })

/**
 * `Handover` over an API and a delivery of which each step succeeds unless it is
 * told otherwise. `begun` are the steps in their order, also those of `step`.
 */
export const handing = (steps: Partial<PatApi["Type"] & { readonly deliver: Deliver }> = {}) => {
  const begun: Array<string> = []
  const listener = notices()
  const watched = progress()
  const step = <A, E>(name: string, work: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      begun.push(name)
      return work
    })
  const api = Layer.mock(PatApi, {
    create: (...given) =>
      step(
        "create",
        Effect.suspend(() => steps.create?.(...given) ?? Effect.succeed(created)),
      ),
    list: step("list", steps.list ?? Effect.succeed({ text: "", pats: [], ownKeyId: undefined, now: 0 })),
    check: (token) => step(`check ${Redacted.value(token)}`, steps.check?.(token) ?? Effect.void),
    revoke: (id, own) =>
      step(
        own === undefined ? `revoke ${id}` : `revoke ${id}, ${own ? "own" : "other"}`,
        steps.revoke?.(id, own) ?? Effect.succeed(revoked),
      ),
  })
  const deliver: Deliver = (it) => step(`deliver ${it.keyId}`, steps.deliver?.(it) ?? Effect.void)
  const layer = Handover.layer.pipe(Layer.provide(Layer.mergeAll(api, listener.layer, watched.layer)))
  return {
    begun,
    told: listener.told,
    counts: watched.counts,
    deliver,
    step,
    using: <A, E>(use: (handover: Handover["Type"]) => Effect.Effect<A, E>) =>
      Effect.provide(Effect.flatMap(Handover, use), layer),
  }
}
