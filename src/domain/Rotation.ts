/** Which PATs a rotation replaces. */
import * as Either from "effect/Either"
import { checkNotDue, type Due, isDue } from "./Due.ts"
import {
  CannotRotate,
  type DueAtOnce,
  LabelNotFound,
  type PatNotFound,
  PatsInUse,
  RotationUnderWay,
  ScopesDiffer,
  SeveralPats,
} from "./Errors.ts"
import { nearest } from "./errors/words.ts"
import type * as KeyId from "./KeyId.ts"
import type { Label } from "./Label.ts"
import { NewPat, type PatInput } from "./NewPat.ts"
import {
  expiryOf,
  hasEnded,
  isKnown,
  type Known,
  lastUse,
  type Pat,
  sameScopes,
  statusOf,
  type Time,
  works,
} from "./Pat.ts"
import { findPat, newestFirst } from "./PatList.ts"
import type { Scope } from "./Scope.ts"

/** A PAT that is to be replaced. */
export interface OldPat {
  readonly keyId: KeyId.KeyId
  /** Whether it works. An expired PAT is not revoked. */
  readonly works: boolean
  /** Whether it is the PAT that signs in. */
  readonly own: boolean
  readonly expiry?: Time
}

/** A rotation that is due: a new PAT, and the old ones that it replaces. */
export interface Rotation {
  readonly _tag: "Rotation"
  readonly pat: NewPat
  /** The newest first; none for the first PAT of a label. */
  readonly old: ReadonlyArray<OldPat>
  /** Whether the old ones are left to their own expiry. */
  readonly keep: boolean
  /** All that were listed before: none of them can be the new one. */
  readonly pats: ReadonlyArray<Pat>
}

/** None of the PATs is due. */
export interface NotDue {
  readonly _tag: "NotDue"
  readonly newest: Known
  /** How many are active. */
  readonly count: number
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

/** Which PATs are to be replaced, when, and by what. */
export interface Wanted extends Pick<PatInput, "expiry" | "tenantId"> {
  /** Undefined if the PATs are selected by their label. */
  readonly keyId: KeyId.KeyId | undefined
  readonly label: Label | undefined
  readonly all: boolean
  readonly keep: boolean
  /** Of the first PAT of a label; undefined if none is to be created. */
  readonly scopes: ReadonlyArray<Scope> | undefined
  readonly due: Due
  /** `--expiring-within`, as it was typed. */
  readonly within: string
}

/** Why the PATs with a label can't be replaced. */
type NotSelected = SeveralPats | ScopesDiffer | RotationUnderWay | PatsInUse | CannotRotate

/** In milliseconds: if a PAT is newer than this, the rotation that created it may still be under way. */
const rotationMillis = 10 * 60_000

/**
 * Decides what there is to do, by the list.
 *
 * @param listing - `ownKeyId` is the key ID of the PAT that signs in, and `now` the server's clock, in milliseconds since
 *   the epoch
 */
export const plan = (
  listing: {
    readonly pats: ReadonlyArray<Pat>
    readonly ownKeyId: string | undefined
    readonly now: number
  },
  wanted: Wanted,
): Either.Either<Rotation | NotDue, NotSelected | PatNotFound | LabelNotFound | DueAtOnce> =>
  Either.gen(function* () {
    const { now, ownKeyId, pats } = listing
    const { all, due, expiry, keep, keyId, label, scopes, tenantId, within } = wanted
    const by = { label: label ?? "", all, keep, scopes }
    // A date that was asked for is refused even on a night on which no PAT is due.
    yield* checkNotDue(expiry, due, within)
    const replaced =
      keyId === undefined
        ? yield* select(pats, by, now)
        : [{ ...(yield* findPat(keyId, pats)), key_id: keyId }]
    const [newest] = replaced
    if (newest !== undefined && !(yield* isDue(replaced, due, now)))
      return { _tag: "NotDue" as const, newest, count: replaced.length }
    yield* checkSeveral(replaced, by)
    const pat = yield* newest === undefined
      ? firstOf(pats, wanted)
      : NewPat.successorOf(newest, { expiry, tenantId }, now)
    yield* checkNotDue(pat.expiry, due, within)
    const old = replaced.map((one) => ({
      keyId: one.key_id,
      works: works(one, now),
      own: one.key_id === ownKeyId,
      expiry: expiryOf(one),
    }))
    return { _tag: "Rotation" as const, pat, old, keep, pats }
  })

/** The old PATs that a rotation revokes: those that still work, unless all are kept. */
export const revokedBy = ({ keep, old }: Rotation): ReadonlyArray<OldPat> =>
  keep ? [] : old.filter(({ works }) => works)

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
  if (undated !== undefined)
    return Either.left(new CannotRotate({ keyId: undated.key_id, reason: "creation" }))
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

/** The first PAT of a label, if it may be created. Otherwise, the error names the nearest label. */
const firstOf = (
  pats: ReadonlyArray<Pat>,
  { expiry, label, scopes, tenantId }: Wanted,
): Either.Either<NewPat, LabelNotFound> => {
  if (label !== undefined && scopes !== undefined)
    return Either.right(NewPat.fromInput({ label, scopes, expiry, tenantId }))
  const labels = pats.flatMap((pat) => (pat.label === undefined || hasEnded(pat) ? [] : [pat.label]))
  return Either.left(new LabelNotFound({ label: label ?? "", nearest: nearest(label ?? "", labels) }))
}

/** Whether a PAT seems unused: never used, or only while the rotation that created it may have checked its token. */
export const seemsUnused = (pat: Pat): boolean => {
  const use = lastUse(pat)
  const { created_at: created } = pat
  return (
    use === "never" || (use !== undefined && typeof created === "number" && use <= created + rotationMillis)
  )
}
