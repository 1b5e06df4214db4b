/** What a doubtful answer to a create or a revoke means, by what the list shows afterwards. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { saysRevoked, tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import { PatNotFound, RevokeUnconfirmed } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import { hasEnded, lastUse, type Pat, sameScopes } from "../../domain/Pat.ts"
import { type ApiAnswer, parseJson } from "../network/answer.ts"
import type { Listing, Revoked } from "./results.ts"

/** In milliseconds. A server may round `created_at` down, to before the request. */
const createdAtSlack = 2_000

/**
 * When a request was made, by the server's clock, since ours may be off by hours.
 * All are in milliseconds since the epoch.
 *
 * @param ours - when it was made, by our clock
 * @param now - when the list was read, by our clock
 */
export const serverTimeOf = (ours: number, listing: Listing, now: number): number =>
  ours + (listing.now - now) - createdAtSlack

interface Listed extends Pat {
  readonly key_id: string
}

/**
 * The PATs with a label that were created since an instant, in the server's
 * order. One whose creation can't be read may be the new one.
 *
 * @param since - when the request was made, by the server's clock, in milliseconds since the epoch
 */
export const createdSince = (pats: ReadonlyArray<Pat>, label: string, since: number): ReadonlyArray<Listed> =>
  pats.filter(
    (pat): pat is Listed =>
      pat.label === label &&
      pat.key_id !== undefined &&
      !(typeof pat.created_at === "number" && pat.created_at < since),
  )

/**
 * The key ID of the PAT that the lost answer was about: the only candidate that
 * has the scopes, was created since, and was never used. Undefined if there are
 * none or several.
 */
export const theOne = (
  candidates: ReadonlyArray<Listed>,
  scopes: ReadonlyArray<string>,
  since: number,
): string | undefined => {
  const [one, ...more] = candidates.filter(
    (pat) =>
      typeof pat.created_at === "number" &&
      pat.created_at >= since &&
      !hasEnded(pat) &&
      lastUse(pat) === "never" &&
      sameScopes(pat.scopes, scopes),
  )
  return more.length === 0 ? one?.key_id : undefined
}

/** Whether a list shows a PAT with this label that isn't one of those found. */
export const hasOlder = (pats: ReadonlyArray<Pat>, label: string, found: ReadonlyArray<string>): boolean =>
  pats.some((pat) => pat.label === label && !(pat.key_id !== undefined && found.includes(pat.key_id)))

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
