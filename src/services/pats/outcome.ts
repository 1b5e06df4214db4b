/** What a doubtful answer to a create or a revoke means, by what the list shows afterwards. */
import * as Either from "effect/Either"
import { saysRevoked, tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import { PatNotFound, RevokeUnconfirmed } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import { hasEnded, lastUse, type Pat, sameScopes } from "../../domain/Pat.ts"
import type { ApiAnswer } from "../network/Transport.ts"
import type { Listing, Revoked } from "./results.ts"

/** How far a server's `created_at` may lie before its own clock at the request, in milliseconds: it may round down. */
const createdAtSlack = 2_000

/** Puts an instant of our clock on the server's, since ours may be off by hours. All are in milliseconds since the epoch. */
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
 * The key ID of the one candidate that must be the PAT of a lost answer: it has
 * the scopes, was created since, and has never been used. Undefined if none or
 * several are like that.
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

/** An answer to a revoke that proves nothing by itself. */
export interface Doubtful {
  readonly status: number
  readonly requestId?: string | undefined
  readonly serverMessage?: string | undefined
}

/** What an answer says of a revoke: that it is done, or nothing certain. */
export type RevokeAnswer = Either.Either<Revoked, Doubtful>

/** A revoke that is known to be done, though no answer of the API said so. */
export const revokedUnseen: Revoked = { text: undefined, unlisted: false }

/** Reads a success of a revoke: 200 or 204 without a body, or 200 in the API's own words. */
export const readRevoked = ({ body, hide, requestId, status }: ApiAnswer, keyId: KeyId): RevokeAnswer => {
  if (body.trim() === "" && (status === 200 || status === 204)) return Either.right(revokedUnseen)
  const envelope = Either.getOrUndefined(Either.try(() => JSON.parse(body) as unknown))
  return status === 200 && saysRevoked(envelope, keyId)
    ? Either.right({ text: body, unlisted: false })
    : Either.left({
        status,
        requestId,
        serverMessage: tellsOfFailure(envelope) ? hide(wordsOfFailure(envelope)) : undefined,
      })
}

/**
 * What the list says of a revoke whose answer is in doubt. A PAT that has ended
 * is done, or was no more to be found before; one that is active was not
 * revoked, whoever said so. One that is not listed is not there, except after a
 * lost answer where the list shows active PATs alone.
 *
 * @param pats - undefined where there is no list
 * @param answerLost - whether the answer of an earlier attempt was lost, which may have done it
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
  if (pats === undefined) return unconfirmed("unknown")
  const pat = pats.find((candidate) => candidate.key_id === keyId)
  const notFound = Either.left(new PatNotFound(answered))
  if (pat !== undefined && !hasEnded(pat)) return unconfirmed("active")
  if (pat !== undefined) return status === 404 && !answerLost ? notFound : Either.right(revokedUnseen)
  if (status !== 404) return unconfirmed("unlisted")
  return answerLost && !pats.some(hasEnded) ? Either.right({ text: undefined, unlisted: true }) : notFound
}
