import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import {
  type HttpFailure,
  type Lasting,
  type Method,
  ResponseUnreadable,
  type ServiceUnavailable,
  type TimedOut,
  Unreachable,
} from "../../domain/Errors.ts"
import type { NamedProxy } from "../../domain/Proxy.ts"
import { isCertificateProblem } from "../../domain/Retry.ts"
import { version } from "../../version.ts"

/** How far one request has come, over all its attempts. Its caller can ask while it waits, and afterwards. */
export class Flight {
  /** Attempts so far. */
  attempts = 0
  /** Whether the answer to an earlier attempt was lost, so that it may have had an effect. */
  answerLost = false
  /** The connection of the current attempt; undefined between two attempts. */
  trace: ConnectionTrace | undefined
  /** Whether the current attempt may have left. */
  get mayHaveLeft(): boolean {
    return this.trace !== undefined && this.trace.hasLeft !== false
  }
  /** Whether the request may have had an effect, so that an interruption comes too late. */
  get mayHaveHappened(): boolean {
    return this.answerLost || this.mayHaveLeft
  }
}

/** One request to the API. */
export interface ApiRequest {
  readonly method: Method
  /** Path segments after the base URL; each is percent-encoded. */
  readonly path: ReadonlyArray<string>
  readonly bearer?: Redacted.Redacted
  /** Sent as JSON; redacted since it may hold a password. */
  readonly body?: Redacted.Redacted<unknown>
  /** Whether it is not worth a second attempt. */
  readonly noRetry?: boolean
  /** Records how far it has come, for a caller that wants to know. */
  readonly flight?: Flight
  /** Further secrets that an answer could echo. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted>
}

/** The path of a request below the base URL. */
export const pathOf = ({ path }: ApiRequest) => `/${path.map(encodeURIComponent).join("/")}`

/** Encodes a request to the API below its base URL. */
export const encode = (base: string, request: ApiRequest): HttpClientRequest.HttpClientRequest =>
  HttpClientRequest.make(request.method)(`${base}${pathOf(request)}`).pipe(
    HttpClientRequest.accept("application/json"),
    HttpClientRequest.setHeaders({ "accept-encoding": "identity", "user-agent": `zpcli/${version}` }),
    request.bearer ? HttpClientRequest.bearerToken(request.bearer) : (self) => self,
    request.body ? HttpClientRequest.bodyUnsafeJson(Redacted.value(request.body)) : (self) => self,
  )

/**
 * What the connection of one attempt reports while the attempt runs. The
 * `HttpClient` of a real process writes it; with any other, `hasLeft` remains
 * undefined and is guessed from the error.
 */
export interface ConnectionTrace {
  /** For the client: a connection that was idle for longer than this, in milliseconds, must not be used. */
  readonly maxIdle: number
  /** Whether a byte of the request can have left: the connection is open, and for https its TLS handshake done. */
  hasLeft: boolean | undefined
  /** Whether the connection had carried a request before. */
  reused: boolean
  /** The proxy, until its tunnel is open: until then, failures are the proxy's. */
  proxy: NamedProxy | undefined
  /** Why another attempt would fail as well, if it would. */
  lasting: Lasting | undefined
}

/** The code of an answer's body that is longer than zpcli reads: zlib's own. */
export const tooLarge = "ERR_BUFFER_TOO_LARGE"

/** The code of an answer's body in a content encoding that is unknown or damaged. */
export const undecodable = "EENCODING"

/** A trace of an attempt that has not begun. */
export const makeTrace = (maxIdle = Number.POSITIVE_INFINITY): ConnectionTrace => ({
  maxIdle,
  hasLeft: undefined,
  reused: false,
  proxy: undefined,
  lasting: undefined,
})

/** The trace of the current attempt; outside of one, a trace that nobody reads. */
export class CurrentTrace extends Context.Reference<CurrentTrace>()("zpcli/CurrentTrace", {
  defaultValue: (): ConnectionTrace => makeTrace(),
}) {}

/** What `Transport.send` fails with. */
export type TransportError = HttpFailure | ServiceUnavailable | Unreachable | TimedOut | ResponseUnreadable

/** System calls and codes at which nothing has been sent yet, for clients that do not write the trace. */
const neverOpened = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])

const systemErrorOf = (cause: unknown): { readonly code: string; readonly syscall: string | undefined } => {
  if (typeof cause !== "object" || cause === null) return { code: "UNKNOWN", syscall: undefined }
  const { code, syscall, errors } = cause as {
    code?: unknown
    syscall?: string
    errors?: ReadonlyArray<unknown>
  }
  // Node tries each address of a name; the error of them all has the first one's code, not its system call.
  if (errors?.[0] !== undefined) return systemErrorOf(errors[0])
  return { code: typeof code === "string" ? code : "UNKNOWN", syscall }
}

/** Whether the request may have left: the trace says so, or else the error suggests it. */
const hasLeft = (trace: ConnectionTrace, { code, syscall }: ReturnType<typeof systemErrorOf>): boolean =>
  trace.hasLeft ?? !(neverOpened.has(code) || syscall === "connect" || isCertificateProblem(code))

/** What is wrong with an attempt that ended before an answer began. */
export const unanswered = (
  error: HttpClientError.HttpClientError,
  origin: string,
  attempts: number,
  trace: ConnectionTrace,
): Unreachable | ResponseUnreadable => {
  const found = systemErrorOf(error.cause)
  const { code } = found
  const { lasting = isCertificateProblem(code) ? "certificate" : undefined, proxy } = trace
  // What Node's parser refuses is not HTTP: another attempt would reach the same server.
  if (code.startsWith("HPE_") && proxy === undefined) {
    return new ResponseUnreadable({ origin, status: undefined, reason: "not-http" })
  }
  return new Unreachable({ origin, code, sent: hasLeft(trace, found), attempts, proxy, lasting })
}

/** What is wrong with an answer whose body could not be read to its end. */
export const unread = (
  error: HttpClientError.HttpClientError,
  origin: string,
  attempts: number,
  answer: { readonly status: number; readonly requestId: string | undefined },
): Unreachable | ResponseUnreadable => {
  const { code } = systemErrorOf(error.cause)
  const unreadable = (reason: ResponseUnreadable["reason"]) =>
    new ResponseUnreadable({ ...answer, origin, reason })
  if (code === tooLarge) return unreadable("too-large")
  if (code === undecodable) return unreadable("encoding")
  if (code.startsWith("HPE_"))
    return new ResponseUnreadable({ origin, status: undefined, reason: "not-http" })
  return new Unreachable({ origin, code, sent: true, attempts })
}

/** A failure in a few words, for the log and the progress line. */
export const reasonOf = (error: TransportError): string => {
  switch (error._tag) {
    case "HttpFailure":
    case "ServiceUnavailable":
      return `status ${error.status}`
    case "TimedOut":
      return "no answer"
    case "Unreachable":
      return error.code
    case "ResponseUnreadable":
      return "unreadable answer"
  }
}
