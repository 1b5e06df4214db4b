/** The one PAT that is meant, for looking at it: whatever its status. */
import * as Either from "effect/Either"
import { LabelNotFound, PatNotFound, SeveralPats } from "./Errors.ts"
import * as KeyId from "./KeyId.ts"
import { nearest } from "./nearest.ts"
import { type Pat, works } from "./Pat.ts"

const present = (values: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  values.filter((value) => value !== undefined)

/** The index of the PAT with a key ID, or the nearest of those that are listed. */
export const indexOf = (pats: ReadonlyArray<Pat>, keyId: KeyId.KeyId): Either.Either<number, PatNotFound> => {
  const index = pats.findIndex((pat) => pat.key_id === keyId)
  if (index !== -1) return Either.right(index)
  const ids = present(pats.map(({ key_id }) => key_id)).filter((id) => KeyId.problem(id) === undefined)
  return Either.left(new PatNotFound({ keyId, listed: "no", nearest: nearest(keyId, ids) }))
}

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
  const age = (index: number) => {
    const created = pats[index]?.created_at
    return typeof created === "number" ? created : Number.NEGATIVE_INFINITY
  }
  const labelled = [...pats.entries()].filter(([, pat]) => pat.label === label)
  const active = labelled.filter(([, pat]) => works(pat, now))
  if (active.length > 1) {
    const named = active.map(([, { created_at, key_id = "-", last_used_at }]) => ({
      keyId: key_id,
      createdAt: created_at,
      lastUsedAt: last_used_at,
    }))
    return Either.left(new SeveralPats({ label, pats: named, showing: true }))
  }
  const [first, ...more] = (active.length > 0 ? active : labelled).map(([index]) => index)
  if (first !== undefined)
    return Either.right(more.reduce((best, index) => (age(index) >= age(best) ? index : best), first))
  const labels = present(pats.map((pat) => pat.label))
  return Either.left(new LabelNotFound({ label, nearest: nearest(label, labels), showing: true }))
}
