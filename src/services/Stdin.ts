import type * as Terminal from "@effect/platform/Terminal"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { InputUnreadable } from "../domain/Errors.ts"

/** stdin as data, and the terminal that is left to ask at. */
export class Stdin extends Context.Tag("zpcli/Stdin")<
  Stdin,
  {
    /** Everything up to its end, as text: at most 1 MiB. */
    readonly readAll: Effect.Effect<string, InputUnreadable>
    /** The terminal that the process belongs to, whatever stdin is; undefined where there is none. */
    readonly openTerminal: Effect.Effect<Terminal.Terminal | undefined, never, Scope.Scope>
  }
>() {}
