import type * as Redacted from "effect/Redacted"

/** A Personal Access Token, made once and shown once. */
export interface PatCredential {
  readonly _tag: "PAT"
  readonly token: Redacted.Redacted
  /** Where it was found: the name of a variable, or the path of the rcfile. */
  readonly source: string
}

/** The short-lived token that a username and password are exchanged for. */
export interface JwtCredential {
  readonly _tag: "JWT"
  readonly token: Redacted.Redacted
  readonly user: string
  /** Whether it came from the token cache, and may therefore be stale. */
  readonly cached: boolean
}

/**
 * What a request was signed with, without the secret, to be named in an error:
 * a PAT that was found, one that was pasted or just made, or a sign-in by password.
 */
export type Signer =
  | { readonly _tag: "PAT"; readonly source: string }
  | { readonly _tag: "NewPat" }
  /** A PAT that a person gave to `zpcli login`, with the page on which another is made. */
  | { readonly _tag: "Pasted"; readonly page: string }
  | { readonly _tag: "JWT" }

/** The name of a credential, without its secret. */
export const signerOf = (credential: Credential): Signer =>
  credential._tag === "PAT" ? { _tag: "PAT", source: credential.source } : { _tag: "JWT" }

/** What a request is signed with: the bearer of its `Authorization` header. */
export type Credential = PatCredential | JwtCredential

/** Which kinds of credential may be used: `--auth`. */
export type Auth = "auto" | "pat" | "jwt"

/** What is shown in place of a secret. */
export const hidden = "[hidden]"
