/** Which PATs a rotation replaces, and whether it is time to. */
import * as Either from "effect/Either"
import { DueAtOnce, LabelNotFound, ScopesDiffer, SeveralPats } from "./Errors.ts"
import type { ExpiryDate } from "./Expiry.ts"
import * as KeyId from "./KeyId.ts"
import { nearest } from "./nearest.ts"
import { expiryOf, hasEnded, isExpiringBefore, type Pat, works } from "./Pat.ts"
import { creationOf, named } from "./PatLookup.ts"

/** A PAT that can be named in a request. */
export interface Known extends Pat {
  readonly key_id: KeyId.KeyId
}

/** PATs that are named by their label. */
export interface ByLabel {
  /** Exactly as it is. */
  readonly label: string
  /** Whether one new PAT may take the place of several. */
  readonly all: boolean
  /** The scopes that a PAT with this label must have, if it matters. */
  readonly scopes: ReadonlyArray<string> | undefined
}

const isKnown = (pat: Pat): pat is Known =>
  pat.key_id !== undefined && KeyId.problem(pat.key_id) === undefined

/** The youngest first; of two of an age the one that is listed later. */
const byAge = (pats: ReadonlyArray<Known>): ReadonlyArray<Known> =>
  [...pats].reverse().sort((one, other) => {
    const [left, right] = [creationOf(one), creationOf(other)]
    return left === right ? 0 : right - left
  })

const sameScopes = (some: ReadonlyArray<string> = [], others: ReadonlyArray<string> = []): boolean => {
  const [left, right] = [new Set(some), new Set(others)]
  return left.size === right.size && [...left].every((scope) => right.has(scope))
}

/**
 * The PATs with a label that one new one takes the place of, the youngest
 * first: those that work, or else the youngest that has expired. Revoked ones
 * never count. None at all is an empty list.
 *
 * @param now - milliseconds since the epoch
 */
export const select = (
  pats: ReadonlyArray<Pat>,
  { all, label, scopes }: ByLabel,
  now: number,
): Either.Either<ReadonlyArray<Known>, SeveralPats | ScopesDiffer> => {
  const labelled = byAge(
    pats.filter(isKnown).filter((pat) => pat.label === label && pat.status?.toLowerCase() !== "revoked"),
  )
  const active = labelled.filter((pat) => works(pat, now))
  const selected = active.length > 0 ? active : labelled.slice(0, 1)
  const [first] = selected
  if (first === undefined) return Either.right([])
  if (selected.length > 1 && !all) {
    return Either.left(new SeveralPats({ label, pats: named(selected) }))
  }
  const other = selected.find((pat) => !sameScopes(pat.scopes, scopes ?? first.scopes))
  return other === undefined
    ? Either.right(selected)
    : Either.left(
        new ScopesDiffer({
          keyId: other.key_id,
          scopes: other.scopes ?? [],
          otherKeyId: scopes === undefined ? first.key_id : undefined,
          others: scopes ?? first.scopes ?? [],
        }),
      )
}

/** That no PAT has a label, with the nearest label of those that are listed. */
export const labelNotFound = (pats: ReadonlyArray<Pat>, label: string): LabelNotFound => {
  const labels = pats.flatMap((pat) => (pat.label === undefined || hasEnded(pat) ? [] : [pat.label]))
  return new LabelNotFound({ label, nearest: nearest(label, labels) })
}

/** When a PAT is due: by its expiry, its age, or either. Instants are milliseconds since the epoch. */
export interface Due {
  readonly expiringBefore: number | undefined
  readonly createdBefore: number | undefined
}

/**
 * Whether PATs are due for a rotation: always where nothing says when, where
 * there are several, which is what an interrupted rotation leaves, and where
 * the one has ended.
 */
export const isDue = (
  pats: ReadonlyArray<Pat>,
  { createdBefore, expiringBefore }: Due,
  now: number,
): boolean => {
  const [pat, ...more] = pats
  if (pat === undefined || more.length > 0 || !works(pat, now)) return true
  if (expiringBefore === undefined && createdBefore === undefined) return true
  const { created_at: created } = pat
  return (
    (expiringBefore !== undefined && isExpiringBefore(pat, now, expiringBefore)) ||
    (createdBefore !== undefined && typeof created === "number" && created < createdBefore)
  )
}

/** Refuses a new PAT that would be due as soon as it is made: each night would rotate it again. */
export const checkBirth = (
  expiry: ExpiryDate | undefined,
  { expiringBefore }: Due,
  within: string,
): Either.Either<void, DueAtOnce> =>
  expiry !== undefined && expiringBefore !== undefined && Date.parse(expiry) <= expiringBefore
    ? Either.left(new DueAtOnce({ expiry, within }))
    : Either.void

/** When a PAT ends, as JSON has it; undefined where it never does. */
export const expiryText = (pat: Pat): string | undefined => {
  const expiry = expiryOf(pat)
  return typeof expiry === "number" ? new Date(expiry).toISOString() : expiry
}
