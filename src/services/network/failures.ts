/** What is wrong with an attempt that got no answer with a status, or none that could be read. */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import {
  type HttpFailure,
  ResponseUnreadable,
  type ServiceUnavailable,
  type TimedOut,
  Unreachable,
} from "../../domain/Errors.ts"
import type { ConnectionTrace } from "./trace.ts"

/** The code of an answer's body that is longer than zpcli reads: zlib's own. */
export const tooLarge = "ERR_BUFFER_TOO_LARGE"

/** The code of an answer's body in a content encoding that is unknown or damaged. */
export const undecodable = "EENCODING"

/** Whether a connection failed because the server's certificate is not trusted. */
export const isCertificateProblem = (code: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)

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
