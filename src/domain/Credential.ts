import type * as Redacted from "effect/Redacted"

/** A Personal Access Token, made once and shown once. */
export interface PatCredential {
  readonly _tag: "PAT"
  readonly token: Redacted.Redacted
}

/** The short-lived token that a username and password are exchanged for. */
export interface JwtCredential {
  readonly _tag: "JWT"
  readonly token: Redacted.Redacted
  readonly user: string
  /** Whether it came from the token cache, and may therefore be stale. */
  readonly cached: boolean
}

/** What a request is signed with: the bearer of its `Authorization` header. */
export type Credential = PatCredential | JwtCredential

/** Which kinds of credential may be used: `--auth`. */
export type Auth = "auto" | "pat" | "jwt"
