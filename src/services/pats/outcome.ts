import * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import type { Credential } from "../../domain/Credential.ts"
import { saysRevoked, tellsOfFailure, wordsOfFailure } from "../../domain/Envelope.ts"
import { PatNotFound, RevokeUnconfirmed } from "../../domain/Errors.ts"
import type { KeyId } from "../../domain/KeyId.ts"
import { fromItem, hasEnded, inUse, lastUse, type Pat, sameScopes } from "../../domain/Pat.ts"
import type { ApiAnswer } from "../network/Transport.ts"

/** The results of `PatApi`, and how the list decides what a doubtful answer means. */

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

/** What the operations of `PatApi` give. */

/** A list of PATs, and the JSON that it came in. */
export interface Listing {
  /** The server's answer as it came: JSON with the members of `PatList`. */
  readonly text: string
  /** Every PAT of the account, decoded at the first look. */
  readonly pats: ReadonlyArray<Pat>
  /** The key ID of the PAT that signs in, where it is one and the list tells which. */
  readonly own: string | undefined
  /** When it was made, in milliseconds since the epoch: by the server's clock, which ends PATs, or by ours if the answer had no date. */
  readonly now: number
}

/** A PAT that was made: the one chance to see its token. */
export interface CreatedToken {
  /** Undefined where the answer named none. */
  readonly keyId: string | undefined
  readonly token: Redacted.Redacted
  /** The server's answer as it came: JSON that contains the token too. */
  readonly text: Redacted.Redacted
}

/** How a revoke is known to be done. */
export interface Revoked {
  /** The server's answer as it came: JSON. Undefined where it sent no body, or the list said so instead. */
  readonly text: string | undefined
  /** The answer was lost, and the PAT is gone from a list that shows only active ones. */
  readonly unlisted: boolean
}

/** The API's greeting, with its token masked, and the credential that it was for. */
export interface Greeting {
  readonly message: string
  readonly credential: Credential
}

/** A list whose items are decoded only when they are needed: printing JSON doesn't. */
export const listing = (
  text: string,
  items: ReadonlyArray<unknown>,
  { now, serverTime }: { readonly now: number; readonly serverTime: number | undefined },
  credential: Credential["_tag"],
): Listing => {
  let decoded: ReadonlyArray<Pat> | undefined
  // Let go of once they are decoded: a long list has the text and the PATs in memory already.
  let parsed = items
  return {
    text,
    now: serverTime ?? now,
    get pats() {
      if (decoded === undefined) {
        decoded = parsed.map(fromItem)
        parsed = []
      }
      return decoded
    },
    get own() {
      return credential === "PAT" ? inUse(this.pats, serverTime)?.key_id : undefined
    },
  }
}
