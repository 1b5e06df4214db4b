/**
 * Everything that can go wrong, as values with fields. Nothing here is worded
 * for a person: `cli/errors/describe.ts` turns an error into a message, a hint
 * and an exit code.
 */
import * as Data from "effect/Data"
import type {
  ApiError,
  LoginRefused,
  NotOffered,
  PatNotFound,
  ResponseUnreadable,
  RevokeUnconfirmed,
  Transient,
} from "./ApiErrors.ts"
import type { CommandFailed, CommandUnusable } from "./CommandErrors.ts"

export * from "./ApiErrors.ts"
export * from "./CommandErrors.ts"
export * from "./InvalidInput.ts"
export * from "./RenewalErrors.ts"

/** What keeps the program from asking for anything. */
export type AskingDisabled = "--no-input" | "ZPOOL_NO_INPUT"

/** Why a question was not asked. */
export type NotAsked = "no-terminal" | AskingDisabled

/** Signing in needs a value that is neither set nor can be asked for. */
export class CredentialMissing extends Data.TaggedError("CredentialMissing")<{
  readonly variable: "ZPOOLPAT" | "ZPOOL_USER" | "ZPOOL_PASSWORD"
  /** Whether `--auth` ruled out the other kind of credential. */
  readonly only: "pat" | "jwt" | undefined
  /** Undefined where it was asked for, and no answer came, or where it is never asked for. */
  readonly notAsked?: NotAsked | undefined
  /** Where a PAT is made: for `zpcli login`, which read none. */
  readonly page?: string
}> {}

/** A secret can't be read from the file, or is not printed by the command, that a setting names. */
export class SecretUnavailable extends Data.TaggedError("SecretUnavailable")<{
  /** The variable, with the rcfile if it has it. */
  readonly source: string
  readonly reason:
    | "missing"
    /** The system's `code` says why it can't be read or started. */
    | "unusable"
    | "not-a-file"
    /** The command ended with `exitCode`. */
    | "exit"
    | "timeout"
    | "empty"
    | "too-large"
    /** It is not what a PAT may be. */
    | "not-a-pat"
  /** The file; undefined for a command. */
  readonly path: string | undefined
  /** Whether the command names `/dev/stdout`, which it can't open. */
  readonly opensStdout?: boolean
  readonly code?: string | undefined
  readonly exitCode?: number | undefined
}> {}

/** A typed username that contains white space. */
export class InvalidUsername extends Data.TaggedError("InvalidUsername")<{ readonly value: string }> {}

/** A create was sent and no usable answer came: a PAT may have been created whose token nobody received. */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{
  readonly label: string
  /** Key IDs with that label created since the request; undefined when they could not be looked up. */
  readonly found: ReadonlyArray<string> | undefined
  /** The one of them that must be it: it has the label and the scopes, is new, and was never used. */
  readonly certain?: string | undefined
  /** Whether the list shows an older PAT with that label. */
  readonly older?: boolean
  /** The PAT that the new one was to replace. */
  readonly replaces?: ReplacedPat | undefined
  /** Undefined for an interruption. */
  readonly cause: Transient | ResponseUnreadable | undefined
}> {}

/** A PAT that a new one is to replace. */
export interface ReplacedPat {
  readonly keyId: string
  /** Whether it works: one that has expired does not. */
  readonly works: boolean
}

/** A token could not be written where it was to go. */
export class DeliveryFailed extends Data.TaggedError("DeliveryFailed")<{
  /** Where it was to go. */
  readonly target: string
  /** The system's code, such as `EPIPE` or `ENOSPC`. */
  readonly code: string
}> {}

/** Why a token could not be handed over. */
export type Undelivered = DeliveryFailed | CommandFailed

/** A PAT was created, and its token could not be handed over. */
export class TokenUndelivered extends Data.TaggedError("TokenUndelivered")<{
  readonly keyId: string | undefined
  /** Whether the PAT was certainly revoked again. */
  readonly undone: boolean
  /** Undefined for an interruption. */
  readonly cause: RevokeError | Undelivered | undefined
}> {}

/** The PAT of a command that has ended may still work: its revoke is not certain. */
export class PatLeft extends Data.TaggedError("PatLeft")<{
  readonly label: string
  readonly keyId: string | undefined
  /** The date on which it ends by itself. */
  readonly expiry: string | undefined
  /** The command's exit code, or why it could not be started; undefined where it was interrupted before. */
  readonly end: number | CommandUnusable | undefined
  /** Why it is not certain; undefined where there is no key ID. */
  readonly cause: RevokeError | undefined
}> {}

/** A new token would go to the null device. Nothing was sent. */
export class TokenWouldBeLost extends Data.TaggedError("TokenWouldBeLost") {}

/** Writing to stdout failed; `EPIPE` is the reader that has gone. */
export class OutputFailed extends Data.TaggedError("OutputFailed")<{ readonly code: string }> {}

/** Ctrl-C at a prompt. */
export class Quit extends Data.TaggedError("Quit") {}

/** The answer at the prompt was not yes; `no` if it was in so many words. */
export class Declined extends Data.TaggedError("Declined")<{ readonly no?: boolean }> {}

/** A confirmation can't be asked for. `no-terminal`: stdin is a terminal, and there is none to write to. */
export class CannotAsk extends Data.TaggedError("CannotAsk")<{ readonly notAsked: NotAsked }> {}

/** A PAT can't be replaced by one like it, since the list does not say what it is like. */
export class CannotRotate extends Data.TaggedError("CannotRotate")<{
  readonly keyId: string
  /**
   * What the list doesn't say, or not in a way that can be read; `lifetime`: it
   * lives for less than a day, and a successor would not live at all.
   */
  readonly reason: "label" | "scopes" | "expiry" | "creation" | "lifetime"
}> {}

/** A rotation that was interrupted before anything was changed. */
export class RotationNotBegun extends Data.TaggedError("RotationNotBegun")<{
  /** Undefined where it was not found yet. */
  readonly keyId: string | undefined
}> {}

/** The steps of a rotation, in their order: `confirm` is the second check, after the delivery. */
export type RotationStep = "create" | "check" | "deliver" | "confirm" | "revoke"

/** A rotation that failed or was interrupted on its way: the old PATs are unchanged, unless `revoke` was under way. */
export class RotationStopped extends Data.TaggedError("RotationStopped")<{
  readonly step: RotationStep
  /** The PATs that were to be replaced, as they were when it began; at `revoke` those that may still work. */
  readonly old: ReadonlyArray<ReplacedPat>
  readonly newKeyId: string | undefined
  /** Whether the new PAT was certainly revoked again. */
  readonly undone: boolean
  /** Undefined for an interruption. */
  readonly cause: RevokeError | Undelivered | undefined
}> {}

/** The API refused a token that it had accepted before, after it was delivered. Nothing was revoked. */
export class TokenRevokedMeanwhile extends Data.TaggedError("TokenRevokedMeanwhile")<{
  readonly newKeyId: string | undefined
  /** The PATs that were to be replaced, and how the list shows them now; undefined if it wasn't available. */
  readonly old: ReadonlyArray<{ readonly keyId: string; readonly works: boolean | undefined }>
  /** The newest active PAT with the label, which can be rotated to store a token that works. */
  readonly active: string | undefined
}> {}

/** Failures of signing in: `Quit` is Ctrl-C at its prompt. */
export type SignInError =
  | CredentialMissing
  | SecretUnavailable
  | InvalidUsername
  | LoginRefused
  | NotOffered
  | Quit
  | ApiError

/** Failures of a revoke. */
export type RevokeError = SignInError | PatNotFound | RevokeUnconfirmed

export { SandboxFailed } from "./SandboxFailed.ts"
