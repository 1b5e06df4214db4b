/** Failures of a request to the API. `Errors.ts` has them too, beside all the others. */
import * as Data from "effect/Data"
import type { Signer } from "./Credential.ts"
import type { NamedProxy } from "./Proxy.ts"

/** The methods that the API has. */
export type Method = "GET" | "POST" | "DELETE"

/** What every answer of the API can tell about itself. */
interface Answered {
  /** HTTP status. */
  readonly status: number
  /** The gateway's `x-amzn-requestid`. */
  readonly requestId?: string | undefined
  /** The server's own words, with every known secret masked. */
  readonly serverMessage?: string | undefined
}

/**
 * A status that is neither success nor transient, before a service has said
 * what it means for its request.
 */
export class HttpFailure extends Data.TaggedError("HttpFailure")<
  Answered & {
    readonly origin: string
    readonly location: string | undefined
    /** Who it seems to be from: see `Envelope.speakerOf`. */
    readonly speaker: "api" | "gateway" | "other"
    /** Whether an earlier attempt of the same request may have been carried out, its answer lost. */
    readonly answerLostBefore: boolean
  }
> {}

/** `POST /login` refused the username or the password. */
export class LoginRefused extends Data.TaggedError("LoginRefused")<
  Answered & {
    readonly user: string
    readonly host: string
    /** Which of the two a person typed; the other came from the settings. */
    readonly typed: { readonly user: boolean; readonly password: boolean }
    /** Where the password was found. */
    readonly password?: string | undefined
  }
> {}

/** 401: the credential is not accepted (any more). */
export class CredentialRefused extends Data.TaggedError("CredentialRefused")<
  Answered & { readonly credential: Signer }
> {}

/** 403: the credential is good and does not allow this, or something in between refuses the request. */
export class NotAllowed extends Data.TaggedError("NotAllowed")<
  Answered & {
    readonly credential: Signer
    /** The scope that the request needs, where the API itself may have said no. */
    readonly needs: "pat" | undefined
  }
> {}

/** This API does not offer signing in by password, or making PATs: its website does. */
export class NotOffered extends Data.TaggedError("NotOffered")<
  Answered & {
    readonly what: "login" | "create"
    readonly host: string
    /** The page on which a PAT is made by hand, with what was asked for filled in. */
    readonly page: string
  }
> {}

/** There is no PAT with a key ID, or it does not work any more. */
export class PatNotFound extends Data.TaggedError("PatNotFound")<
  Partial<Answered> & {
    readonly keyId: string
    /** What the list says of it, where it was looked up before anything was sent. */
    readonly listed?: "revoked" | "no"
    /** The key ID that was probably meant. */
    readonly nearest?: string | undefined
  }
> {}

/**
 * The answer to a revoke did not come from the API, or says nothing certain,
 * and the list does not show the PAT as revoked.
 */
export class RevokeUnconfirmed extends Data.TaggedError("RevokeUnconfirmed")<
  Answered & {
    readonly keyId: string
    /** How the list shows the PAT; `unlisted` if it does not, `unknown` if there was no list. */
    readonly listed: "active" | "unlisted" | "unknown"
  }
> {}

/** Any other 4xx, or a status that has no meaning here. */
export class RequestRefused extends Data.TaggedError("RequestRefused")<
  Answered & { readonly method: Method; readonly path: string }
> {}

/** 3xx: never followed, since the credential goes to the configured origin alone. */
export class Redirected extends Data.TaggedError("Redirected")<
  Answered & { readonly origin: string; readonly location: string | undefined }
> {}

/** 429 or 5xx, after the retries that its kind of request allows. */
export class ServiceUnavailable extends Data.TaggedError("ServiceUnavailable")<
  Answered & {
    readonly attempts: number
    /** Milliseconds, from `Retry-After`. */
    readonly retryAfter: number | undefined
  }
> {}

/**
 * Failures of a connection that another attempt does not cure: the certificate of
 * the other side is not trusted, it wants one of ours, or the proxy refuses.
 */
export type Lasting = "certificate" | "client-certificate" | "proxy-refused"

/** No HTTP answer: the connection could not be opened, or was lost. */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly origin: string
  /** The system's code, such as `ECONNREFUSED` or `ENOTFOUND`; `EPROXY` and a status where a proxy refused. */
  readonly code: string
  /** False where the request certainly never left: there was no connection yet, or its TLS handshake was not done. */
  readonly sent: boolean
  readonly attempts: number
  /** The proxy, where it is what failed and not the API behind it. */
  readonly proxy?: NamedProxy | undefined
  /** Why another attempt would fail as well, where it would. */
  readonly lasting?: Lasting | undefined
}> {}

/** One attempt took longer than `ZPOOL_TIMEOUT`. */
export class TimedOut extends Data.TaggedError("TimedOut")<{
  readonly origin: string
  readonly seconds: number
  /** False where the request certainly never left. */
  readonly sent: boolean
  readonly attempts: number
  /** The proxy, where it is what was waited for. */
  readonly proxy?: NamedProxy | undefined
}> {}

/** Failures after which another attempt may succeed. */
export type Transient = Unreachable | TimedOut | ServiceUnavailable

/** A success status with a body that is not what the API promises, or an answer that is not HTTP at all. */
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
    /** For `shape`: what was expected and not found. */
    readonly expected?: string
  }
> {}

/** Failures of a request to the API that carry no meaning of a particular command. */
export type ApiError =
  | CredentialRefused
  | NotAllowed
  | RequestRefused
  | Redirected
  | ServiceUnavailable
  | Unreachable
  | TimedOut
  | ResponseUnreadable
