/** Why PATs are not found by their label or not replaced, and how far a rotation got. */
import * as Data from "effect/Data"
import type { Pat, Time } from "../Pat.ts"
import { type HandoverCause, type ReplacedPat, stateOfNew, stateOfOld } from "./delivery.ts"
import { because, didYouMean } from "./words.ts"

/** No PAT has this label, or only revoked ones. */
export class LabelNotFound extends Data.TaggedError("LabelNotFound")<{
  readonly label: string
  readonly nearest: string | undefined
  /** Whether this is `pat show`, where revoked ones count too. */
  readonly showing?: boolean
}> {
  override get message(): string {
    const kind = this.showing ? "" : "active or expired "
    return `No ${kind}PAT has the label "${this.label}".${didYouMean(this.nearest)}`
  }
}

/** A time to the second, or what the server sent instead. */
const at = (time: Time): string => {
  if (time === undefined) return "never"
  return typeof time === "string"
    ? time
    : `${new Date(time).toISOString().slice(0, -5).replace("T", " ")} UTC`
}

const listOf = (pats: ReadonlyArray<Pat>): string =>
  pats
    .map(
      ({ created_at, key_id = "-", last_used_at }) =>
        `${key_id} (created ${at(created_at)}, last used ${at(last_used_at)})`,
    )
    .join("; ")

/** Several active PATs have this label, but one is needed. */
export class SeveralPats extends Data.TaggedError("SeveralPats")<{
  readonly label: string
  readonly pats: ReadonlyArray<Pat>
  /** Whether this is `pat show`. */
  readonly showing?: boolean
}> {
  override get message(): string {
    const { label, pats, showing } = this
    return `${pats.length} active PATs have the label "${label}": ${listOf(pats)}.${showing ? "" : " Nothing was changed."}`
  }
}

/** Several active PATs with one label are in use, so they belong to different jobs. */
export class PatsInUse extends Data.TaggedError("PatsInUse")<{
  readonly label: string
  readonly pats: ReadonlyArray<Pat>
}> {
  override get message(): string {
    const { label, pats } = this
    return `${pats.length} active PATs with the label "${label}" are in use: ${listOf(pats)}. Nothing was changed.`
  }
}

/** Several active PATs have one label, and the newest is so new that another rotation may be under way. */
export class RotationUnderWay extends Data.TaggedError("RotationUnderWay")<{
  readonly label: string
  readonly count: number
  /** A key ID. */
  readonly newest: string
  /** When it was created, the server's clock, and when a rotation may go ahead, in milliseconds since the epoch. */
  readonly created: number
  readonly now: number
  readonly retryAt: number
}> {
  override get message(): string {
    const { count, created, label, newest, now } = this
    const minutes = Math.max(0, Math.floor((now - created) / 60_000))
    const age = minutes === 0 ? "less than a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`
    return `${count} active PATs have the label "${label}", and the newest, ${newest}, was created ${age} ago, so another rotation may be under way. Nothing was changed.`
  }
}

const listed = (scopes: ReadonlyArray<string>): string => (scopes.length === 0 ? "none" : scopes.join(", "))

/** A PAT with this label does not have the scopes that were asked for, or those of another PAT. */
export class ScopesDiffer extends Data.TaggedError("ScopesDiffer")<{
  readonly keyId: string
  readonly scopes: ReadonlyArray<string>
  /** The other PAT; undefined if `others` were asked for. */
  readonly otherKeyId: string | undefined
  readonly others: ReadonlyArray<string>
}> {
  override get message(): string {
    const { keyId, otherKeyId, others, scopes } = this
    const other = otherKeyId === undefined ? "--scope asks for" : `PAT ${otherKeyId} has`
    return `PAT ${keyId} has the scopes ${listed(scopes)}, but ${other} ${listed(others)}. Nothing was changed.`
  }
}

/** A new PAT would be due for rotation as soon as it is created. */
export class DueAtOnce extends Data.TaggedError("DueAtOnce")<{
  /** A date. */
  readonly expiry: string
  /** `--expiring-within`, as it was typed. */
  readonly within: string
}> {
  override get message(): string {
    return `The new PAT would be due immediately: it would expire on ${this.expiry}, within the ${this.within} of --expiring-within. Nothing was changed.`
  }
}

/** A PAT can't be replaced, since the list doesn't say enough about it. */
export class CannotRotate extends Data.TaggedError("CannotRotate")<{
  readonly keyId: string
  /** What is missing or unreadable; `lifetime` is less than a day, so that the successor would not live at all. */
  readonly reason: "label" | "scopes" | "expiry" | "creation" | "lifetime"
}> {
  override get message(): string {
    const { keyId, reason } = this
    if (reason === "lifetime")
      return `PAT ${keyId} has a lifetime of less than a day, so a new PAT with that lifetime would already be expired. Nothing was changed.`
    const what = { scopes: "list of scopes", creation: "creation time", label: "label", expiry: "expiry" }
    return `PAT ${keyId} can't be rotated: the API didn't send a readable ${what[reason]}. Nothing was changed.`
  }
}

/** A rotation that was interrupted before anything was changed. */
export class RotationNotBegun extends Data.TaggedError("RotationNotBegun")<{
  /** Undefined if it was not found yet. */
  readonly keyId: string | undefined
}> {
  override get message(): string {
    const which = this.keyId === undefined ? "" : ` PAT ${this.keyId} was not rotated.`
    return `Interrupted: nothing was changed.${which}`
  }
}

/** The steps of a rotation, in order. `confirm` is the second check, after the delivery. */
export type RotationStep = "create" | "check" | "deliver" | "confirm" | "revoke"

/** A rotation failed or was interrupted at a step. Before `revoke`, the old PATs are unchanged. */
export class RotationStopped extends Data.TaggedError("RotationStopped")<{
  readonly step: RotationStep
  /** The PATs to be replaced, as they were when the rotation began; at `revoke`, those that may still work. */
  readonly old: ReadonlyArray<ReplacedPat>
  readonly newKeyId: string | undefined
  /** Whether the new PAT was certainly revoked. */
  readonly newRevoked: boolean
  readonly cause: HandoverCause
}> {
  override get message(): string {
    const { cause, newKeyId, newRevoked, old, step } = this
    const why = because(cause)
    const newPat = newKeyId ?? "(key ID unknown)"
    const before = stateOfOld(old)
    if (step === "revoke") {
      const keyIds = old.map(({ keyId }) => keyId).join(", ")
      return `The new PAT ${newPat} works and was delivered, but the old PAT${old.length > 1 ? "s" : ""} ${keyIds} may still work: ${why}.`
    }
    if (step === "confirm") {
      const rest = old.length === 0 ? "" : ` ${before}.`
      return `The token of the new PAT ${newPat} was delivered, but could not be checked again: ${why}.${rest}`
    }
    const lost = step === "create" && newRevoked ? ", because its token did not arrive" : ""
    const unchecked = step === "check" ? "it could not be checked, because " : ""
    return `${before}. ${stateOfNew(newKeyId, newRevoked, cause)}${lost}: ${unchecked}${why}.`
  }
}

/** The API refused a token that it had accepted before, after it was delivered. Nothing was revoked. */
export class TokenRevokedMeanwhile extends Data.TaggedError("TokenRevokedMeanwhile")<{
  readonly newKeyId: string | undefined
  /** The PATs to be replaced, and whether the list now shows them as working; undefined if it wasn't available. */
  readonly old: ReadonlyArray<{ readonly keyId: string; readonly works: boolean | undefined }>
  /** The newest active PAT with the label, which can be rotated. */
  readonly active: string | undefined
}> {
  override get message(): string {
    const fates = this.old.map(({ keyId, works }) => {
      if (works === undefined) return ` It is unclear whether the old PAT ${keyId} still works.`
      return works ? ` The old PAT ${keyId} still works.` : ` The old PAT ${keyId} no longer works either.`
    })
    return `The token of the new PAT ${this.newKeyId ?? "(key ID unknown)"} was delivered, but the API no longer accepts it.${fates.join("")}`
  }
}
