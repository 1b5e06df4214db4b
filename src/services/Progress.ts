import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What the program is waiting for. */
export type Waiting =
  | { readonly _tag: "Answer"; readonly host: string; readonly attempt: number }
  | { readonly _tag: "Backoff"; readonly millis: number; readonly attempt: number; readonly reason: string }

/** Where the services say what they wait for; the command line shows it on a terminal. */
export class Progress extends Context.Tag("zpcli/Progress")<
  Progress,
  {
    readonly waiting: (waiting: Waiting) => Effect.Effect<void>
    readonly done: Effect.Effect<void>
  }
>() {
  static readonly make = Effect.sync(() => Progress.of({ waiting: () => Effect.void, done: Effect.void }))

  /** Nobody watches. */
  static readonly layer = Layer.effect(this, this.make)
}
