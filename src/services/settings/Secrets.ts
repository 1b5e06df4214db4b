import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { mask } from "./mask.ts"

/**
 * The secrets of one run, so that none of them is shown where a server echoes
 * it: a password may come back long after the request that it went with.
 */
export class Secrets extends Context.Tag("zpcli/Secrets")<
  Secrets,
  {
    readonly add: (...secrets: ReadonlyArray<Redacted.Redacted>) => Effect.Effect<void>
    /** Hides every known secret, and whatever looks like a token, in text that will be shown. */
    readonly hide: (text: string) => string
  }
>() {
  static readonly make = Effect.sync(() => {
    const known = new Set<Redacted.Redacted>()
    return Secrets.of({
      add: (...secrets) =>
        Effect.sync(() => {
          for (const secret of secrets) known.add(secret)
        }),
      hide: (text) => mask(text, known),
    })
  })

  static readonly layer = Layer.effect(this, this.make)
}
