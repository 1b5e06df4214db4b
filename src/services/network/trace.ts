import * as Context from "effect/Context"
import type { Lasting } from "../../domain/Errors.ts"
import type { NamedProxy } from "../../domain/Proxy.ts"

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
