import { expiryOf, isExpiringBefore, type Pat, works } from "./Pat.ts"

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
  /** Each of these scopes, by name: `*` matches `*` alone. */
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
const isActive = (pat: Pat, now: number): boolean => pat.status?.toLowerCase() === "active" && works(pat, now)

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
  if (statuses.length > 0) rules.push(({ status }) => statuses.includes(status?.toLowerCase() ?? ""))
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
