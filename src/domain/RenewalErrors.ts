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

/** Several active PATs have one label, and the newest is so new that another rotation may be under way. */
export class RotationUnderWay extends Data.TaggedError("RotationUnderWay")<{
  readonly label: string
  /** How many are active. */
  readonly count: number
  /** The key ID of the newest one. */
  readonly newest: string
  /** When it was created, what time it is by the server's clock, and when a rotation will go ahead: in milliseconds since the epoch. */
  readonly created: number
  readonly now: number
  readonly retryAt: number
}> {}

/** Several active PATs have one label, and more than one of them is in use: the label is not that of one job. */
export class PatsInUse extends Data.TaggedError("PatsInUse")<Pick<SeveralPats, "label" | "pats">> {}

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
