import * as Data from "effect/Data"
import type * as Errors from "../../domain/Errors.ts"
import type { UsageError } from "../strict/errors.ts"

/** Ends a command with this exit code. Nothing more is printed. */
export class ExitWith extends Data.TaggedError("ExitWith")<{ readonly code: number }> {}

/** A bug of this program. */
export class InternalError extends Data.TaggedError("InternalError")<{ readonly defect: unknown }> {
  override get message(): string {
    return `An internal error occurred: ${String(this.defect).slice(0, 200)}.`
  }
}

type InstanceOf<Class> = Class extends new (...args: never) => infer Instance ? Instance : never

type DomainError = { [Name in keyof typeof Errors]: InstanceOf<(typeof Errors)[Name]> }[keyof typeof Errors]

/**
 * Every error that can reach the top of a command. `HttpFailure` can't, since the services say what it means, and
 * `Undelivered` is only the cause of another error.
 */
export type Failure =
  | Exclude<DomainError, Errors.HttpFailure | Errors.Undelivered>
  | ExitWith
  | InternalError
  | UsageError

/** An error as a person or a script gets it; docs/json.md describes the fields. */
export interface Report {
  /** The error's name in JSON. */
  readonly type: string
  /** Undefined where nothing is printed. */
  readonly message: string | undefined
  /** What to do about it: one sentence or two. */
  readonly hint?: string | undefined
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** The PAT that the error is about: of a create or rotation the new one. */
  readonly keyId?: string | undefined
  /** The PAT that was to be replaced. */
  readonly oldKeyId?: string | undefined
  /** The PATs that it may be about, or that a rotation was to replace. */
  readonly keyIds?: ReadonlyArray<string> | undefined
  readonly delivered?: boolean | undefined
  /** The exit code of the command after `--`, or of one that prints a secret. */
  readonly childExitCode?: number | undefined
  /**
   * Whether running the same command again is safe and may work: the API can't be reached or is busy, and everything
   * that was begun was undone. An error that somebody has to fix first isn't retryable.
   */
  readonly retryable: boolean
  readonly exitCode: number
}
