/** The secrets and random names that the sandbox makes. All of them come from the platform's own generator. */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** The form in which a token is remembered: SHA-256 in hex. A random token needs no salt. */
export const sha256 = (token: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))),
    (digest) => Encoding.encodeHex(new Uint8Array(digest)),
  )

/** A new PAT: `zpat_` and 32 URL-safe characters (192 bits). */
export const newPat: Effect.Effect<string> = Effect.sync(
  () => `zpat_${Encoding.encodeBase64Url(randomBytes(24))}`,
)

/** What `POST /login` hands out. */
export interface Grant {
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
}

const part = (value: unknown): string => Encoding.encodeBase64Url(JSON.stringify(value))

/** Three parts in base64url, as a user pool makes them; the signature is random and signs nothing. */
const jwt = (payload: Record<string, unknown>): string =>
  `${part({ kid: "sandbox", alg: "RS256" })}.${part(payload)}.${Encoding.encodeBase64Url(randomBytes(256))}`

/**
 * New JWTs for a user.
 *
 * @param now - milliseconds since the epoch
 * @param seconds - how long they live
 */
export const newGrant = (user: string, now: number, seconds: number): Effect.Effect<Grant> =>
  Effect.sync(() => {
    const iat = Math.floor(now / 1000)
    const client = "zpcli-sandbox"
    const tokenWith = (claims: Record<string, unknown>) =>
      jwt({
        iss: "https://sandbox.invalid",
        sub: user,
        iat,
        exp: iat + seconds,
        jti: crypto.randomUUID(),
        ...claims,
      })
    return {
      accessToken: tokenWith({ token_use: "access", client_id: client, username: user }),
      idToken: tokenWith({ token_use: "id", aud: client, "cognito:username": user }),
      refreshToken: Encoding.encodeBase64Url(randomBytes(96)),
    }
  })
