import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What the program is waiting for. */
export type Waiting =
  | { readonly _tag: "Answer"; readonly host: string; readonly attempt: number }
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Backoff"; readonly millis: number; readonly attempt: number; readonly reason: string }

/** How many of several PATs are revoked. */
export interface Count {
  readonly done: number
  readonly total: number
}

/** Where the services say what they wait for and how far they are; the command line shows it on a terminal. */
export class Progress extends Context.Tag("zpcli/Progress")<
  Progress,
  {
    readonly waiting: (waiting: Waiting) => Effect.Effect<void>
    readonly done: Effect.Effect<void>
    /** Shows how far a run is; undefined where it is over. */
    readonly count: (count: Count | undefined) => Effect.Effect<void>
    /** Takes the count away, so that something can be printed, until the next one. */
    readonly clear: Effect.Effect<void>
  }
>() {
  /** Nobody watches. */
  static readonly silent = Progress.of({
    waiting: () => Effect.void,
    done: Effect.void,
    count: () => Effect.void,
    clear: Effect.void,
  })

  static readonly layer = Layer.succeed(this, this.silent)
}
