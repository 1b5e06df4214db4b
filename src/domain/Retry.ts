import type { Method, Transient } from "./Errors.ts"

/** Whether a failure is one after which another attempt may succeed. */
export const isTransient = (error: { readonly _tag: string }): error is Transient =>
  error._tag === "Unreachable" || error._tag === "TimedOut" || error._tag === "ServiceUnavailable"

/** First backoff in milliseconds; it doubles with each attempt. */
export const baseDelay = 500
/** The longest backoff of our own, in milliseconds. */
export const maxDelay = 20_000
/** The longest `Retry-After` that is waited for, in milliseconds; a longer one is left to the user. */
export const maxRetryAfter = 60_000

const worthRepeating = new Set([429, 500, 502, 503, 504])

/** Codes for a server certificate that is not trusted: waiting doesn't help. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/

/** Whether a connection failed because the server's certificate is not trusted. */
export const isCertificateProblem = (code: string): boolean => certificate.test(code)

/**
 * Whether a request that failed so may have been carried out all the same: it
 * was sent, and no answer of the API itself said otherwise.
 */
export const mayHaveHappened = (failure: Transient): boolean => {
  switch (failure._tag) {
    case "Unreachable":
      return failure.sent
    case "TimedOut":
      return failure.sent
    case "ServiceUnavailable":
      return failure.status !== 429
  }
}

/** Whether a request has the same outcome however often it arrives: a second create would make a second token. */
export const isIdempotent = (method: Method, path: string): boolean => method !== "POST" || path === "/login"

/**
 * Whether a request is sent again after a failure of the network or the service.
 * A create is repeated only if it certainly did not happen.
 */
export const repeatable = (method: Method, path: string, failure: Transient): boolean => {
  if (!isIdempotent(method, path) && mayHaveHappened(failure)) return false
  switch (failure._tag) {
    case "Unreachable":
      return failure.lasting === undefined
    case "TimedOut":
      return true
    case "ServiceUnavailable":
      if (failure.retryAfter !== undefined && failure.retryAfter > maxRetryAfter) return false
      return worthRepeating.has(failure.status)
  }
}

/**
 * Milliseconds to wait before attempt `attempt + 1` (attempts count from 1):
 * what the server asked for, else exponential backoff with full jitter.
 *
 * @param random - from 0 up to 1
 */
export const delayAfter = (attempt: number, retryAfter: number | undefined, random: number): number =>
  retryAfter ?? Math.round(random * Math.min(maxDelay, baseDelay * 2 ** (attempt - 1)))

/**
 * Reads `Retry-After`, seconds or an HTTP date, into milliseconds from now.
 *
 * @param nowMillis - by the clock of the server, whose date it is
 */
export const parseRetryAfter = (header: string | undefined, nowMillis: number): number | undefined => {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Math.min(Number(header) * 1000, Number.MAX_SAFE_INTEGER)
  if (!/GMT\s*$/.test(header)) return undefined
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMillis)
}
