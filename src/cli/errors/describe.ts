import type { ValidationError } from "@effect/cli/ValidationError"
import * as Data from "effect/Data"
import type * as Errors from "../../domain/Errors.ts"
import { Printable, printable } from "../output/printable.ts"
import type { Misuse } from "../strict/parse.ts"
import { paragraphs } from "../strict/read.ts"
import {
  credentialMissing,
  outcomeUnknown,
  rotationStopped,
  sandboxFailed,
  saying,
  tried,
  unavailable,
  unreachable,
  unreadable,
} from "./api.ts"
import { inputMessage, misuseMessage } from "./input.ts"

/** Ends a command that has said all there is to say with an exit code of its own. */
export class Exit extends Data.TaggedError("Exit")<{ readonly code: number }> {}

/** Every error that can reach the top of a command. */
export type Failure =
  | Errors.ApiError
  | Errors.CredentialMissing
  | Errors.CannotRotate
  | Errors.Declined
  | Errors.InvalidInput
  | Errors.LoginRefused
  | Errors.OutcomeUnknown
  | Errors.OutputFailed
  | Errors.PatNotFound
  | Errors.Quit
  | Errors.RotationStopped
  | Errors.SandboxFailed
  | Errors.SettingsError
  | Errors.TokenUndelivered
  | Exit
  | Misuse
  | ValidationError

/** The exit codes, each with what it means: SPEC 3, printed by `zpcli --help`. */
export const exitCodes = {
  done: [0, "done"],
  refused: [1, "the API refused the request or gave no readable answer; or a bug"],
  misuse: [2, "the command line or the settings are wrong; nothing was sent"],
  declined: [3, "declined at a prompt; nothing was changed"],
  notSignedIn: [4, "not signed in, or not allowed"],
  notFound: [5, "no such PAT"],
  unavailable: [6, "the API could not be reached or is unavailable; run it again"],
  tokenAtLarge: [7, "a token may exist that you do not have; the message says more"],
  rowsFound: [8, "list --exit-code found rows"],
  interrupted: [130, "interrupted (143: terminated)"],
} as const satisfies Record<string, readonly [number, string]>

/** How a rotation that stopped at a step exits. */
const rotationExit = {
  start: exitCodes.interrupted,
  create: exitCodes.interrupted,
  check: exitCodes.tokenAtLarge,
  deliver: exitCodes.tokenAtLarge,
  revoke: exitCodes.refused,
} as const

/** What a shell exits with where a command can't be run. */
const sandboxExit: Partial<Record<Errors.SandboxFailed["reason"], readonly [number, string]>> = {
  "command-not-found": [127, "command not found"],
  "command-not-executable": [126, "command not executable"],
}

/** An error in the form in which it is told. */
export interface Told {
  readonly type: string
  readonly message: Printable
  /** What to do about it. */
  readonly hint?: Printable | undefined
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** Whether running the same command again is safe and may work. */
  readonly retryable: boolean
  readonly exitCode: number
}

/** The one table from an error to its words and exit code. Undefined: the command ends without a word. */
export const tell = (failure: Failure): Told | { readonly exitCode: number } => {
  const told = (
    [exitCode]: readonly [number, string],
    message: Printable,
    hint?: Printable,
    more: Partial<Told> = {},
  ): Told => ({
    type: failure._tag,
    message,
    hint,
    retryable: false,
    exitCode,
    ...more,
    ...answered(failure),
  })

  switch (failure._tag) {
    case "Exit":
      return { exitCode: failure.code }
    case "Quit":
      return { exitCode: exitCodes.interrupted[0] }
    case "Misuse": {
      const { hint, message } = misuseMessage(failure)
      return told(exitCodes.misuse, message, hint, { type: "UsageError" })
    }
    case "InvalidInput": {
      const { hint, message } = inputMessage(failure)
      return told(exitCodes.misuse, message, hint)
    }
    case "SettingsError": {
      const { line, reason, source } = failure
      return told(
        exitCodes.misuse,
        printable`${source}${line === undefined ? "" : `, line ${line}`}: ${reason}.`,
      )
    }
    case "CredentialMissing":
      return told(exitCodes.notSignedIn, ...credentialMissing(failure))
    case "LoginRefused":
      return told(
        exitCodes.notSignedIn,
        printable`${failure.host} refused the username or password of ${failure.user}${saying(failure)}.`,
        printable`Check ZPOOL_USER and ZPOOL_PASSWORD, or unset ZPOOL_PASSWORD to be asked.`,
      )
    case "CredentialRefused":
      return failure.credential === "PAT"
        ? told(
            exitCodes.notSignedIn,
            printable`The PAT in ZPOOLPAT was not accepted: it is revoked, expired or mistyped${saying(failure)}.`,
            printable`Set ZPOOLPAT to a valid PAT, or use --auth jwt to sign in with username and password.`,
          )
        : told(
            exitCodes.notSignedIn,
            printable`The API did not accept this sign-in${saying(failure)}.`,
            printable`Run the command again to sign in anew; check ZPOOL_API_URL if it stays so.`,
          )
    case "NotAllowed":
      return failure.credential === "PAT"
        ? told(
            exitCodes.notSignedIn,
            printable`The PAT in ZPOOLPAT may not do this: it lacks the scope pat${saying(failure)}.`,
            printable`Use a PAT with the scope pat or *, or --auth jwt to sign in with the account instead.`,
          )
        : told(
            exitCodes.notSignedIn,
            printable`This account may not do that${saying(failure)}.`,
            printable`Sign in as another user with ZPOOL_USER, or ask the owner of the account.`,
          )
    case "PatNotFound":
      return told(
        exitCodes.notFound,
        printable`There is no PAT ${failure.keyId}, or it is revoked already${saying(failure)}.`,
        printable`See the key IDs with: zpcli pat list`,
      )
    case "RequestRefused":
      return told(
        exitCodes.refused,
        printable`The API refused the request with status ${failure.status}${saying(failure)}.`,
        failure.status === 404
          ? printable`Check ZPOOL_API_URL: there is no ${failure.path} below it.`
          : undefined,
      )
    case "Redirected":
      return told(
        exitCodes.refused,
        printable`${failure.origin} redirects${failure.location === undefined ? "" : ` to ${failure.location}`}, which is not followed: the credential goes to that origin alone.`,
        printable`Set ZPOOL_API_URL to the API's own address.`,
      )
    case "ServiceUnavailable":
      return told(exitCodes.unavailable, ...unavailable(failure), { retryable: true })
    case "Unreachable":
      return told(exitCodes.unavailable, ...unreachable(failure), { retryable: true })
    case "TimedOut":
      return told(
        exitCodes.unavailable,
        printable`${failure.origin} did not answer within ${failure.seconds} s${tried(failure.attempts)}.`,
        printable`Run the command again, or allow more time with ZPOOL_TIMEOUT.`,
        { retryable: true },
      )
    case "ResponseUnreadable":
      return told(exitCodes.refused, ...unreadable(failure))
    case "OutcomeUnknown":
      return told(exitCodes.tokenAtLarge, ...outcomeUnknown(failure, whyOf(failure.cause)))
    case "TokenUndelivered":
      return told(
        exitCodes.tokenAtLarge,
        printable`PAT ${failure.keyId ?? "(no key ID)"} was created, but its token could not be written to ${failure.target} (${failure.code}).`,
        failure.keyId === undefined
          ? printable`Nobody has the token now. Find it with: zpcli pat list`
          : printable`Nobody has the token now. Revoke it with: zpcli pat revoke ${failure.keyId}`,
      )
    case "OutputFailed":
      // A reader that has gone, as in `zpcli pat list | head -1`, has what it wanted.
      return failure.code === "EPIPE"
        ? { exitCode: exitCodes.done[0] }
        : told(exitCodes.refused, printable`The result could not be written (${failure.code}).`)
    case "Declined":
      return told(exitCodes.declined, printable`Declined: nothing was changed.`)
    case "CannotRotate":
      return told(
        exitCodes.refused,
        printable`PAT ${failure.keyId} can't be rotated: the API does not say its ${failure.reason}. Nothing was changed.`,
        failure.reason === "expiry"
          ? printable`Choose one with --expiry or --expires-in.`
          : printable`Create its successor with: zpcli pat create`,
      )
    case "RotationStopped":
      return told(
        rotationExit[failure.step],
        ...rotationStopped(
          failure,
          failure.step === "check" && failure.cause?._tag === "CredentialRefused"
            ? printable`the API did not accept it`
            : whyOf(failure.cause),
        ),
      )
    case "SandboxFailed":
      return told(sandboxExit[failure.reason] ?? exitCodes.misuse, ...sandboxFailed(failure))
    default:
      return told(exitCodes.misuse, printable`${validationText(failure)}`, undefined, { type: "UsageError" })
  }
}

/** What the answer behind a failure, or behind its cause, tells about itself. */
const answered = (failure: object): Pick<Told, "requestId" | "status"> => {
  const { cause, requestId, status } = failure as { cause?: unknown; requestId?: string; status?: number }
  return typeof cause === "object" && cause !== null ? answered(cause) : { status, requestId }
}

/** An error's message as part of a sentence; without an error it was an interruption. */
const whyOf = (cause: Failure | undefined): Printable => {
  if (cause === undefined) return printable`it was interrupted`
  const told = tell(cause)
  return "message" in told
    ? Printable.trusted(told.message.value.replace(/\.$/, ""))
    : printable`it was interrupted`
}

/** What is left for `@effect/cli` to find wrong, in its own words. */
const validationText = ({ error }: ValidationError): string =>
  paragraphs(error).join(" ") || "The command line can't be understood."
