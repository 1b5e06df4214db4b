/** Lists of PATs: finding one by its key ID or label, filtering and sorting. */
import * as Either from "effect/Either"
import { LabelNotFound, PatNotFound, SeveralPats } from "./Errors.ts"
import { nearest } from "./errors/words.ts"
import * as KeyId from "./KeyId.ts"
import { expiryOf, isExpiringBefore, type Pat, statusOf, type Time, works } from "./Pat.ts"

const present = (values: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  values.filter((value) => value !== undefined)

/** The index of the PAT with a key ID. The error names the nearest one that is listed. */
export const indexOf = (pats: ReadonlyArray<Pat>, keyId: KeyId.KeyId): Either.Either<number, PatNotFound> => {
  const index = pats.findIndex((pat) => pat.key_id === keyId)
  if (index !== -1) return Either.right(index)
  const ids = present(pats.map(({ key_id }) => key_id)).filter((id) => KeyId.is(id))
  return Either.left(new PatNotFound({ keyId, listed: "no", nearest: nearest(keyId, ids) }))
}

/** The PAT that is to be revoked or replaced. The error says that it isn't listed, or is listed as revoked. */
export const findPat = (keyId: KeyId.KeyId, pats: ReadonlyArray<Pat>): Either.Either<Pat, PatNotFound> =>
  Either.flatMap(indexOf(pats, keyId), (index) => {
    const pat = pats[index] as Pat
    return statusOf(pat) === "revoked"
      ? Either.left(new PatNotFound({ keyId, listed: "revoked" }))
      : Either.right(pat)
  })

/** When a PAT was created, for comparisons. An unreadable time is earlier than all others. */
const creationOf = ({ created_at: created }: Pat): number =>
  typeof created === "number" ? created : Number.NEGATIVE_INFINITY

/** The newest PAT first; of two of the same age, the one that is listed later. */
export const newestFirst = <P extends Pat>(pats: ReadonlyArray<P>): ReadonlyArray<P> =>
  [...pats].reverse().sort((one, other) => {
    const [left, right] = [creationOf(one), creationOf(other)]
    return left === right ? 0 : right - left
  })

/** The index of the active PAT with exactly this label, or of the newest one if none is active. */
export const indexOfLabel = (
  pats: ReadonlyArray<Pat>,
  label: string,
  now: number,
): Either.Either<number, LabelNotFound | SeveralPats> => {
  const labelled = pats.filter((pat) => pat.label === label)
  const active = labelled.filter((pat) => works(pat, now))
  if (active.length > 1) return Either.left(new SeveralPats({ label, pats: active, showing: true }))
  const [found] = newestFirst(active.length > 0 ? active : labelled)
  if (found !== undefined) return Either.right(pats.indexOf(found))
  const labels = present(pats.map((pat) => pat.label))
  return Either.left(new LabelNotFound({ label, nearest: nearest(label, labels), showing: true }))
}

/**
 * Which PATs a list shows: those that match every given part. A missing or
 * unreadable cell never matches, except for an unreadable expiry, which may be
 * near. Instants are milliseconds since the epoch.
 */
export interface PatFilter {
  /** Any of these statuses, in lower case. */
  readonly statuses?: ReadonlyArray<string>
  readonly label?: string | undefined
  /** Each of these scopes, by name: `*` matches only `*`. */
  readonly scopes?: ReadonlyArray<string>
  /** Works now, and expires by this instant. */
  readonly expiringBefore?: number | undefined
  /** Works now, was created before this instant, and was not used since. */
  readonly unusedSince?: number | undefined
  /** Works now, and was created before this instant. */
  readonly createdBefore?: number | undefined
  /** Works now, and has no expiry of either kind. */
  readonly withoutExpiry?: boolean
}

/** Whether a PAT is listed as active and has not reached its expiry. */
const isActive = (pat: Pat, now: number): boolean => statusOf(pat) === "active" && works(pat, now)

const isBefore = (time: Pat["created_at"], instant: number): boolean =>
  typeof time === "number" && time < instant

/** The predicate of a filter at an instant. */
export const matches = (filter: PatFilter, now: number): ((pat: Pat) => boolean) => {
  const {
    statuses = [],
    label,
    scopes = [],
    expiringBefore,
    unusedSince,
    createdBefore,
    withoutExpiry,
  } = filter
  const rules: Array<(pat: Pat) => boolean> = []
  if (statuses.length > 0) rules.push((pat) => statuses.includes(statusOf(pat) ?? ""))
  if (label !== undefined) rules.push((pat) => pat.label === label)
  if (scopes.length > 0) rules.push((pat) => scopes.every((scope) => pat.scopes?.includes(scope)))
  if (expiringBefore !== undefined) rules.push((pat) => isExpiringBefore(pat, now, expiringBefore))
  const since = Math.min(unusedSince ?? Number.POSITIVE_INFINITY, createdBefore ?? Number.POSITIVE_INFINITY)
  if (Number.isFinite(since)) rules.push((pat) => isActive(pat, now) && isBefore(pat.created_at, since))
  if (unusedSince !== undefined)
    rules.push(({ last_used_at }) => last_used_at === undefined || isBefore(last_used_at, unusedSince))
  if (withoutExpiry === true) rules.push((pat) => isActive(pat, now) && expiryOf(pat) === undefined)
  return (pat) => rules.every((rule) => rule(pat))
}

/** Values of `--sort`; a `-` in front means descending. */
export const orders = [
  "created",
  "expiry",
  "last-used",
  "label",
  "-created",
  "-expiry",
  "-last-used",
  "-label",
] as const
export type PatOrder = (typeof orders)[number]

const timesOf: Readonly<Record<string, (pat: Pat) => Time>> = {
  created: (pat) => pat.created_at,
  expiry: expiryOf,
  "last-used": (pat) => pat.last_used_at,
}

/** What an order compares; undefined for an unreadable time. */
const valueOf = (pat: Pat, key: string): number | string | undefined => {
  if (key === "label") return pat.label
  const time = timesOf[key]?.(pat)
  return typeof time === "number" ? time : undefined
}

/** The indexes of PATs in an order. Equal ones keep their places, and those without the value always come last. */
export const sorted = (pats: ReadonlyArray<Pat>, order: PatOrder): ReadonlyArray<number> => {
  const key = order.replace(/^-/, "")
  const sign = key === order ? 1 : -1
  const values = pats.map((pat) => valueOf(pat, key))
  return [...values.keys()].sort((one, other) => {
    const [left, right] = [values[one], values[other]]
    if (left === right) return 0
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1
    return left < right ? -sign : sign
  })
}
