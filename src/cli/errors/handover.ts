import * as Match from "effect/Match"
import type { OutcomeUnknown, ReplacedPat, RotationStopped, TokenUndelivered } from "../../domain/Errors.ts"
import * as KeyId from "../../domain/KeyId.ts"
import { explained } from "../../services/files.ts"
import { api } from "./api.ts"
import { exitCodes } from "./exitCodes.ts"
import { signIn } from "./signIn.ts"
import { afterUndo, answerOf, failed, type Report, silent, type Table } from "./words.ts"

/** How to revoke a new PAT. A server's text is part of a command to be copied only where it is a key ID. */
export const howToRevoke = (keyId: string | undefined): string =>
  KeyId.is(keyId) ? `Revoke it with: zpcli pat revoke ${keyId}` : "Find it with: zpcli pat list"

/** What became of a PAT whose token was not handed over, and what to do about it. */
export const takenBack = (
  keyId: string | undefined,
  undone: boolean,
  remedy: string | undefined,
  cause: Cause | undefined,
): readonly [state: string, hint: string] => {
  if (undone) return [`The new PAT ${keyId ?? ""} was revoked`, remedy ?? "Run the command again."]
  const exists = `The new PAT ${keyId ?? "(no key ID)"} exists`
  // A command that has read the token may have stored it, in the place of the only copy of the old one.
  return cause?._tag === "CommandFailed" && cause.reason === "exit"
    ? [
        `${exists}, and ${cause.name} may have stored its token`,
        `Check what it stored before you revoke a PAT. If it does not have the new token: ${howToRevoke(keyId)}`,
      ]
    : [`${exists}, and nobody has its token`, howToRevoke(keyId)]
}

export const codeOf = (undone: boolean): number => (undone ? exitCodes.undelivered : exitCodes.tokenAtLarge)

type Cause = NonNullable<OutcomeUnknown["cause"] | RotationStopped["cause"] | TokenUndelivered["cause"]>

/** How a command ended that a signal ended, by its exit code, as shells have it. */
const signalWords: Readonly<Record<number, string>> = {
  129: "hung up",
  130: "interrupted",
  131: "told to quit",
  134: "aborted",
  137: "killed",
  141: "ended by a closed pipe",
  143: "terminated",
}

/** How a command ended, by its exit code. */
export const exited = (exitCode: number): string => {
  const ended = signalWords[exitCode]
  return ended === undefined ? `exited with ${exitCode}` : `was ${ended} (exit code ${exitCode})`
}

const causes = {
  ...api,
  ...signIn,
  DeliveryFailed: (error) =>
    failed(
      error,
      exitCodes.undelivered,
      `its token could not be written to ${error.target} (${explained(error.code)})`,
      `Check where the token goes, then run the command again.`,
    ),
  CommandFailed: (error) => {
    const { code, exitCode = 0, name, reason } = error
    const why = {
      exit: `${name} ${exited(exitCode)}`,
      unread: `${name} exited with ${exitCode}, but did not read the token from its stdin`,
      "not-started": `${name} could not be started (${code ?? "unknown"})`,
    }[reason]
    const died = signalWords[exitCode] !== undefined
    // It may have failed after its work, or by a lost answer: what it stored took the place of what works.
    const remedy = error.leftToken
      ? `Fix ${name}, then run the command again. If it opens /dev/stdin, which is a socket here, put a pipe before it: -- sh -c 'cat | COMMAND'`
      : reason === "exit"
        ? `Check what it stored: the new token no longer works. Then ${died ? "" : "fix it, and "}run the command again.`
        : `Fix ${name}, then run the command again.`
    return failed(error, exitCodes.undelivered, why, remedy, { childExitCode: error.exitCode })
  },
  Quit: (error) => silent(error, exitCodes.interrupted),
} satisfies Table<Cause>

/** The report of an error's cause, if it has one. */
export const reportOf = (cause: Cause | undefined): Report | undefined =>
  cause === undefined ? undefined : Match.valueTags(cause, causes)

/** A cause as part of a sentence; without one it was an interruption. */
export const because = (cause: Report | undefined): string =>
  cause?.message === undefined
    ? "it was interrupted"
    : cause.message.replace(/\.$/, "").replace(/^(The|There|This|An?)\b/, (word) => word.toLowerCase())

/** What became of PATs that were to be replaced, and were not. */
export const asTheyWere = (old: ReadonlyArray<ReplacedPat>): string => {
  const keyIds = old.map(({ keyId }) => keyId).join(", ")
  const work = old.every(({ works }) => works)
  if (old.length > 1) return work ? `PATs ${keyIds} still work` : `PATs ${keyIds} are unchanged`
  return work ? `PAT ${keyIds} still works` : `PAT ${keyIds} is unchanged`
}

const unknown = (error: OutcomeUnknown, why: string): readonly [message: string, hint: string] => {
  const [message, hint] = unknownCreate(error, why)
  return [error.replaces === undefined ? message : `${message} ${asTheyWere([error.replaces])}.`, hint]
}

const unknownCreate = (error: OutcomeUnknown, why: string): readonly [message: string, hint: string] => {
  const { found, label, older, replaces } = error
  const again = replaces === undefined ? "create another" : "rotate again"
  if (found === undefined) {
    return [`It is unknown whether the PAT "${label}" was created: ${why}.`, "Check with: zpcli pat list"]
  }
  const [keyId, ...more] = found
  if (keyId === undefined) {
    return [
      `The PAT "${label}" may not have been created: ${why}. The list shows no ${older ? "new " : ""}PAT with that label.`,
      `Check again with zpcli pat list before you ${again}.`,
    ]
  }
  return more.length > 0
    ? [
        `The token of the PAT "${label}" did not arrive: ${why}. One of these may be it: ${found.join(", ")}.`,
        "See which one is new with zpcli pat list, and revoke that one.",
      ]
    : [
        `The PAT "${label}" exists as ${keyId}, but its token did not arrive: ${why}.`,
        KeyId.is(keyId)
          ? `Nobody has the token. Revoke it, then ${again}: zpcli pat revoke ${keyId}`
          : `Nobody has the token. Revoke it, then ${again}. ${howToRevoke(keyId)}`,
      ]
}

/** Failures of making a token and handing it over. */
export const handover = {
  TokenUndelivered: (error) => {
    const { keyId, undone } = error
    const cause = reportOf(error.cause)
    const why = because(cause)
    const { cause: of } = error
    if (of === undefined) {
      const [state, hint] = takenBack(keyId, undone, undefined, of)
      return failed(error, exitCodes.interrupted, `Interrupted. ${state}.`, hint, {
        keyId,
        delivered: false,
      })
    }
    const wasDelivery = of._tag === "DeliveryFailed" || of._tag === "CommandFailed"
    const [state, hint] = takenBack(keyId, undone, wasDelivery ? cause?.hint : undefined, of)
    const lost = wasDelivery ? "" : ", since its token did not arrive or could not be checked"
    return failed(error, codeOf(undone), `${state}${lost}: ${why}.`, hint, {
      ...answerOf(cause ?? {}),
      keyId,
      delivered: false,
      ...afterUndo(undone, cause),
      ...(wasDelivery || !undone ? {} : { retryable: true }),
    })
  },
  OutcomeUnknown: (error) => {
    const cause = reportOf(error.cause)
    const { found = [], replaces } = error
    return failed(error, exitCodes.tokenAtLarge, ...unknown(error, because(cause)), {
      ...answerOf(cause ?? {}),
      ...(found.length === 1 ? { keyId: found[0] } : found.length > 1 ? { keyIds: found } : {}),
      oldKeyId: replaces?.keyId,
      delivered: false,
    })
  },
} satisfies Table<OutcomeUnknown | TokenUndelivered>
