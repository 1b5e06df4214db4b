import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type {
  OutcomeUnknown,
  PatLeft,
  RotationNotBegun,
  RotationStopped,
  TokenRevokedMeanwhile,
  TokenUndelivered,
} from "../domain/Errors.ts"

/** What a user must be told even if an interruption ends the command. */
export type Notice =
  | OutcomeUnknown
  | RotationNotBegun
  | RotationStopped
  | TokenRevokedMeanwhile
  | TokenUndelivered
  | PatLeft

/**
 * Tells the user, whatever the log level, that a PAT may exist whose token is
 * lost, or where a rotation stopped.
 */
export class Notices extends Context.Tag("zpcli/Notices")<
  Notices,
  {
    /** Prints a notice at once, but only the first of a run: the innermost step, which knows the most, comes first. */
    readonly tell: (notice: Notice) => Effect.Effect<void>
    /** Says that an interruption waits for the answer to a create. */
    readonly waiting: Effect.Effect<void>
  }
>() {}
