/** Which PATs a rotation replaces, and when. */
import * as Either from "effect/Either"
import {
  CannotRotate,
  DueAtOnce,
  LabelNotFound,
  PatsInUse,
  RotationUnderWay,
  ScopesDiffer,
  SeveralPats,
} from "./Errors.ts"
import type { ExpiryDate } from "./Expiry.ts"
import { nearest } from "./errors/words.ts"
import * as KeyId from "./KeyId.ts"
import { expiryOf, hasEnded, lastUse, type Pat, sameScopes, statusOf, works } from "./Pat.ts"
import { newestFirst } from "./PatList.ts"

/** A PAT with a valid key ID, so that it can be revoked. */
export interface Known extends Pat {
  readonly key_id: KeyId.KeyId
}

/** How `--label` selects PATs. */
export interface ByLabel {
  readonly label: string
  /** Whether one new PAT may replace several. */
  readonly all: boolean
  /** Whether nothing is revoked. */
  readonly keep: boolean
  /** The scopes that a PAT with this label must have, if it matters. */
  readonly scopes: ReadonlyArray<string> | undefined
}

/** When a PAT is due: by its expiry, its age, or either. Instants are milliseconds since the epoch. */
export interface Due {
  readonly expiringBefore: number | undefined
  readonly createdBefore: number | undefined
}

/** Why the PATs with a label can't be replaced. */
export type NotSelected = SeveralPats | ScopesDiffer | RotationUnderWay | PatsInUse | CannotRotate

/** In milliseconds: if a PAT is newer than this, the rotation that created it may still be under way. */
const rotationMillis = 10 * 60_000

const isKnown = (pat: Pat): pat is Known => KeyId.is(pat.key_id)

/**
 * The PATs with a label that a new one replaces, the newest first: those that
 * work, or else the newest that has expired. Revoked ones never count.
 * docs/pat-rotate.md lists the rules if there are several.
 *
 * @param now - the server's clock, in milliseconds since the epoch
 */
export const select = (
  pats: ReadonlyArray<Pat>,
  { all, keep, label, scopes }: ByLabel,
  now: number,
): Either.Either<ReadonlyArray<Known>, NotSelected> => {
  const labelled = newestFirst(
    pats.filter(isKnown).filter((pat) => pat.label === label && statusOf(pat) !== "revoked"),
  )
  const active = labelled.filter((pat) => works(pat, now))
  const [newest] = active
  if (newest === undefined || active.length === 1) {
    return withScopes(newest === undefined ? labelled.slice(0, 1) : [newest], scopes)
  }
  const { created_at: created, key_id } = newest
  if (!keep && typeof created === "number" && now - created < rotationMillis) {
    const retryAt = created + rotationMillis
    return Either.left(
      new RotationUnderWay({ label, count: active.length, newest: key_id, created, now, retryAt }),
    )
  }
  if (!keep && !all) return Either.left(new SeveralPats({ label, pats: active }))
  const undated = active.find((pat) => typeof pat.created_at !== "number")
  if (undated !== undefined) return cannotTell(undated, "creation")
  return keep ? withScopes([newest], scopes) : Either.right(active)
}

/**
 * Refuses to replace several PATs if two of them are in use, or if their scopes
 * differ: an interrupted rotation leaves only one that is in use. "In use" means
 * used later than ten minutes after the newest one was created, since the
 * interrupted rotation itself may have used the old one until then.
 *
 * @param active - the newest first
 */
export const checkSeveral = (
  active: ReadonlyArray<Known>,
  { label, scopes }: ByLabel,
): Either.Either<void, PatsInUse | ScopesDiffer> => {
  if (active.length < 2) return Either.void
  const created = active[0]?.created_at
  const since = typeof created === "number" ? created + rotationMillis : Number.NEGATIVE_INFINITY
  const used = active.filter((pat) => {
    const use = lastUse(pat)
    return use !== "never" && (use === undefined || use > since)
  })
  return used.length > 1
    ? Either.left(new PatsInUse({ label, pats: used }))
    : Either.map(withScopes(active, scopes), () => undefined)
}

const withScopes = (
  selected: ReadonlyArray<Known>,
  scopes: ReadonlyArray<string> | undefined,
): Either.Either<ReadonlyArray<Known>, ScopesDiffer> => {
  const [first] = selected
  const other = selected.find((pat) => !sameScopes(pat.scopes, scopes ?? first?.scopes))
  if (first === undefined || other === undefined) return Either.right(selected)
  return Either.left(
    new ScopesDiffer({
      keyId: other.key_id,
      scopes: other.scopes ?? [],
      otherKeyId: scopes === undefined ? first.key_id : undefined,
      others: scopes ?? first.scopes ?? [],
    }),
  )
}

/** The error if `select` finds nothing. It names the nearest label. */
export const labelNotFound = (pats: ReadonlyArray<Pat>, label: string): LabelNotFound => {
  const labels = pats.flatMap((pat) => (pat.label === undefined || hasEnded(pat) ? [] : [pat.label]))
  return new LabelNotFound({ label, nearest: nearest(label, labels) })
}

const cannotTell = (pat: Known, reason: CannotRotate["reason"]): Either.Either<never, CannotRotate> =>
  Either.left(new CannotRotate({ keyId: pat.key_id, reason }))

/**
 * Whether at least one PAT is due for rotation. It always is without a condition,
 * or if it has expired. If the decision depends on an unreadable date, that is an
 * error, and never "not due".
 */
export const isDue = (
  pats: ReadonlyArray<Known>,
  due: Due,
  now: number,
): Either.Either<boolean, CannotRotate> => {
  const each = pats.map((pat) => isOneDue(pat, due, now))
  if (each.some((one) => Either.isRight(one) && one.right)) return Either.right(true)
  return each.find(Either.isLeft) ?? Either.right(pats.length === 0)
}

const isOneDue = (
  pat: Known,
  { createdBefore, expiringBefore }: Due,
  now: number,
): Either.Either<boolean, CannotRotate> => {
  if (!works(pat, now) || (expiringBefore === undefined && createdBefore === undefined))
    return Either.right(true)
  const { created_at: created, expiry_at: soft, hard_expiry_at: hard } = pat
  const expiry = expiryOf(pat)
  if (expiringBefore !== undefined && typeof expiry === "number" && expiry <= expiringBefore)
    return Either.right(true)
  if (createdBefore !== undefined && typeof created === "number" && created < createdBefore)
    return Either.right(true)
  if (expiringBefore !== undefined && (typeof soft === "string" || typeof hard === "string"))
    return cannotTell(pat, "expiry")
  if (createdBefore !== undefined && typeof created !== "number") return cannotTell(pat, "creation")
  return Either.right(false)
}

/** Refuses a new PAT that would be due as soon as it is created: a nightly job would rotate it every time. */
export const checkBirth = (
  expiry: ExpiryDate | undefined,
  { expiringBefore }: Due,
  within: string,
): Either.Either<void, DueAtOnce> =>
  expiry !== undefined && expiringBefore !== undefined && Date.parse(expiry) <= expiringBefore
    ? Either.left(new DueAtOnce({ expiry, within }))
    : Either.void

/** Whether a PAT seems unused: never used, or only while the rotation that created it may have checked its token. */
export const seemsUnused = (pat: Pat): boolean => {
  const use = lastUse(pat)
  const { created_at: created } = pat
  return (
    use === "never" || (use !== undefined && typeof created === "number" && use <= created + rotationMillis)
  )
}

/** When a PAT expires, for JSON. */
export const expiryText = (pat: Pat): string | null => {
  const expiry = expiryOf(pat)
  return typeof expiry === "number" ? new Date(expiry).toISOString() : (expiry ?? null)
}
