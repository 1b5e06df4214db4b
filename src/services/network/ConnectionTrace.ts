import * as Context from "effect/Context"
import type { Lasting } from "../../domain/Errors.ts"
import type { NamedProxy } from "../../domain/Proxy.ts"

/**
 * What the connection of one attempt reports while the attempt runs. An
 * `HttpClient` of a real process writes it; where nobody does, `hasLeft`
 * remains undefined and is guessed from the error.
 */
export interface ConnectionTrace {
  /** For the client: a connection that was idle for longer than this, in milliseconds, must not be used. */
  readonly maxIdle: number
  /** Whether a byte of the request can have left: the connection is open, and for https its TLS handshake done. */
  hasLeft: boolean | undefined
  /** Whether the connection had carried a request before. */
  reused: boolean
  /** The proxy, for as long as it is what is being talked to: until its tunnel is open. */
  proxy: NamedProxy | undefined
  /** Why another attempt would fail as well, where it would. */
  lasting: Lasting | undefined
}

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

/** The trace of the attempt under way; outside of one, a trace that nobody reads. */
export class CurrentTrace extends Context.Reference<CurrentTrace>()("zpcli/CurrentTrace", {
  defaultValue: (): ConnectionTrace => makeTrace(),
}) {}
