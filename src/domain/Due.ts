/** When a PAT is due for rotation. */
import * as Either from "effect/Either"
import { CannotRotate, DueAtOnce } from "./Errors.ts"
import type { ExpiryDate } from "./Expiry.ts"
import { expiryOf, type Known, works } from "./Pat.ts"

/** The conditions: by its expiry, its age, or either. Instants are milliseconds since the epoch. */
export interface Due {
  readonly expiringBefore: number | undefined
  readonly createdBefore: number | undefined
}

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
  const cannotTell = (reason: CannotRotate["reason"]) =>
    Either.left(new CannotRotate({ keyId: pat.key_id, reason }))
  if (!works(pat, now) || (expiringBefore === undefined && createdBefore === undefined))
    return Either.right(true)
  const { created_at: created, expiry_at: soft, hard_expiry_at: hard } = pat
  const expiry = expiryOf(pat)
  if (expiringBefore !== undefined && typeof expiry === "number" && expiry <= expiringBefore)
    return Either.right(true)
  if (createdBefore !== undefined && typeof created === "number" && created < createdBefore)
    return Either.right(true)
  if (expiringBefore !== undefined && (typeof soft === "string" || typeof hard === "string"))
    return cannotTell("expiry")
  if (createdBefore !== undefined && typeof created !== "number") return cannotTell("creation")
  return Either.right(false)
}

/** Refuses a new PAT that would be due as soon as it is created: a nightly job would rotate it every time. */
export const checkNotDue = (
  expiry: ExpiryDate | undefined,
  { expiringBefore }: Due,
  within: string,
): Either.Either<void, DueAtOnce> =>
  expiry !== undefined && expiringBefore !== undefined && Date.parse(expiry) <= expiringBefore
    ? Either.left(new DueAtOnce({ expiry, within }))
    : Either.void
