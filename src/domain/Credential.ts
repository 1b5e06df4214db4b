import type * as Redacted from "effect/Redacted"

/** What gives a secret in place of the setting itself: the file that it names, or the shell command that it is. */
export type Via = "file" | "command"

/** Where a password or PAT was found. */
export interface Place {
  /** As errors name it: the variable, the variable and the rcfile that has it, or the rcfile of a PAT. */
  readonly source: string
  readonly via?: Via
}

/** The place of a secret, without the secret. */
export const placeOf = ({ source, via }: Place): Place => ({ source, ...(via && { via }) })

/** A PAT that was found, by its place. */
export const patFrom = ({ source, via }: Place): string =>
  via === undefined ? `PAT in ${source}` : `PAT from ${source}`

/** A password or PAT as it is set. */
export interface SecretSource extends Place {
  readonly variable: "ZPOOLPAT" | "ZPOOL_PASSWORD"
  /** The secret, the file's absolute path, or the command. */
  readonly value: Redacted.Redacted
}

/** A Personal Access Token, made once and shown once. */
export interface PatCredential extends Place {
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
  /** Where the password was found; undefined where it was typed, or not needed. */
  readonly password?: Place
}

/**
 * What a request was signed with, without the secret, to be named in an error:
 * a PAT that was found, one that was pasted or just made, or a sign-in by password.
 */
export type Signer =
  | ({ readonly _tag: "PAT" } & Place)
  | { readonly _tag: "NewPat" }
  /** A PAT that a person gave to `zpcli login`, with the page on which another is made. */
  | { readonly _tag: "Pasted"; readonly page: string }
  | { readonly _tag: "JWT" }

/** The name of a credential, without its secret. */
export const signerOf = (credential: Credential): Signer =>
  credential._tag === "PAT" ? { _tag: "PAT", ...placeOf(credential) } : { _tag: "JWT" }

/** What a request is signed with: the bearer of its `Authorization` header. */
export type Credential = PatCredential | JwtCredential

/** Which kinds of credential may be used: `--auth`. */
export type Auth = "auto" | "pat" | "jwt"

/** What is shown in place of a secret. */
export const hidden = "[hidden]"
