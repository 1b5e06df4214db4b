import type * as Redacted from "effect/Redacted"

/** How a setting leads to a secret that it does not contain: by a file that contains it, or a shell command that prints it. */
export type Via = "file" | "command"

/** Where a password or PAT comes from. */
export interface Place {
  /** As errors name it: a variable, `VARIABLE in RCFILE`, or, for a PAT in an rcfile, only the rcfile. */
  readonly source: string
  readonly via?: Via
}

/** The place of a secret, without the secret. */
export const placeOf = ({ source, via }: Place): Place => ({ source, ...(via && { via }) })

/** A PAT and its place, in words. */
export const patFrom = ({ source, via }: Place): string =>
  via === undefined ? `PAT in ${source}` : `PAT from ${source}`

/** A setting that leads to a password or PAT. */
export interface SecretSource extends Place {
  readonly variable: "ZPOOLPAT" | "ZPOOL_PASSWORD"
  /** The secret, the file's absolute path, or the command. */
  readonly value: Redacted.Redacted
}

/** What fits into the `Authorization` header after `Bearer`. */
export const bearer = /^[\x21-\x7e]+$/

/** A Personal Access Token. */
export interface PatCredential extends Place {
  readonly _tag: "PAT"
  readonly token: Redacted.Redacted
}

/** A short-lived token from `POST /login`. */
export interface JwtCredential {
  readonly _tag: "JWT"
  readonly token: Redacted.Redacted
  readonly user: string
  /** Whether it comes from the token cache, and may be stale. */
  readonly cached: boolean
  /** Where the password comes from; undefined if it was typed, or not needed. */
  readonly password?: Place
}

/** The credential of a request as an error names it, without the secret. */
export type Signer =
  | ({ readonly _tag: "PAT" } & Place)
  | { readonly _tag: "NewPat" }
  /** A PAT that was given to `zpcli login`, and the page on which to create another one. */
  | { readonly _tag: "Pasted"; readonly page: string }
  | { readonly _tag: "JWT" }

/** A credential without its secret. */
export const signerOf = (credential: Credential): Signer =>
  credential._tag === "PAT" ? { _tag: "PAT", ...placeOf(credential) } : { _tag: "JWT" }

/** The bearer token of a request. */
export type Credential = PatCredential | JwtCredential

/** Which kinds of credential may be used: `--auth`. */
export type Auth = "auto" | "pat" | "jwt"

/** What is shown in place of a secret. */
export const hiddenSecret = "[hidden]"
