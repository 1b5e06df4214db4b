import type * as Errors from "../../domain/Errors.ts"
import { isCertificateProblem, maxRetryAfter } from "../../domain/Retry.ts"
import { type Printable, printable } from "../output/printable.ts"

/** A message, and what to do about it. */
export type Words = readonly [message: Printable, hint?: Printable]

/** The server's own words, where it had any. */
export const saying = ({ serverMessage }: { readonly serverMessage?: string | undefined }): Printable => {
  const words = serverMessage?.replace(/[.\s]+$/, "")
  return words ? printable` (the API says: ${words})` : printable``
}

/** How often it was tried, where that was more than once. */
export const tried = (attempts: number): string => (attempts > 1 ? ` (${attempts} attempts)` : "")

/** What signing in lacks, and which variable gives it. */
export const credentialMissing = ({ only, variable }: Errors.CredentialMissing): Words => {
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

/** A 429 or 5xx. */
export const unavailable = (failure: Errors.ServiceUnavailable): Words => {
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

/** A connection that could not be opened, was lost, or is not trusted. */
export const unreachable = ({ attempts, code, origin, sent }: Errors.Unreachable): Words => {
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

/** A success whose body is no use. */
export const unreadable = ({ expected, origin, reason, status }: Errors.ResponseUnreadable): Words => {
  const found = {
    empty: "an empty body",
    "not-json": "something that is not JSON",
    html: "a web page",
    shape: `JSON without ${expected ?? "what was asked for"}`,
    "too-large": "more than 256 MiB",
    "not-http": "something that is not HTTP",
  }[reason]
  return [
    printable`${origin} answered with ${status === undefined ? "" : `status ${status} and `}${found}, which can't be used.`,
    printable`Check ZPOOL_API_URL: something else than the zpools.io API may answer there.`,
  ]
}

/** A create whose answer was lost, and what the list says about it. */
export const outcomeUnknown = ({ found, label }: Errors.OutcomeUnknown, why: Printable): Words => {
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
  if (found.length > 1) {
    return [
      printable`The token of the PAT "${label}" did not arrive: ${why}. One of these may be it: ${found.join(", ")}.`,
      printable`See which one is new with zpcli pat list, and revoke that one.`,
    ]
  }
  const keyId = found[0] as string
  return [
    printable`The PAT "${label}" exists as ${keyId}, but its token did not arrive: ${why}.`,
    printable`Nobody has the token. Revoke it, then create another: zpcli pat revoke ${keyId}`,
  ]
}

/** How far a rotation came, and which token works. */
export const rotationStopped = (
  { newKeyId = "(no key ID)", oldKeyId, step }: Errors.RotationStopped,
  why: Printable,
): Words => {
  const revokeNew = printable`Nobody has the new token. Revoke it with: zpcli pat revoke ${newKeyId}`
  switch (step) {
    case "start":
      return [printable`Interrupted: nothing was changed, and PAT ${oldKeyId} still works.`]
    case "create":
      return [
        printable`The rotation stopped: PAT ${oldKeyId} still works.`,
        printable`See whether a new one exists with: zpcli pat list`,
      ]
    case "check":
    case "deliver":
      return [
        step === "check"
          ? printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and was not handed over since it could not be checked: ${why}.`
          : printable`PAT ${oldKeyId} still works. The new PAT ${newKeyId} exists, and could not be handed over: ${why}.`,
        revokeNew,
      ]
    case "revoke":
      return [
        printable`The new PAT ${newKeyId} works and was handed over, but whether the old PAT ${oldKeyId} was revoked is not certain: ${why}.`,
        printable`Revoke the old one with: zpcli pat revoke ${oldKeyId}`,
      ]
  }
}

/** A sandbox or its command that could not be started. */
export const sandboxFailed = ({ code, reason, subject }: Errors.SandboxFailed): Words => {
  const why = code ?? "damaged"
  switch (reason) {
    case "command-not-found":
      return [printable`${subject}: command not found.`]
    case "command-not-executable":
      return [printable`${subject} can't be run (${why}).`]
    case "port-in-use":
    case "port-unusable":
      return [printable`Port ${subject} can't be used (${why}).`, printable`Choose another with --port.`]
    case "state-unreadable":
      return [printable`The state in ${subject} can't be read (${why}).`]
    case "state-unwritable":
      return [printable`The state can't be written to ${subject} (${why}).`]
  }
}
