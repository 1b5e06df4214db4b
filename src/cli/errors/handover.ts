import * as Match from "effect/Match"
import type { CannotRotate, OutcomeUnknown, RotationStopped, TokenUndelivered } from "../../domain/Errors.ts"
import { Printable, printable } from "../output/printable.ts"
import { api } from "./api.ts"
import { exitCodes } from "./exitCodes.ts"
import { signIn } from "./signIn.ts"
import { answerOf, failed, type Report, silent, type Table } from "./words.ts"

const undelivered = {
  TokenUndelivered: (error) =>
    failed(
      error,
      exitCodes.tokenAtLarge,
      printable`PAT ${error.keyId ?? "(no key ID)"} was created, but its token could not be written to ${error.target} (${error.code}).`,
      error.keyId === undefined
        ? printable`Nobody has the token now. Find it with: zpcli pat list`
        : printable`Nobody has the token now. Revoke it with: zpcli pat revoke ${error.keyId}`,
    ),
} satisfies Table<TokenUndelivered>

type Cause = NonNullable<OutcomeUnknown["cause"] | RotationStopped["cause"]>

const causes = {
  ...api,
  ...signIn,
  ...undelivered,
  Quit: (error) => silent(error, exitCodes.interrupted),
} satisfies Table<Cause>

/** A report of what is behind an error, if anything is. */
const reportOf = (cause: Cause | undefined): Report | undefined =>
  cause === undefined ? undefined : Match.valueTags(cause, causes)

/** A cause as part of a sentence; without one it was an interruption. */
const because = (cause: Report | undefined): Printable =>
  cause?.message === undefined
    ? printable`it was interrupted`
    : Printable.trusted(cause.message.value.replace(/\.$/, ""))

const unknown = (error: OutcomeUnknown, why: Printable): readonly [message: Printable, hint: Printable] => {
  const { found, label } = error
  if (found === undefined) {
    return [
      printable`Whether the PAT "${label}" was created is unknown: ${why}.`,
      printable`Look for it with: zpcli pat list`,
    ]
  }
  const [keyId, ...more] = found
  if (keyId === undefined) {
    return [
      printable`No usable answer came to the creation of the PAT "${label}" (${why}); none with that label is listed.`,
      printable`Check once more with zpcli pat list before you create it again.`,
    ]
  }
  return more.length > 0
    ? [
        printable`The token of the PAT "${label}" did not arrive: ${why}. One of these may be it: ${found.join(", ")}.`,
        printable`See which one is new with zpcli pat list, and revoke that one.`,
      ]
    : [
        printable`The PAT "${label}" exists as ${keyId}, but its token did not arrive: ${why}.`,
        printable`Nobody has the token. Revoke it, then create another: zpcli pat revoke ${keyId}`,
      ]
}

/** Exit code, message and hint of a rotation that stopped: how far it came, and which token works. */
const stopped = (
  { cause, newKeyId = "(no key ID)", oldKeyId, step }: RotationStopped,
  why: Printable,
): readonly [exitCode: number, message: Printable, hint?: Printable] => {
  const revokeNew = printable`Nobody has the new token. Revoke it with: zpcli pat revoke ${newKeyId}`
  switch (step) {
    case "start":
      return [
        exitCodes.interrupted,
        printable`Interrupted: nothing was changed, and PAT ${oldKeyId} still works.`,
      ]
    case "create":
      return [
        exitCodes.interrupted,
        printable`The rotation stopped: PAT ${oldKeyId} still works.`,
        printable`See whether a new one exists with: zpcli pat list`,
      ]
    case "check": {
      const refused = cause?._tag === "CredentialRefused" ? printable`the API did not accept it` : why
      return [
        exitCodes.tokenAtLarge,
        printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and was not handed over since it could not be checked: ${refused}.`,
        revokeNew,
      ]
    }
    case "deliver":
      return [
        exitCodes.tokenAtLarge,
        printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and could not be handed over: ${why}.`,
        revokeNew,
      ]
    case "revoke":
      return [
        exitCodes.refused,
        printable`The new PAT ${newKeyId} works and was handed over, but whether the old PAT ${oldKeyId} was revoked is not certain: ${why}.`,
        printable`Revoke the old one with: zpcli pat revoke ${oldKeyId}`,
      ]
  }
}

/** Failures of making a token and handing it over. */
export const handover = {
  ...undelivered,
  OutcomeUnknown: (error) => {
    const cause = reportOf(error.cause)
    return failed(error, exitCodes.tokenAtLarge, ...unknown(error, because(cause)), answerOf(cause ?? {}))
  },
  CannotRotate: (error) =>
    failed(
      error,
      exitCodes.refused,
      printable`PAT ${error.keyId} can't be rotated: the API does not say its ${error.reason}. Nothing was changed.`,
      error.reason === "expiry"
        ? printable`Choose one with --expiry or --expires-in.`
        : printable`Create its successor with: zpcli pat create`,
    ),
  RotationStopped: (error) => {
    const cause = reportOf(error.cause)
    const [exitCode, message, hint] = stopped(error, because(cause))
    return failed(error, exitCode, message, hint, answerOf(cause ?? {}))
  },
} satisfies Table<OutcomeUnknown | TokenUndelivered | CannotRotate | RotationStopped>
