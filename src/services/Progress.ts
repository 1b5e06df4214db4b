import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What the program is waiting for. */
export type Waiting =
  | { readonly _tag: "Answer"; readonly host: string; readonly attempt: number }
  | { readonly _tag: "Backoff"; readonly millis: number; readonly attempt: number; readonly reason: string }

/**
 * Where the services say what is waited for. Nothing listens unless the
 * command line provides a listener, as it does on a terminal.
 */
export class Progress extends Context.Reference<Progress>()("zpcli/Progress", {
  defaultValue: () => ({
    waiting: (_: Waiting): Effect.Effect<void> => Effect.void,
    done: Effect.void as Effect.Effect<void>,
  }),
}) {}
