import type * as HttpClientError from "@effect/platform/HttpClientError"
import {
  type HttpFailure,
  ResponseUnreadable,
  type ServiceUnavailable,
  type TimedOut,
  Unreachable,
} from "../../domain/Errors.ts"
import { isCertificateProblem } from "../../domain/Retry.ts"
import { type ConnectionTrace, undecodable } from "./ConnectionTrace.ts"

/** What `Transport.send` fails with. */
export type TransportError = HttpFailure | ServiceUnavailable | Unreachable | TimedOut | ResponseUnreadable

/** System calls and codes at which nothing has been sent yet, for clients that do not write the trace. */
const neverOpened = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])

const codeOf = (cause: unknown): { readonly code: string; readonly syscall: string | undefined } => {
  if (typeof cause !== "object" || cause === null) return { code: "UNKNOWN", syscall: undefined }
  const { code, syscall, errors } = cause as {
    code?: unknown
    syscall?: string
    errors?: ReadonlyArray<unknown>
  }
  // Node tries each address of a name; the error of them all has the first one's code, not its system call.
  if (errors?.[0] !== undefined) return codeOf(errors[0])
  return { code: typeof code === "string" ? code : "UNKNOWN", syscall }
}

/** Whether the request can have left: as the trace says, and where it says nothing as the error lets guess. */
const hasLeft = (trace: ConnectionTrace, { code, syscall }: ReturnType<typeof codeOf>): boolean =>
  trace.hasLeft ?? !(neverOpened.has(code) || syscall === "connect" || isCertificateProblem(code))

/** What is known of an attempt. */
export interface Attempt {
  readonly origin: string
  readonly number: number
  readonly trace: ConnectionTrace
}

/** An attempt that ended before an answer began. */
export const unanswered = (
  error: HttpClientError.HttpClientError,
  { number, origin, trace }: Attempt,
): Unreachable | ResponseUnreadable => {
  const found = codeOf(error.cause)
  const { code } = found
  const { lasting = isCertificateProblem(code) ? "certificate" : undefined, proxy } = trace
  // What Node's parser refuses is not HTTP: another attempt would reach the same server.
  if (code.startsWith("HPE_") && proxy === undefined) {
    return new ResponseUnreadable({ origin, status: undefined, reason: "not-http" })
  }
  return new Unreachable({ origin, code, sent: hasLeft(trace, found), attempts: number, proxy, lasting })
}

/** An answer whose body could not be read to its end. */
export const unread = (
  error: HttpClientError.HttpClientError,
  { number, origin }: Omit<Attempt, "trace">,
  answer: { readonly status: number; readonly requestId: string | undefined },
): Unreachable | ResponseUnreadable => {
  const { code } = codeOf(error.cause)
  const unreadable = (reason: ResponseUnreadable["reason"]) =>
    new ResponseUnreadable({ ...answer, origin, reason })
  // For a body beyond the bound the platform's error has words, and zlib's has a code.
  const tooLarge = code === "ERR_BUFFER_TOO_LARGE" || /maxBytes/.test(String(error.cause))
  if (tooLarge) return unreadable("too-large")
  if (code === undecodable) return unreadable("encoding")
  if (code.startsWith("HPE_"))
    return new ResponseUnreadable({ origin, status: undefined, reason: "not-http" })
  return new Unreachable({ origin, code, sent: true, attempts: number })
}

/** A failure in a few words, for those who watch the attempts. */
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
