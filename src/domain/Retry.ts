import type { Method, Transient } from "./Errors.ts"

/** Whether another attempt may succeed. */
export const isTransient = (error: { readonly _tag: string }): error is Transient =>
  error._tag === "Unreachable" || error._tag === "TimedOut" || error._tag === "ServiceUnavailable"

/** The first backoff in milliseconds; it doubles with each attempt. */
export const baseDelay = 500
/** The longest backoff in milliseconds. */
export const maxDelay = 20_000
/** In milliseconds; if `Retry-After` is longer, zpcli gives up. */
export const maxRetryAfter = 60_000

const worthRepeating = new Set([429, 500, 502, 503, 504])

/** Whether a failed request may have had an effect: it was sent, and the API itself didn't refuse it. */
export const mayHaveHappened = (failure: Transient): boolean =>
  failure._tag === "ServiceUnavailable" ? failure.status !== 429 : failure.sent

/** Whether a request has the same outcome however often it arrives: a second create would make a second token. */
export const isIdempotent = (method: Method, path: string): boolean => method !== "POST" || path === "/login"

/**
 * Whether a request is sent again after a failure of the network or the service.
 * A create is repeated only if it certainly did not happen.
 *
 * Three other repeats cost no backoff: `Transport` sends an idempotent request
 * again if a kept connection was closed, `Session` after a new sign-in, and
 * `lend` once it has revoked what a lost create left.
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
 * Milliseconds to wait after an attempt: what the server asked for, or
 * exponential backoff with full jitter.
 *
 * @param attempt - counted from 1
 * @param random - from 0 up to 1
 */
export const delayAfter = (attempt: number, retryAfter: number | undefined, random: number): number =>
  retryAfter ?? Math.round(random * Math.min(maxDelay, baseDelay * 2 ** (attempt - 1)))

/**
 * Reads `Retry-After`, seconds or an HTTP date, into milliseconds from now.
 *
 * @param nowMillis - by the clock of the server
 */
export const parseRetryAfter = (header: string | undefined, nowMillis: number): number | undefined => {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Math.min(Number(header) * 1000, Number.MAX_SAFE_INTEGER)
  if (!/GMT\s*$/.test(header)) return undefined
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMillis)
}
