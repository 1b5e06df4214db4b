/** PATs that are meant by a key ID or a label. */
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
