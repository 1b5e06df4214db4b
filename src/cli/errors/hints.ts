/** What to do about errors, if that depends on their fields. */
import type { Place } from "../../domain/Credential.ts"
import type * as Errors from "../../domain/Errors.ts"
import { type HandoverCause, mayBeStored, signalled } from "../../domain/errors/delivery.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { maxLength } from "../../domain/Label.ts"
import { maxRetryAfter } from "../../domain/Retry.ts"
import { scopes } from "../../domain/Scope.ts"

/** The beginning of a sentence. */
export const keyIdForm = "A key ID is four words joined by hyphens, such as law-hotel-shape-community"

/** How to revoke a new PAT. Only a valid key ID becomes part of a command to copy: it's a server's text. */
export const howToRevoke = (keyId: string | undefined): string =>
  KeyId.is(keyId) ? `Revoke it with: zpcli pat revoke ${keyId}` : "Find it with: zpcli pat list"

/**
 * What to do about a new PAT whose token was not delivered.
 *
 * @param remedy - what to do about the cause, if that may have to be fixed first
 */
export const ofUndelivered = (
  keyId: string | undefined,
  revoked: boolean,
  cause: HandoverCause,
  remedy: string | undefined,
): string => {
  if (revoked) return remedy ?? "Run the command again."
  return mayBeStored(cause)
    ? `Check what it stored before you revoke a PAT. If that isn't the new token, revoke the new PAT${
        KeyId.is(keyId) ? `: zpcli pat revoke ${keyId}` : "; find it with: zpcli pat list"
      }`
    : howToRevoke(keyId)
}

export const ofOutcome = ({ found, replaces }: Errors.OutcomeUnknown): string => {
  const again = replaces === undefined ? "create another" : "rotate again"
  if (found === undefined) return `Check with zpcli pat list before you ${again}.`
  const [keyId, ...more] = found
  if (keyId === undefined) return `Check again with zpcli pat list before you ${again}.`
  if (more.length > 0) return "Find the new one with zpcli pat list, and revoke it."
  return KeyId.is(keyId)
    ? `Before you ${again}, revoke it: zpcli pat revoke ${keyId}`
    : `Before you ${again}, revoke it. ${howToRevoke(keyId)}`
}

/** @param remedy - what to do about the cause, if that may have to be fixed first */
export const ofStop = (
  { cause, newKeyId, newRevoked, old, step }: Errors.RotationStopped,
  remedy: string | undefined,
): string => {
  const oldKeyIds = old.map(({ keyId }) => keyId).join(" ")
  if (step === "revoke")
    return `Revoke the old PAT${old.length > 1 ? "s" : ""} with: zpcli pat revoke ${oldKeyIds}`
  if (step === "confirm")
    return old.length === 0
      ? "Check that the PAT is active with: zpcli pat list"
      : `Check that the new PAT is active with zpcli pat list, then run: zpcli pat revoke ${oldKeyIds}`
  return ofUndelivered(newKeyId, newRevoked, cause, step === "deliver" ? remedy : undefined)
}

export const ofCommandFailed = ({ exitCode, leftToken, name }: Errors.CommandFailed): string => {
  const fix = `Fix ${name}, then run the command again.`
  if (exitCode === undefined) return fix
  if (leftToken && signalled(exitCode)) return `Find out what ended ${name}, then run the command again.`
  if (leftToken)
    return `${fix} It can't open /dev/stdin, because that's a socket here; if it does, add a pipe: -- sh -c 'cat | COMMAND'`
  // It may have failed after it had stored the token.
  return `The new token no longer works, so check whether ${name} stored it. Then ${signalled(exitCode) ? "" : `fix ${name}, and `}run the command again.`
}

export const ofCommandUnusable = ({ interpreter, name, reason }: Errors.CommandUnusable): string => {
  if (reason === "not-found")
    return /[/\\]/.test(name)
      ? "Check the path of the command after --."
      : "Check the spelling of the command after --, and your PATH."
  if (interpreter === undefined) return "Check that it is a program, and that you have permission to run it."
  return interpreter.endsWith("\r")
    ? `Save ${name} with Unix line endings (LF), for example with dos2unix.`
    : `Install it, or correct the first line of ${name}.`
}

export const ofCannotRotate = ({ keyId, reason }: Errors.CannotRotate): string => {
  if (reason === "lifetime") return "Choose an expiry with --expires-in or --expiry."
  if (reason === "expiry")
    return `Rotate it now, with an expiry of your choice: zpcli pat rotate ${keyId} --expires-in 90d`
  return reason === "creation"
    ? `Rotate it now, without --older-than: zpcli pat rotate ${keyId}`
    : "Create a new one instead: zpcli pat create"
}

/** How to replace a PAT, by where it is set. */
const replacePat = ({ source, via }: Place): string => {
  if (via === "file") return `Put a valid PAT into the file that ${source} names`
  if (via === "command") return `Make the command in ${source} print a valid PAT`
  return source === "ZPOOLPAT" ? `Set ${source} to a valid PAT` : "Replace it with zpcli login"
}

export const ofCredential = ({ credential }: Errors.CredentialRefused): string => {
  switch (credential._tag) {
    case "PAT":
      return `${replacePat(credential)}, or use --auth jwt to sign in with your username and password.`
    case "NewPat":
      return "Run the command again."
    case "Pasted":
      return `Copy the whole PAT, or create another at ${credential.page}, and run the command again.`
    case "JWT":
      return "Run the command again. If it still fails, check ZPOOL_API_URL."
  }
}

export const ofNotAllowed = ({ lacking, needs }: Errors.NotAllowed): string => {
  if (lacking === undefined)
    return "Check ZPOOL_API_URL and any proxy: the answer may not have come from the API."
  return lacking === "scope"
    ? `Use a PAT with the scope ${needs} or *, or --auth jwt to sign in with your username and password.`
    : "Sign in as another user with ZPOOL_USER, or ask the owner of the account."
}

export const ofCredentialMissing = ({ only, page, variable }: Errors.CredentialMissing): string => {
  if (page !== undefined)
    return `Create one at ${page}, and paste it at the prompt or pipe it into zpcli login.`
  if (variable === "ZPOOLPAT")
    return "Set ZPOOLPAT, or leave out --auth to sign in with a username and password."
  return only === "jwt" ? `Set ${variable}.` : `Run zpcli login, or set ZPOOLPAT or ${variable}.`
}

export const ofSecret = ({ opensStdout, path, source }: Errors.SecretUnavailable): string => {
  if (opensStdout)
    return "It can't open /dev/stdout, because that's a socket here. Write to stdout directly, or add a pipe: (COMMAND) | cat"
  return path === undefined
    ? "Run that command yourself: it must print only the secret, and exit with 0."
    : `Correct ${source}: the file must contain only the secret.`
}

/** What to type again or to check after a refused sign-in. */
export const ofLogin = ({ password = "ZPOOL_PASSWORD", typed }: Errors.LoginRefused): string => {
  if (typed.password) {
    return typed.user
      ? "Run the command again, and check what you type."
      : "Run the command again and type the password again, or check ZPOOL_USER."
  }
  return typed.user
    ? `Run the command again and type the username again, or check ${password}.`
    : `Check ZPOOL_USER and ${password}, or unset ${password} to type the password at a prompt.`
}

export const ofRequest = ({ path, serverMessage, status }: Errors.RequestRefused): string => {
  // A gateway that doesn't know the path answers with 403.
  if (status === 404 || status === 403) return `Check ZPOOL_API_URL: ${path} doesn't exist there.`
  return serverMessage === undefined
    ? "Check ZPOOL_API_URL. To see the requests, add --log-level debug."
    : "Fix the problem that the API reports, then run the command again."
}

export const ofUnavailable = ({ retryAfter = 0 }: Errors.ServiceUnavailable): string =>
  retryAfter > maxRetryAfter
    ? `Wait ${Math.ceil(retryAfter / 1000)} s, as the API asks, then run the command again.`
    : "Run the command again later."

export const ofUnreachable = ({ lasting, proxy, proxyStatus }: Errors.Unreachable): string => {
  if (lasting === "certificate")
    return "If your own certificate authority issued it, set NODE_EXTRA_CA_CERTS to its PEM file."
  if (lasting === "client-certificate") return "Check ZPOOL_API_URL and any proxy."
  if (proxy === undefined)
    return "Check the network, any proxy, and ZPOOL_API_URL; then run the command again."
  return proxyStatus === "407"
    ? `Put the proxy's username and password into ${proxy.variable}: http://USER:PASSWORD@HOST:PORT`
    : `Check ${proxy.variable}, or add the host to NO_PROXY to connect without the proxy.`
}

export const ofInput = ({ advice, kind, value }: Errors.InvalidInput): string => {
  if (advice !== undefined) return advice
  switch (kind) {
    case "label":
      return `Use 1 to ${maxLength} characters, and no control characters.`
    case "key-id":
      return `${keyIdForm}; see: zpcli pat list`
    case "scope":
      return `Scopes: ${scopes.join(", ")} (quote '*' to prevent shell globbing). Repeat --scope for more than one.`
    case "expiry":
      return "Write the expiry as YYYY-MM-DD, such as --expiry 2027-12-31."
    case "duration":
      return /^\d+m$/.test(value)
        ? `m may mean minutes or months. Write months as ${value}o, or the duration as 12h, 30d, 8w or 1y.`
        : "Write it as 12h, 30d, 8w, 6mo or 1y."
    case "username":
      return "Run the command again, or set ZPOOL_USER."
  }
}

/** How to correct a setting, by where it comes from. */
export const ofSetting = ({ advice, source }: Errors.SettingsError): string => {
  if (advice !== undefined) return advice
  const [name = ""] = source.split(" ")
  return name.startsWith("--")
    ? `Correct it: the command's --help shows what ${name} takes.`
    : `Correct ${name}, or unset it.`
}
