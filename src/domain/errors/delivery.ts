/** Failures of creating a token and delivering it, and of the programs that take it. */
import * as Data from "effect/Data"
import type { ResponseUnreadable, RevokeError, Transient } from "./api.ts"
import { because, explained } from "./words.ts"

/** How a signal ended a command, by the exit code that shells give it. */
const signalWords: Readonly<Record<number, string>> = {
  129: "ended by SIGHUP",
  130: "interrupted",
  131: "ended by SIGQUIT",
  134: "aborted",
  137: "killed",
  141: "ended by SIGPIPE",
  143: "terminated",
}

/** Whether a command's exit code says that a signal ended it. */
export const signalled = (exitCode: number): boolean => signalWords[exitCode] !== undefined

/** How a command ended, by its exit code. */
export const exited = (exitCode: number): string =>
  signalled(exitCode) ? `was ${signalWords[exitCode]} (exit code ${exitCode})` : `exited with ${exitCode}`

/** A command can't be started. This was checked before anything was sent. */
export class CommandUnusable extends Data.TaggedError("CommandUnusable")<{
  readonly name: string
  readonly reason: "not-found" | "not-executable"
  /** The system's code, such as `EACCES`. */
  readonly code: string | undefined
  /** Of a script, if that is what can't be started. */
  readonly interpreter?: string | undefined
}> {
  override get message(): string {
    const { code, interpreter, name, reason } = this
    if (reason === "not-found") return `${name}: command not found.`
    if (interpreter === undefined) return `${name} can't be run (${code ?? "not executable"}).`
    return code === "ENOENT" || code === "ENOTDIR"
      ? `${name} can't be run: its interpreter ${interpreter} was not found.`
      : `${name} can't be run: its interpreter ${interpreter} can't be executed (${code ?? "unknown"}).`
  }
}

/** A command did not take the new token: it could not be started, failed, or left the token on its stdin. */
export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  readonly name: string
  /** 128 plus the signal's number if a signal ended it; undefined if it could not be started. */
  readonly exitCode?: number
  /** Whether it did not read the whole token, however it ended. */
  readonly leftToken?: boolean
  /** The system's code, if it could not be started. */
  readonly code?: string | undefined
}> {
  override get message(): string {
    const { code, exitCode, name } = this
    if (exitCode === undefined) return `${name} could not be started (${code ?? "unknown"}).`
    return exitCode === 0
      ? `${name} exited with 0, but did not read the token from its stdin.`
      : `${name} ${exited(exitCode)}.`
  }
}

/** A PAT that a new one is to replace. */
export interface ReplacedPat {
  readonly keyId: string
  readonly works: boolean
}

/** The state of PATs that were not replaced. */
export const stateOfOld = (old: ReadonlyArray<ReplacedPat>): string => {
  const keyIds = old.map(({ keyId }) => keyId).join(", ")
  const work = old.every(({ works }) => works)
  if (old.length > 1) return work ? `PATs ${keyIds} still work` : `PATs ${keyIds} are unchanged`
  return work ? `PAT ${keyIds} still works` : `PAT ${keyIds} is unchanged`
}

/** A token could not be written. */
export class DeliveryFailed extends Data.TaggedError("DeliveryFailed")<{
  readonly target: string
  /** The system's code, such as `ENOSPC`, or a clause, such as `it is locked by another program`. */
  readonly why: string
}> {
  override get message(): string {
    return `Its token could not be written to ${this.target} (${explained(this.why)}).`
  }
}

/** Why a token could not be delivered. */
export type Undelivered = DeliveryFailed | CommandFailed

/** Why a token was not delivered, or an old PAT not revoked; undefined for an interruption. */
export type HandoverCause = RevokeError | Undelivered | undefined

/** Whether a command may have read a token, and overwritten the only copy of an old one with it. */
export const mayBeStored = (cause: HandoverCause): cause is CommandFailed =>
  cause?._tag === "CommandFailed" && cause.exitCode !== undefined && cause.exitCode !== 0

/** The state of a new PAT whose token was not delivered. */
export const stateOfNew = (keyId: string | undefined, revoked: boolean, cause: HandoverCause): string => {
  if (revoked) return `The new PAT ${keyId ?? ""} was revoked`
  const exists = `The new PAT ${keyId ?? "(key ID unknown)"} exists`
  return mayBeStored(cause)
    ? `${exists}, and ${cause.name} may have stored its token`
    : `${exists}, but its token is lost`
}

/** A PAT was created, but its token was not delivered. */
export class TokenUndelivered extends Data.TaggedError("TokenUndelivered")<{
  readonly keyId: string | undefined
  /** Whether the PAT was certainly revoked. */
  readonly revoked: boolean
  readonly cause: HandoverCause
}> {
  /** Whether the delivery failed, and not a request before it. */
  get wasDelivery(): boolean {
    return this.cause?._tag === "DeliveryFailed" || this.cause?._tag === "CommandFailed"
  }

  override get message(): string {
    const { cause, keyId, revoked, wasDelivery } = this
    const state = stateOfNew(keyId, revoked, cause)
    if (cause === undefined) return `Interrupted. ${state}.`
    const lost = wasDelivery ? "" : ", because its token did not arrive or could not be checked"
    return `${state}${lost}: ${because(cause)}.`
  }
}

/** The response to a create was lost: a PAT may exist whose token nobody received. */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{
  readonly label: string
  /** Key IDs with that label created since the request; undefined if there was no list. */
  readonly found: ReadonlyArray<string> | undefined
  /** The one that must be it, since it has the label and the scopes, is new, and was never used. */
  readonly certain?: string | undefined
  /** Whether the list shows an older PAT with that label. */
  readonly older?: boolean
  /** The PAT that the new one was to replace. */
  readonly replaces?: ReplacedPat | undefined
  /** Undefined for an interruption. */
  readonly cause: Transient | ResponseUnreadable | undefined
}> {
  override get message(): string {
    const { found, label, replaces } = this
    const why = because(this.cause)
    const old = replaces === undefined ? "" : ` ${stateOfOld([replaces])}.`
    if (found === undefined) return `It is unclear whether the PAT "${label}" was created: ${why}.${old}`
    const [keyId, ...more] = found
    if (keyId === undefined) {
      const other = this.older ? "new " : ""
      return `It is unclear whether the PAT "${label}" was created: ${why}. The list shows no ${other}PAT with that label.${old}`
    }
    return more.length > 0
      ? `The token of the PAT "${label}" did not arrive: ${why}. It may be one of these: ${found.join(", ")}.${old}`
      : `The PAT "${label}" exists as ${keyId}, but its token did not arrive: ${why}.${old}`
  }
}

/** How the command of `pat run` ended, as the beginning of a sentence. */
const ended = (end: PatLeft["end"]): string => {
  if (end === undefined) return "Interrupted, and"
  if (end === 0) return "The command succeeded, but"
  return typeof end === "number" ? `The command ${exited(end)}, and` : `${end.name} could not be started, and`
}

/** The temporary PAT of `pat run` may not have been revoked. */
export class PatLeft extends Data.TaggedError("PatLeft")<{
  readonly label: string
  readonly keyId: string | undefined
  readonly expiry: string | undefined
  /** The command's exit code, or why it could not be started; undefined if it was interrupted before. */
  readonly end: number | CommandUnusable | undefined
  /** Why it may not have been revoked; undefined if there is no key ID. */
  readonly cause: RevokeError | undefined
}> {
  override get message(): string {
    const { cause, end, expiry, keyId, label } = this
    const unsaid = `the API did not ${keyId === undefined ? "give its key ID" : "answer in time"}`
    const why = cause === undefined ? unsaid : because(cause)
    const until = expiry === undefined ? "" : ` It expires on ${expiry}.`
    return `${ended(end)} zpcli could not confirm that its PAT ${keyId ?? `"${label}"`} was revoked: ${why}.${until}`
  }
}

/** A new token would go to the null device. */
export class TokenWouldBeLost extends Data.TaggedError("TokenWouldBeLost") {
  override get message(): string {
    return "stdout is closed or goes to the null device, so the token would be lost. Nothing was sent."
  }
}

/** Writing to stdout failed; `EPIPE` means that the reader has gone. */
export class OutputFailed extends Data.TaggedError("OutputFailed")<{ readonly code: string }> {
  override get message(): string {
    return `The result could not be written to stdout (${this.code}).`
  }
}
