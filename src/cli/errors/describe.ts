import * as Match from "effect/Match"
import type { Undelivered } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { maskTokens } from "../../services/settings/Secrets.ts"
import { exitCodes, ofPatLeft, ofUndelivered } from "./exitCodes.ts"
import type { Failure, Report } from "./failure.ts"
import * as hints from "./hints.ts"

type Described = Failure | Undelivered

/** What the command line adds to an error, or says in place of the error's own message. */
type Ending = Partial<Report> & Pick<Report, "exitCode">

const ends = (exitCode: number, hint?: string, more: Partial<Report> = {}): Ending => ({
  exitCode,
  hint,
  ...more,
})

/** Nothing is printed. */
const silently = (exitCode: number): Ending => ({ exitCode, message: undefined })

/** The answer of the API behind an error, or behind its cause. */
const answerOf = (error: Pick<Report, "status" | "requestId"> | undefined): Partial<Report> => ({
  status: error?.status,
  requestId: error?.requestId,
})

/**
 * The fields of an error after which zpcli has tried to revoke the new PAT.
 *
 * @param tokenLost - whether the token did not arrive: once its PAT is revoked, the command can be run again
 */
const undelivered = (revoked: boolean, cause: Report | undefined, tokenLost: boolean): Partial<Report> => ({
  ...answerOf(cause),
  childExitCode: cause?.childExitCode,
  retryable: revoked && cause !== undefined && (cause.retryable || tokenLost),
})

const several = <A>(all: ReadonlyArray<A>) => (all.length > 1 ? all : undefined)

/** The PATs to be replaced: the first, and all if there are several. */
const named = (old: ReadonlyArray<{ readonly keyId: string }>): Partial<Report> => {
  const keyIds = old.map(({ keyId }) => keyId)
  return { oldKeyId: keyIds[0], keyIds: several(keyIds) }
}

/** The one table of errors: exit code, hint and JSON fields. If a tag is missing here, it does not compile. */
const table = {
  // The API's answers
  PatNotFound: ({ keyId }) => ends(exitCodes.notFound, "See the key IDs with: zpcli pat list", { keyId }),
  RevokeUnconfirmed: ({ keyId }) =>
    ends(exitCodes.refused, "Check ZPOOL_API_URL and any proxy, then run the command again.", { keyId }),
  RequestRefused: (error) => ends(exitCodes.refused, hints.ofRequest(error)),
  Redirected: () => ends(exitCodes.refused, "Set ZPOOL_API_URL to the API's own address."),
  ServiceUnavailable: (error) => ends(exitCodes.unavailable, hints.ofUnavailable(error)),
  Unreachable: (error) => ends(exitCodes.unavailable, hints.ofUnreachable(error)),
  TimedOut: () =>
    ends(exitCodes.unavailable, "Run the command again, or allow more time with ZPOOL_TIMEOUT."),
  ResponseUnreadable: () =>
    ends(exitCodes.refused, "Check ZPOOL_API_URL: something other than the zpools.io API may answer there."),

  // Signing in
  CredentialMissing: (error) => ends(exitCodes.notSignedIn, hints.ofCredentialMissing(error)),
  SecretUnavailable: (error) =>
    ends(exitCodes.notSignedIn, hints.ofSecret(error), { childExitCode: error.exitCode }),
  LoginRefused: (error) => ends(exitCodes.notSignedIn, hints.ofLogin(error)),
  CredentialRefused: (error) => ends(exitCodes.notSignedIn, hints.ofCredential(error)),
  NotAllowed: (error) => ends(exitCodes.notSignedIn, hints.ofNotAllowed(error)),
  NotOffered: ({ page, what }) =>
    ends(
      exitCodes.refused,
      what === "login"
        ? `Create a PAT at ${page}, then run zpcli login or set ZPOOLPAT.`
        : `Create it in the browser: ${page}`,
    ),

  // The command line, and what is set, piped or typed
  UsageError: (error) =>
    // A token may have been typed by mistake.
    ends(exitCodes.misuse, maskTokens(error.hint), { message: maskTokens(error.message) }),
  InvalidInput: (error) => ends(exitCodes.misuse, hints.ofInput(error)),
  InputUnreadable: () =>
    ends(
      exitCodes.misuse,
      "Put one key ID on each line, for example with: zpcli pat list --quiet --unused-for 90d | zpcli pat revoke -",
    ),
  SettingsError: (error) => ends(exitCodes.misuse, hints.ofSetting(error)),
  SandboxFailed: () => ends(exitCodes.misuse, "Choose another with --port."),
  CannotAsk: () => ends(exitCodes.declined, "Add --yes to skip the question."),
  Declined: ({ no }) =>
    // Someone who said no needs no advice on how to say yes.
    ends(exitCodes.declined, no ? undefined : "Answer y to go ahead, or add --yes to skip the question."),
  Quit: () => silently(exitCodes.interrupted),

  // A token and where it goes
  TokenWouldBeLost: () =>
    ends(
      exitCodes.misuse,
      "Write it to a file with --out FILE, or send stdout to a terminal, a pipe or a file.",
    ),
  OutputFailed: ({ code }) =>
    // The reader has all it wants, as in `zpcli pat list | head -1`.
    code === "EPIPE"
      ? silently(exitCodes.done)
      : ends(exitCodes.refused, "Check the destination of stdout, for example for free disk space."),
  DeliveryFailed: () =>
    ends(exitCodes.undelivered, "Check the destination of the token, then run the command again."),
  CommandFailed: (error) =>
    ends(exitCodes.undelivered, hints.ofCommandFailed(error), { childExitCode: error.exitCode }),
  // A shell has the same exit codes.
  CommandUnusable: (error) =>
    ends(
      error.reason === "not-found" ? exitCodes.commandNotFound : exitCodes.commandNotExecutable,
      hints.ofCommandUnusable(error),
    ),
  TokenUndelivered: ({ cause, keyId, revoked, wasDelivery }) => {
    const why = describeCause(cause)
    const hint = hints.ofUndelivered(keyId, revoked, cause, wasDelivery ? why?.hint : undefined)
    const more = { keyId, delivered: false, ...undelivered(revoked, why, !wasDelivery) }
    return ends(ofUndelivered(revoked, why === undefined), hint, more)
  },
  OutcomeUnknown: (error) => {
    const { cause, found = [], replaces } = error
    return ends(ofUndelivered(false, cause === undefined), hints.ofOutcome(error), {
      ...answerOf(describeCause(cause)),
      ...(found.length > 1 ? { keyIds: found } : { keyId: found[0] }),
      oldKeyId: replaces?.keyId,
      delivered: false,
    })
  },
  PatLeft: ({ cause, end, keyId }) => {
    const childExitCode = typeof end === "number" ? end : undefined
    const code = ofPatLeft(typeof end === "object" ? describe(end).exitCode : end)
    return ends(code, hints.howToRevoke(keyId), { ...answerOf(describeCause(cause)), keyId, childExitCode })
  },

  // PATs by their label, and rotations
  LabelNotFound: ({ showing }) =>
    ends(
      exitCodes.notFound,
      showing
        ? "See the labels with: zpcli pat list"
        : "See the labels with zpcli pat list, or create the PAT with --or-create and --scope.",
    ),
  SeveralPats: ({ pats, showing }) =>
    ends(
      exitCodes.refused,
      showing
        ? "Choose one by its key ID."
        : "Revoke the ones you don't need with zpcli pat revoke, or give each job its own label. If they all belong to this job, add --all.",
      { keyIds: pats.map(({ key_id = "-" }) => key_id) },
    ),
  PatsInUse: ({ pats }) =>
    ends(exitCodes.refused, "Give each job its own label, and rotate these one at a time by key ID.", {
      keyIds: pats.map(({ key_id = "-" }) => key_id),
    }),
  RotationUnderWay: ({ newest, retryAt }) => {
    const time = new Date(Math.ceil(retryAt / 60_000) * 60_000).toISOString().slice(11, 16)
    return ends(
      exitCodes.unavailable,
      `Run the command again after ${time} UTC. If no other rotation is running, revoke the newest: zpcli pat revoke ${newest}`,
      { keyId: newest },
    )
  },
  ScopesDiffer: ({ keyId, otherKeyId }) =>
    ends(
      exitCodes.refused,
      otherKeyId === undefined
        ? "Use the same scopes, or a different label."
        : "Rotate each by its key ID, or revoke the one you don't need.",
      { oldKeyId: keyId },
    ),
  DueAtOnce: () =>
    ends(
      exitCodes.misuse,
      "Choose a later expiry with --expires-in, or a shorter time with --expiring-within.",
    ),
  CannotRotate: (error) =>
    ends(error.reason === "lifetime" ? exitCodes.misuse : exitCodes.refused, hints.ofCannotRotate(error), {
      oldKeyId: error.keyId,
    }),
  RotationNotBegun: ({ keyId }) =>
    ends(exitCodes.interrupted, "Run the command again to rotate it.", { oldKeyId: keyId }),
  RotationStopped: (error) => {
    const { cause, newKeyId: keyId, newRevoked: revoked, old, step } = error
    const why = describeCause(cause)
    const delivered = step === "confirm" || step === "revoke"
    return ends(
      delivered && why !== undefined ? exitCodes.oldRemains : ofUndelivered(revoked, why === undefined),
      hints.ofStop(error, why?.hint),
      { keyId, ...named(old), delivered, ...undelivered(revoked, why, step === "create") },
    )
  },
  TokenRevokedMeanwhile: ({ active, newKeyId, old }) =>
    ends(
      exitCodes.oldRemains,
      KeyId.is(active)
        ? `Store a working token: zpcli pat rotate ${active} -- COMMAND`
        : "Find the active PAT with zpcli pat list, then store a working token: zpcli pat rotate ID -- COMMAND",
      { keyId: newKeyId, ...named(old), delivered: true },
    ),

  // How the program itself ends
  ExitWith: ({ code }) => silently(code),
  InternalError: () => ends(exitCodes.refused, "This is a bug in zpcli. For details, add --log-level debug."),
} satisfies {
  [T in Described["_tag"]]: (error: Extract<Described, { readonly _tag: T }>) => Ending
}

/** Everything that is reported about an error. */
export const describe = (failure: Described): Report => {
  const ending: Ending = Match.valueTags(failure, table)
  return {
    type: failure._tag,
    message: failure.message,
    ...("status" in failure || "requestId" in failure ? answerOf(failure) : {}),
    retryable: ending.exitCode === exitCodes.unavailable,
    ...ending,
  }
}

const describeCause = (cause: Described | undefined): Report | undefined => cause && describe(cause)
