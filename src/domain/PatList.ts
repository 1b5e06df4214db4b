/** Lists of PATs: finding one by its key ID or label, filtering and sorting. */
import * as Either from "effect/Either"
import { LabelNotFound, PatNotFound, SeveralPats } from "./Errors.ts"
import * as KeyId from "./KeyId.ts"
import { nearest } from "./nearest.ts"
import { expiryOf, isExpiringBefore, type Pat, statusOf, works } from "./Pat.ts"

const present = (values: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  values.filter((value) => value !== undefined)

/** The index of the PAT with a key ID, or the nearest of those that are listed. */
export const indexOf = (pats: ReadonlyArray<Pat>, keyId: KeyId.KeyId): Either.Either<number, PatNotFound> => {
  const index = pats.findIndex((pat) => pat.key_id === keyId)
  if (index !== -1) return Either.right(index)
  const ids = present(pats.map(({ key_id }) => key_id)).filter((id) => KeyId.is(id))
  return Either.left(new PatNotFound({ keyId, listed: "no", nearest: nearest(keyId, ids) }))
}

/** When a PAT was created, in milliseconds since the epoch; before all others where that can't be read. */
export const creationOf = ({ created_at: created }: Pat): number =>
  typeof created === "number" ? created : Number.NEGATIVE_INFINITY

/** PATs with the newest one first; of two of an age the one that is listed later. */
export const newestFirst = <P extends Pat>(pats: ReadonlyArray<P>): ReadonlyArray<P> =>
  [...pats].reverse().sort((one, other) => {
    const [left, right] = [creationOf(one), creationOf(other)]
    return left === right ? 0 : right - left
  })

/** Several PATs as an error names them. */
export const named = (pats: ReadonlyArray<Pat>): SeveralPats["pats"] =>
  pats.map(({ created_at, key_id = "-", last_used_at }) => ({
    keyId: key_id,
    createdAt: created_at,
    lastUsedAt: last_used_at,
  }))

/**
 * The index of the active PAT with exactly this label; of the youngest one if
 * none is active, and of two of an age the one that is listed later.
 *
 * @param now - milliseconds since the epoch
 */
export const indexOfLabel = (
  pats: ReadonlyArray<Pat>,
  label: string,
  now: number,
): Either.Either<number, LabelNotFound | SeveralPats> => {
  const labelled = [...pats.entries()].filter(([, pat]) => pat.label === label)
  const active = labelled.filter(([, pat]) => works(pat, now))
  if (active.length > 1) {
    return Either.left(new SeveralPats({ label, pats: named(active.map(([, pat]) => pat)), showing: true }))
  }
  const [first, ...more] = active.length > 0 ? active : labelled
  if (first !== undefined) {
    const [index] = more.reduce(
      (best, next) => (creationOf(next[1]) >= creationOf(best[1]) ? next : best),
      first,
    )
    return Either.right(index)
  }
  const labels = present(pats.map((pat) => pat.label))
  return Either.left(new LabelNotFound({ label, nearest: nearest(label, labels), showing: true }))
}

/**
 * Which PATs a list shows: those that match every part that is given. A cell
 * that is absent or can't be read never matches, except an expiry that can't be
 * read, which may be near. Instants are milliseconds since the epoch.
 */
export interface PatFilter {
  /** Any of these statuses, in lower case. */
  readonly statuses?: ReadonlyArray<string>
  /** This very label. */
  readonly label?: string | undefined
  /** Each of these scopes, by name: `*` matches only `*`. */
  readonly scopes?: ReadonlyArray<string>
  /** Works now, and ends by this instant. */
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

/** The predicate of a filter at an instant, in milliseconds since the epoch. */
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

/** What PATs can be sorted by; a `-` in front means descending. */
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

/** The value that counts; a time that can't be read is none. */
const valueOf = (pat: Pat, key: string): number | string | undefined => {
  if (key === "label") return pat.label
  const time = key === "created" ? pat.created_at : key === "expiry" ? expiryOf(pat) : pat.last_used_at
  return typeof time === "number" ? time : undefined
}

/** The indexes of PATs in an order. Equal ones keep their places, and those without the value come last either way. */
export const sorted = (pats: ReadonlyArray<Pat>, order: PatOrder): ReadonlyArray<number> => {
  const key = order.replace(/^-/, "")
  const sign = key === order ? 1 : -1
  const present: Array<{ readonly index: number; readonly value: number | string }> = []
  const missing: Array<number> = []
  for (const [index, pat] of pats.entries()) {
    const value = valueOf(pat, key)
    if (value === undefined) missing.push(index)
    else present.push({ index, value })
  }
  present.sort((one, other) => (one.value === other.value ? 0 : one.value < other.value ? -sign : sign))
  return [...present.map(({ index }) => index), ...missing]
}
