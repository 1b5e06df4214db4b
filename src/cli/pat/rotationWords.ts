/** The messages of `pat rotate`. */
import { type OldPat, type Rotation, revokedBy } from "../../domain/Rotation.ts"
import type { Ended } from "../../services/pats/Handover.ts"
import { type DeliveryOptions, wouldDeliver } from "./delivery.ts"
import { describePat, ending, quoted, scopeList, wouldRevoke } from "./subject.ts"

/** The question before PATs are replaced. */
export const rotationQuestion = (rotation: Rotation): string => {
  const { keep, old, pat, pats } = rotation
  const subject = old.map(({ keyId }) => describePat(keyId, pats)).join(", ")
  const end = ending(pat.expiresAt)
  if (keep) return `Create a new PAT that ${end}, and keep ${subject}?`
  const ones = old.length > 1 ? "ones" : "one"
  const revoke = revokedBy(rotation).length > 0 ? `, and revoke the old ${ones}` : ""
  return `Replace ${subject} with a new one that ${end}${revoke}?`
}

/** What a rotation would do: a line for each PAT. */
export const rehearsal = (
  { keep, old, pat, pats }: Rotation,
  options: DeliveryOptions,
): ReadonlyArray<string> => {
  const { expiresAt, label, scopes } = pat
  const created = `Would create PAT ${quoted(label)} (scopes ${scopeList(scopes)}, ${ending(expiresAt)}) and ${wouldDeliver(options)}.`
  const fates = old.map(({ expiry, keyId, works }) => {
    if (keep) return `Would keep ${describePat(keyId, pats)}, which ${ending(expiry)}.`
    return works
      ? wouldRevoke(keyId, pats)
      : `${describePat(keyId, pats)} has already expired and would not be revoked.`
  })
  return [created, ...fates]
}

/** What happened to an old PAT. */
export const fate = ({ expiry, keyId, works }: OldPat, ended: ReadonlyArray<Ended>): string => {
  const revoked = ended.find((one) => one.keyId === keyId)
  if (revoked?.already) return `PAT ${keyId} was already revoked.`
  if (revoked?.unlisted) return `PAT ${keyId} is no longer listed.`
  if (revoked !== undefined) return `PAT ${keyId} revoked successfully.`
  return works
    ? `PAT ${keyId} was kept. It ${ending(expiry)}.`
    : `PAT ${keyId} has already expired, so it was not revoked.`
}
