import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Opens a page in the person's browser. A failure is ignored, since the address
 * is printed too. By default nothing is opened.
 */
export class Browser extends Context.Reference<Browser>()("zpcli/Browser", {
  defaultValue: (): { readonly open: (url: string) => Effect.Effect<void> } => ({ open: () => Effect.void }),
}) {}
