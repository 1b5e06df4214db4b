import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The name of the machine that this runs on. */
export class Host extends Context.Reference<Host>()("zpcli/Host", {
  defaultValue: () => ({ name: Effect.succeed("localhost") }),
}) {}
