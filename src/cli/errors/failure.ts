import * as Data from "effect/Data"
import type * as Errors from "../../domain/Errors.ts"
import type { UsageError } from "../strict/errors.ts"

/** Ends a command with an exit code of its own, when there is nothing more to say. */
export class Exit extends Data.TaggedError("Exit")<{ readonly code: number }> {}

/** A bug of this program: what it died of. */
export class InternalError extends Data.TaggedError("InternalError")<{ readonly defect: unknown }> {
  override get message(): string {
    return `An internal error occurred: ${String(this.defect).slice(0, 200)}.`
  }
}

/** Every error that can reach the top of a command. */
export type Failure =
  | Errors.SignInError
  | Errors.RevokeError
  | Errors.OutcomeUnknown
  | Errors.TokenUndelivered
  | Errors.PatLeft
  | Errors.TokenWouldBeLost
  | Errors.CannotRotate
  | Errors.RotationNotBegun
  | Errors.LabelNotFound
  | Errors.SeveralPats
  | Errors.ScopesDiffer
  | Errors.DueAtOnce
  | Errors.RotationStopped
  | Errors.RotationUnderWay
  | Errors.PatsInUse
  | Errors.TokenRevokedMeanwhile
  | Errors.InputUnreadable
  | Errors.SettingsError
  | Errors.SandboxFailed
  | Errors.CannotAsk
  | Errors.CommandUnusable
  | Errors.Declined
  | Errors.OutputFailed
  | Exit
  | InternalError
  | UsageError

/** An error as it is reported: printed for a person or as JSON, and turned into an exit code. */
export interface Report {
  /** The error's name in JSON. */
  readonly type: string
  /** Undefined where nothing is printed. */
  readonly message: string | undefined
  /** What to do about it. */
  readonly hint?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** The PAT that the error is about: of a create or rotation the new one. */
  readonly keyId?: string | undefined
  /** The PAT that was to be replaced. */
  readonly oldKeyId?: string | undefined
  /** The PATs that may be the one that it is about. */
  readonly keyIds?: ReadonlyArray<string> | undefined
  /** Whether the new token was handed over. */
  readonly delivered?: boolean | undefined
  /** What the command that was to take the new token exited with. */
  readonly childExitCode?: number | undefined
  /**
   * Whether running the same command again is safe and may work, whatever the exit code. It follows from what happened: the
   * API can't be reached or is busy, and whatever was begun was taken back. What somebody has to fix first is not retryable.
   */
  readonly retryable: boolean
  readonly exitCode: number
}
