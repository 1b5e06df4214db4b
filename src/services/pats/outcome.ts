/** What a doubtful answer to a create or a revoke means, by what the list shows afterwards. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { saysRevoked, tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import { OutcomeUnknown, PatNotFound, RevokeUnconfirmed } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import type { NewPat } from "../../domain/NewPat.ts"
import { hasEnded, lastUse, type Pat, sameScopes } from "../../domain/Pat.ts"
import { type ApiAnswer, parseJson } from "../network/answer.ts"
import type { Listing, Revoked } from "./results.ts"

/** In milliseconds. A server may round `created_at` down, to before the request. */
const createdAtSlack = 2_000

/** A create whose answer was lost. */
interface LostCreate {
  readonly lost: OutcomeUnknown
  readonly pat: NewPat
  /** The key IDs that were listed before: none of them can be the new one. */
  readonly listed: ReadonlySet<string | undefined> | undefined
  /** When it was sent, and when the list was read, by our clock, in milliseconds since the epoch. */
  readonly sentAt: number
  readonly readAt: number
}

/**
 * What the list says of a create whose answer was lost. It is certainly the only
 * PAT that has the label and the scopes, was created since, and was never used.
 */
export const judgeCreate = (
  { listed, lost, pat, readAt, sentAt }: LostCreate,
  { now, pats }: Listing,
): OutcomeUnknown => {
  const { label, replaces, scopes } = pat
  // By the server's clock, since ours may be off by hours.
  const since = sentAt + (now - readAt) - createdAtSlack
  const labelled = pats.filter((one) => one.label === label)
  const candidates = labelled.filter(
    // A PAT whose creation can't be read may be the new one.
    ({ created_at: created, key_id }) =>
      key_id !== undefined &&
      listed?.has(key_id) !== true &&
      !(typeof created === "number" && created < since),
  )
  const found = lost.found ?? candidates.flatMap(({ key_id }) => key_id ?? [])
  const [one, ...more] = candidates.filter(
    (each) =>
      typeof each.created_at === "number" &&
      !hasEnded(each) &&
      lastUse(each) === "never" &&
      sameScopes(each.scopes, scopes),
  )
  const isFound = ({ key_id }: Pat) => key_id !== undefined && found.includes(key_id)
  return new OutcomeUnknown({
    label,
    found,
    certain: one !== undefined && more.length === 0 && isFound(one) ? one.key_id : undefined,
    older: labelled.some((each) => !isFound(each)),
    replaces,
    cause: lost.cause,
  })
}

/** An answer to a revoke that proves nothing by itself: a 404, or a success that isn't certainly the API's own. */
export interface Doubtful {
  readonly status: number
  readonly requestId?: string | undefined
  readonly serverMessage?: string | undefined
}

/** What an answer to a revoke says: that the PAT is revoked, or nothing certain. */
export type RevokeAnswer = Either.Either<Revoked, Doubtful>

/** A revoke that is known to be done, although the API sent no words of its own. */
export const revokedUnseen: Revoked = { text: undefined, unlisted: false }

/** Reads a success of a revoke: 200 or 204 without a body, or 200 in the API's own words. */
export const readRevoked = ({ body, hide, requestId, status }: ApiAnswer, keyId: KeyId): RevokeAnswer => {
  if (body.trim() === "" && (status === 200 || status === 204)) return Either.right(revokedUnseen)
  const envelope = Option.getOrUndefined(parseJson(body))
  return status === 200 && saysRevoked(envelope, keyId)
    ? Either.right({ text: body, unlisted: false })
    : Either.left({
        status,
        requestId,
        serverMessage: tellsOfFailure(envelope) ? hide(wordsOfFailure(envelope)) : undefined,
      })
}

/**
 * What the list says of a revoke whose answer proves nothing. A PAT that is
 * listed as ended was revoked, unless the API didn't find it in the first place.
 * An active one was not revoked, whatever the answer said. One that isn't listed
 * doesn't exist; but after a lost answer, if the list shows only active PATs, it
 * was revoked.
 *
 * @param pats - undefined if the list isn't available
 * @param answerLost - whether the answer to an earlier attempt was lost, which may have revoked it
 */
export const judgeRevoke = (
  keyId: KeyId,
  { requestId, serverMessage, status }: Doubtful,
  pats: ReadonlyArray<Pat> | undefined,
  answerLost: boolean,
): Either.Either<Revoked, PatNotFound | RevokeUnconfirmed> => {
  const answered = { keyId, status, requestId, serverMessage }
  const unconfirmed = (listed: RevokeUnconfirmed["listed"]) =>
    Either.left(new RevokeUnconfirmed({ ...answered, listed }))
  const notFound = Either.left(new PatNotFound(answered))
  if (pats === undefined) return unconfirmed("unknown")
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  if (pat === undefined) {
    if (status !== 404) return unconfirmed("unlisted")
    const showsOnlyActive = !pats.some(hasEnded)
    return answerLost && showsOnlyActive ? Either.right({ text: undefined, unlisted: true }) : notFound
  }
  if (!hasEnded(pat)) return unconfirmed("active")
  return status === 404 && !answerLost ? notFound : Either.right(revokedUnseen)
}
