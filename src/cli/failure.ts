import type { ValidationError } from "@effect/cli/ValidationError"
import type { QuitException } from "@effect/platform/Terminal"
import * as Data from "effect/Data"
import type * as Errors from "../domain/Errors.ts"
import { isCertificateProblem, maxRetryAfter } from "../domain/Retry.ts"
import type { Misuse } from "./argv.ts"
import { inputMessage, misuseMessage } from "./misuse.ts"
import { Printable, printable } from "./printable.ts"

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
  | Errors.RotationStopped
  | Errors.SandboxFailed
  | Errors.SettingsError
  | Errors.TokenUndelivered
  | Exit
  | Misuse
  | QuitException
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
    case "QuitException":
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
      return told(exitCodes.tokenAtLarge, ...outcomeUnknown(failure))
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
      return rotationStopped(failure, told)
    case "SandboxFailed":
      return sandboxFailed(failure, told)
    default:
      return told(exitCodes.misuse, printable`${validationText(failure)}`, undefined, { type: "UsageError" })
  }
}

const answered = (failure: object) => {
  const { requestId, status } = failure as { requestId?: string; status?: number }
  return { status, requestId }
}

const saying = ({ serverMessage }: { readonly serverMessage?: string | undefined }): Printable => {
  const words = serverMessage?.replace(/[.\s]+$/, "")
  return words ? printable` (the API says: ${words})` : printable``
}

const tried = (attempts: number): string => (attempts > 1 ? ` (${attempts} attempts)` : "")

const credentialMissing = ({ only, variable }: Errors.CredentialMissing): readonly [Printable, Printable] => {
  if (variable === "ZPOOLPAT") {
    return [
      printable`Not signed in: --auth pat needs a PAT, and ZPOOLPAT is not set.`,
      printable`Set ZPOOLPAT, or leave out --auth to sign in with username and password.`,
    ]
  }
  const what = variable === "ZPOOL_USER" ? "a username" : "a password"
  return [
    printable`Not signed in: ${what} is needed, and there is no answer from a terminal.`,
    only === "jwt" ? printable`Set ${variable}.` : printable`Set ${variable}, or ZPOOLPAT to a PAT.`,
  ]
}

const unavailable = (failure: Errors.ServiceUnavailable): readonly [Printable, Printable] => {
  const { attempts, retryAfter, status } = failure
  const what = status === 429 ? "is limiting requests" : "is unavailable"
  const seconds = Math.ceil((retryAfter ?? 0) / 1000)
  return [
    printable`The API ${what}: status ${status}${tried(attempts)}${saying(failure)}.`,
    retryAfter !== undefined && retryAfter > maxRetryAfter
      ? printable`It asks to be left alone for ${seconds} s; run the command again after that.`
      : printable`Nothing is wrong with the command: run it again in a while.`,
  ]
}

const unreachable = ({
  attempts,
  code,
  origin,
  sent,
}: Errors.Unreachable): readonly [Printable, Printable] => {
  if (isCertificateProblem(code)) {
    return [
      printable`The certificate of ${origin} is not trusted (${code}).`,
      printable`If it is of your own authority, name its file in NODE_EXTRA_CA_CERTS.`,
    ]
  }
  return [
    sent
      ? printable`The connection to ${origin} was lost (${code})${tried(attempts)}.`
      : printable`${origin} can't be reached (${code})${tried(attempts)}.`,
    printable`Check the network, any proxy, and ZPOOL_API_URL; then run the command again.`,
  ]
}

const unreadable = ({
  expected,
  origin,
  reason,
  status,
}: Errors.ResponseUnreadable): readonly [Printable, Printable] => {
  const found = {
    empty: "an empty body",
    "not-json": "something that is not JSON",
    html: "a web page",
    shape: `JSON without ${expected ?? "what was asked for"}`,
    "too-large": "more than 256 MiB",
  }[reason]
  return [
    printable`${origin} answered with status ${status} and ${found}, which can't be used.`,
    printable`Check ZPOOL_API_URL: something else than the zpools.io API may answer there.`,
  ]
}

const outcomeUnknown = ({ cause, found, label }: Errors.OutcomeUnknown): readonly [Printable, Printable] => {
  const why = cause === undefined ? printable`it was interrupted` : whyLost(cause)
  if (found === undefined) {
    return [
      printable`Whether the PAT "${label}" was created is unknown: ${why}.`,
      printable`Look for it with: zpcli pat list`,
    ]
  }
  if (found.length === 0) {
    return [
      printable`No usable answer came to the creation of the PAT "${label}" (${why}); none with that label is listed.`,
      printable`Check once more with zpcli pat list before you create it again.`,
    ]
  }
  const commands = Printable.join(
    found.map((keyId) => printable`zpcli pat revoke ${keyId}`),
    "; ",
  )
  return [
    printable`The PAT "${label}" exists as ${found.join(", ")}, but its token did not arrive: ${why}.`,
    printable`Nobody has the token. Revoke it, then create another: ${commands}`,
  ]
}

const rotationStopped = (
  { cause, newKeyId = "(no key ID)", oldKeyId, step }: Errors.RotationStopped,
  told: Teller,
): Told => {
  const why =
    cause === undefined
      ? printable`it was interrupted`
      : step === "check" && cause._tag === "CredentialRefused"
        ? printable`the API did not accept it`
        : whyLost(cause)
  const revokeNew = printable`Nobody has the new token. Revoke it with: zpcli pat revoke ${newKeyId}`
  switch (step) {
    case "start":
      return told(
        exitCodes.interrupted,
        printable`Interrupted: nothing was changed, and PAT ${oldKeyId} still works.`,
      )
    case "create":
      return told(
        exitCodes.interrupted,
        printable`The rotation stopped: PAT ${oldKeyId} still works.`,
        printable`See whether a new one exists with: zpcli pat list`,
      )
    case "check":
    case "deliver":
      return told(
        exitCodes.tokenAtLarge,
        step === "check"
          ? printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and was not handed over since it could not be checked: ${why}.`
          : printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and could not be handed over: ${why}.`,
        revokeNew,
      )
    case "revoke":
      return told(
        exitCodes.refused,
        printable`The new PAT ${newKeyId} works and was handed over, but whether the old PAT ${oldKeyId} was revoked is not certain: ${why}.`,
        printable`Revoke the old one with: zpcli pat revoke ${oldKeyId}`,
      )
  }
}

type Teller = (exit: readonly [number, string], message: Printable, hint?: Printable) => Told

/** An error's message as part of a sentence. */
const whyLost = (cause: Failure | { readonly _tag: "QuitException" }): Printable => {
  const told = tell(cause as Failure)
  return "message" in told
    ? Printable.trusted(told.message.value.replace(/\.$/, ""))
    : printable`it was interrupted`
}

const sandboxFailed = ({ code, reason, subject }: Errors.SandboxFailed, told: Teller): Told => {
  const why = code ?? "damaged"
  switch (reason) {
    case "command-not-found":
      return told([127, ""], printable`${subject}: command not found.`)
    case "command-not-executable":
      return told([126, ""], printable`${subject} can't be run (${why}).`)
    case "port-in-use":
    case "port-unusable":
      return told(
        exitCodes.misuse,
        printable`Port ${subject} can't be used (${why}).`,
        printable`Choose another with --port.`,
      )
    case "state-unreadable":
      return told(exitCodes.misuse, printable`The state in ${subject} can't be read (${why}).`)
    case "state-unwritable":
      return told(exitCodes.misuse, printable`The state can't be written to ${subject} (${why}).`)
  }
}

const validationText = (failure: ValidationError): string => {
  const found = JSON.stringify(failure.error).match(/"_tag":"Text","value":"((?:[^"\\]|\\.)*)"/)
  return found === null ? "The command line can't be understood." : (JSON.parse(`"${found[1]}"`) as string)
}
