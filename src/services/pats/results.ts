/** What the operations of `PatApi` give. */
import type * as Redacted from "effect/Redacted"
import type { Credential } from "../../domain/Credential.ts"
import { fromItem, inUse, type Pat } from "../../domain/Pat.ts"

/** A list of PATs, and the JSON that it came in. */
export interface Listing {
  /** The server's answer as it came: JSON with the members of `PatList`. */
  readonly text: string
  /** Every PAT of the account, decoded at the first look. */
  readonly pats: ReadonlyArray<Pat>
  /** The key ID of the PAT that signs in, where it is one and the list tells which. */
  readonly ownKeyId: string | undefined
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

/** The API's greeting, and the credential that it was for. */
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
    get ownKeyId() {
      return credential === "PAT" ? inUse(this.pats, serverTime)?.key_id : undefined
    },
  }
}
