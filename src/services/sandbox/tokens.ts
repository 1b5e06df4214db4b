/** The secrets and random names that the sandbox makes. All of them come from the system's generator. */
import { createHash, randomBytes, randomUUID } from "node:crypto"

/** The form in which a token is remembered: SHA-256 in hex. A random token needs no salt. */
export const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex")

/** A new PAT: `zpat_` and 32 URL-safe characters (192 bits). */
export const newPat = (): string => `zpat_${randomBytes(24).toString("base64url")}`

/** A request's ID as the gateway puts it into `x-amzn-requestid`. */
export const newRequestId = (): string => randomUUID()

/** 12 characters that no other file has in its name. */
export const randomName = (): string => randomBytes(6).toString("hex")

/** What `POST /login` hands out. */
export interface Grant {
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Three parts in base64url, as a user pool makes them; the signature is random and signs nothing. */
const jwt = (payload: Record<string, unknown>): string =>
  `${part({ kid: "sandbox", alg: "RS256" })}.${part(payload)}.${randomBytes(256).toString("base64url")}`

/**
 * New JWTs for a user.
 *
 * @param now - milliseconds since the epoch
 * @param seconds - how long they live
 */
export const newGrant = (user: string, now: number, seconds: number): Grant => {
  const iat = Math.floor(now / 1000)
  const claims = { iss: "https://sandbox.invalid", sub: user, iat, exp: iat + seconds }
  const client = "zpcli-sandbox"
  return {
    accessToken: jwt({
      ...claims,
      token_use: "access",
      client_id: client,
      username: user,
      jti: randomUUID(),
    }),
    idToken: jwt({
      ...claims,
      token_use: "id",
      aud: client,
      "cognito:username": user,
      jti: randomUUID(),
    }),
    refreshToken: randomBytes(96).toString("base64url"),
  }
}
