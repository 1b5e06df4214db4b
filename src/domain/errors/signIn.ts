/** Failures of signing in. */
import * as Data from "effect/Data"
import type { Answered, ApiError, PatNotFound, RevokeUnconfirmed } from "./api.ts"
import type { InvalidInput, NotAsked, Quit } from "./input.ts"
import { explained, serverSaid } from "./words.ts"

/** Signing in needs a value that is not set, and zpcli can't ask for it. */
export class CredentialMissing extends Data.TaggedError("CredentialMissing")<{
  readonly variable: "ZPOOLPAT" | "ZPOOL_USER" | "ZPOOL_PASSWORD"
  /** The kind that `--auth` asks for. */
  readonly only: "pat" | "jwt" | undefined
  /** Undefined if there was no answer, or if zpcli never asks for it. */
  readonly notAsked?: NotAsked | undefined
  /** The page on which PATs are created: for `zpcli login`. */
  readonly page?: string
}> {
  override get message(): string {
    const { notAsked, page, variable } = this
    if (page === undefined && variable === "ZPOOLPAT")
      return "Not signed in: --auth pat needs a PAT, and ZPOOLPAT is not set."
    const what = page !== undefined ? "PAT" : variable === "ZPOOL_USER" ? "username" : "password"
    if (notAsked === undefined) return `Not signed in: no ${what} was given.`
    const why = notAsked === "no-terminal" ? "no terminal to ask on" : `${notAsked} is set`
    return `Not signed in: no ${what}, and ${why}.`
  }
}

/** A setting names a file or a command, but it doesn't give the secret. */
export class SecretUnavailable extends Data.TaggedError("SecretUnavailable")<{
  /** The variable, and the rcfile if it is set there. */
  readonly source: string
  readonly reason:
    | "missing"
    /** It can't be read or started: see `code`. */
    | "unusable"
    | "not-a-file"
    /** See `exitCode`. */
    | "exit"
    | "timeout"
    | "empty"
    | "too-large"
    | "not-a-pat"
  /** The file; undefined for a command. */
  readonly path: string | undefined
  /** Whether the command seems to open `/dev/stdout`, which it can't. */
  readonly opensStdout?: boolean
  readonly code?: string | undefined
  readonly exitCode?: number | undefined
}> {
  override get message(): string {
    const { path, source } = this
    const isCommand = path === undefined
    const why = {
      missing: "does not exist",
      unusable: isCommand ? `can't be run (${this.code})` : `can't be read (${explained(this.code)})`,
      "not-a-file": "is not a regular file",
      exit: `failed with exit code ${this.exitCode}`,
      timeout: "did not end within 60 s",
      empty: isCommand ? "printed nothing" : "is empty",
      "too-large": isCommand ? "printed too much" : "is too large",
      "not-a-pat": `${isCommand ? "printed" : "contains"} no valid PAT: there are spaces or non-ASCII characters in it`,
    }[this.reason]
    return `Not signed in: ${isCommand ? `the command in ${source}` : `the file ${path} (${source})`} ${why}.`
  }
}

/** `POST /login` refused the username or the password. */
export class LoginRefused extends Data.TaggedError("LoginRefused")<
  Answered & {
    readonly user: string
    readonly host: string
    /** Whether they were typed, or set. */
    readonly typed: { readonly user: boolean; readonly password: boolean }
    /** Where the password is set. */
    readonly password?: string | undefined
  }
> {
  override get message(): string {
    return `${this.host} refused the username or password of ${this.user}${serverSaid(this.serverMessage)}.`
  }
}

/** This API doesn't support signing in with a password, or creating PATs. Its website does. */
export class NotOffered extends Data.TaggedError("NotOffered")<
  Answered & {
    readonly what: "login" | "create"
    readonly host: string
    /** The page on which PATs are created, with the form filled in. */
    readonly page: string
  }
> {
  override get message(): string {
    const { host, serverMessage, what } = this
    return what === "login"
      ? `${host} does not offer signing in with username and password${serverSaid(serverMessage)}.`
      : `${host} does not offer the creation of PATs on the command line${serverSaid(serverMessage)}.`
  }
}

/** Failures of signing in: `InvalidInput` is a typed username, and `Quit` is Ctrl-C at the prompt. */
export type SignInError =
  | CredentialMissing
  | SecretUnavailable
  | InvalidInput
  | LoginRefused
  | NotOffered
  | Quit
  | ApiError

/** Failures of a revoke. */
export type RevokeError = SignInError | PatNotFound | RevokeUnconfirmed
