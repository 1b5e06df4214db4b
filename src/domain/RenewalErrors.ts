/** Why a PAT that is named by its label is not replaced or shown. `Errors.ts` has them too. */
import * as Data from "effect/Data"
import type { Time } from "./Pat.ts"

/** No PAT has a label, or only ones that are revoked. */
export class LabelNotFound extends Data.TaggedError("LabelNotFound")<{
  readonly label: string
  /** The label that was probably meant. */
  readonly nearest: string | undefined
  /** Whether it was only to be shown, so that revoked ones count too. */
  readonly showing?: boolean
}> {}

/** Several active PATs have one label, and one was asked for. */
export class SeveralPats extends Data.TaggedError("SeveralPats")<{
  readonly label: string
  readonly pats: ReadonlyArray<{
    readonly keyId: string
    readonly createdAt: Time
    readonly lastUsedAt: Time
  }>
  /** Whether one was only to be shown. */
  readonly showing?: boolean
}> {}

/** PATs with one label have other scopes than were asked for, or than each other. */
export class ScopesDiffer extends Data.TaggedError("ScopesDiffer")<{
  readonly keyId: string
  readonly scopes: ReadonlyArray<string>
  /** The other PAT; undefined for what was asked for. */
  readonly otherKeyId: string | undefined
  readonly others: ReadonlyArray<string>
}> {}

/** A new PAT would be due for its rotation as soon as it is made. */
export class DueAtOnce extends Data.TaggedError("DueAtOnce")<{
  /** Its expiry, a date. */
  readonly expiry: string
  /** How long before its end a PAT is due, as it was typed. */
  readonly within: string
}> {}
