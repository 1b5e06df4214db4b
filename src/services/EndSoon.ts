import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Sees to it that the process ends soon after the run, whatever can't be
 * cancelled (such as the look-up of a name). By default nothing is done.
 */
export class EndSoon extends Context.Reference<EndSoon>()("zpcli/EndSoon", {
  defaultValue: (): { readonly arm: Effect.Effect<void> } => ({ arm: Effect.void }),
}) {}
