/** Responses of the API other than success. */
import * as Data from "effect/Data"
import { patFrom, type Signer } from "../Credential.ts"
import type { CredentialMissing, InvalidInput, Quit, SecretUnavailable } from "./input.ts"
import type { TimedOut, Unreachable } from "./network.ts"
import { attempted, didYouMean, serverSaid } from "./words.ts"

/** The HTTP methods of the API. */
export type Method = "GET" | "POST" | "DELETE"

/** What every response of the API has. */
export interface Answered {
  readonly status: number
  /** The gateway's `x-amzn-requestid`. */
  readonly requestId?: string | undefined
  /** The server's own words, with every known secret masked. */
  readonly serverMessage?: string | undefined
}

/** A status that is neither success nor transient. A service turns it into an error of its own. */
export class HttpFailure extends Data.TaggedError("HttpFailure")<
  Answered & {
    readonly origin: string
    readonly location: string | undefined
    /** See `Envelope.speakerOf`. */
    readonly speaker: "api" | "gateway" | "other"
  }
> {}

/** 401: the credential is not accepted, or no longer. */
export class CredentialRefused extends Data.TaggedError("CredentialRefused")<
  Answered & { readonly credential: Signer }
> {
  override get message(): string {
    const { credential } = this
    const said = serverSaid(this.serverMessage)
    if (credential._tag === "PAT")
      return `The API rejected the ${patFrom(credential)}: it may be revoked, expired or mistyped${said}.`
    if (credential._tag === "Pasted")
      return `The API rejected this PAT: it may be revoked, expired or mistyped${said}. Nothing was saved.`
    return `The API rejected ${credential._tag === "JWT" ? "this sign-in" : "it"}${said}.`
  }
}

/** 403: the credential does not allow this, or something in front of the API refuses the request. */
export class NotAllowed extends Data.TaggedError("NotAllowed")<
  Answered & {
    readonly credential: Signer
    /** The scope that the request needs; undefined if the API itself did not refuse. */
    readonly needs: "pat" | undefined
  }
> {
  /** What is missing; undefined if that is unknown. */
  get lacking(): "scope" | "right" | undefined {
    const { _tag } = this.credential
    if (this.needs === undefined || _tag === "NewPat" || _tag === "Pasted") return undefined
    return _tag === "PAT" ? "scope" : "right"
  }

  override get message(): string {
    const { credential, lacking, needs } = this
    const said = serverSaid(this.serverMessage)
    if (lacking === undefined) return `The request was refused with status ${this.status}${said}.`
    return credential._tag === "PAT"
      ? `This command needs the scope ${needs}, which the ${patFrom(credential)} does not have${said}.`
      : `This account is not allowed to do this${said}.`
  }
}

/** There is no PAT with this key ID, or it no longer works. */
export class PatNotFound extends Data.TaggedError("PatNotFound")<
  Partial<Answered> & {
    readonly keyId: string
    /** What the list says, if it was looked up before anything was sent. */
    readonly listed?: "revoked" | "no"
    /** The key ID that was probably meant. */
    readonly nearest?: string | undefined
  }
> {
  override get message(): string {
    const { keyId, listed } = this
    if (listed === "revoked") return `PAT ${keyId} is already revoked.`
    return listed === "no"
      ? `There is no PAT ${keyId}.${didYouMean(this.nearest)}`
      : `There is no PAT ${keyId}, or it is already revoked${serverSaid(this.serverMessage)}.`
  }
}

/** Neither the response to a revoke nor the list confirms that the PAT was revoked. */
export class RevokeUnconfirmed extends Data.TaggedError("RevokeUnconfirmed")<
  Answered & {
    readonly keyId: string
    /** How the list shows the PAT; `unknown` if there was no list. */
    readonly listed: "active" | "unlisted" | "unknown"
  }
> {
  override get message(): string {
    const { keyId, listed, serverMessage, status } = this
    const unclear = status < 300 && serverMessage === undefined ? ", which doesn't confirm it" : ""
    const answer = `the API answered with status ${status}${serverSaid(serverMessage)}${unclear}`
    if (listed === "active")
      return `PAT ${keyId} was not revoked: it is still listed as active, and ${answer}.`
    const why =
      listed === "unlisted" ? `it is not listed, and ${answer}` : `${answer}, and the list is not available`
    return `zpcli could not confirm that PAT ${keyId} was revoked: ${why}.`
  }
}

/** Any other 4xx, or an unexpected status. */
export class RequestRefused extends Data.TaggedError("RequestRefused")<Answered & { readonly path: string }> {
  override get message(): string {
    return `The API refused the request with status ${this.status}${serverSaid(this.serverMessage)}.`
  }
}

/** 3xx: never followed, since the credential may only go to the configured origin. */
export class Redirected extends Data.TaggedError("Redirected")<
  Answered & { readonly origin: string; readonly location: string | undefined }
> {
  override get message(): string {
    const to = this.location === undefined ? "" : ` to ${this.location}`
    return `${this.origin} redirects${to}, and zpcli does not follow redirects.`
  }
}

/** 429 or 5xx, after all retries. */
export class ServiceUnavailable extends Data.TaggedError("ServiceUnavailable")<
  Answered & {
    readonly attempts: number
    /** `Retry-After` in milliseconds. */
    readonly retryAfter: number | undefined
  }
> {
  override get message(): string {
    const { attempts, serverMessage, status } = this
    const what = status === 429 ? "is limiting requests" : "is unavailable"
    return `The API ${what}: status ${status}${attempted(attempts)}${serverSaid(serverMessage)}.`
  }
}

/** Another attempt may succeed. */
export type Transient = Unreachable | TimedOut | ServiceUnavailable

/** A success with an unexpected body, or a response that is not HTTP. */
export class ResponseUnreadable extends Data.TaggedError("ResponseUnreadable")<
  Omit<Answered, "status"> & {
    /** Undefined for `not-http`. */
    readonly status: number | undefined
    readonly origin: string
    readonly reason:
      | "empty"
      | "not-json"
      | "html"
      | "shape"
      | "failure"
      | "too-large"
      | "not-http"
      | "encoding"
    /** For `shape`: what is missing in it. */
    readonly expected?: string
  }
> {
  override get message(): string {
    const { origin, reason, status } = this
    const found = {
      empty: "an empty body",
      "not-json": "something other than JSON",
      html: "a web page",
      shape: `JSON without ${this.expected ?? "the expected data"}`,
      failure: "an error",
      "too-large": "more than 256 MiB",
      "not-http": "something other than HTTP",
      encoding: "a body with an unknown or damaged content encoding",
    }[reason]
    const end = reason === "failure" ? serverSaid(this.serverMessage) : ", which zpcli can't use"
    return `${origin} answered with ${status === undefined ? "" : `status ${status} and `}${found}${end}.`
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
      ? `${host} does not support signing in with a username and password${serverSaid(serverMessage)}.`
      : `${host} does not support creating PATs from the command line${serverSaid(serverMessage)}.`
  }
}

/** Any request to the API can fail with these. */
export type ApiError =
  | CredentialRefused
  | NotAllowed
  | RequestRefused
  | Redirected
  | ServiceUnavailable
  | Unreachable
  | TimedOut
  | ResponseUnreadable

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
