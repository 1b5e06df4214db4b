/** Requests without an HTTP response. */
import * as Data from "effect/Data"
import type { NamedProxy } from "../Proxy.ts"
import { attempted } from "./words.ts"

/**
 * Failures that another attempt won't fix: the certificate of the other side is
 * not trusted, it wants one of ours, or the proxy refuses.
 */
export type Lasting = "certificate" | "client-certificate" | "proxy-refused"

/** Who failed: the API, or the proxy, with the variable that names it. */
const party = ({ origin, proxy }: Unreachable | TimedOut): string =>
  proxy === undefined ? origin : `${proxy.address} (${proxy.variable})`

/** The connection could not be opened, or was lost. */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly origin: string
  /** The system's code, such as `ECONNREFUSED`; or `EPROXY` and a status, if a proxy refused. */
  readonly code: string
  /** False if the request certainly never left, since the connection or its TLS handshake was not complete. */
  readonly sent: boolean
  readonly attempts: number
  /** The proxy, if that failed and not the API behind it. */
  readonly proxy?: NamedProxy | undefined
  readonly lasting?: Lasting | undefined
}> {
  /** The status with which a proxy refused to connect. */
  get proxyStatus(): string | undefined {
    return /^EPROXY (\d+)$/.exec(this.code)?.[1]
  }

  override get message(): string {
    const { code, lasting, origin, proxy, proxyStatus: status } = this
    const tried = attempted(this.attempts)
    if (lasting === "certificate") return `The certificate of ${party(this)} is not trusted (${code}).`
    if (lasting === "client-certificate")
      return `${party(this)} asks for a client certificate (${code}), which zpcli does not have.`
    if (proxy !== undefined)
      return status === undefined
        ? `The proxy ${party(this)} can't be used to reach ${origin} (${code})${tried}.`
        : `The proxy ${party(this)} refused to connect to ${origin}: status ${status}${tried}.`
    return this.sent
      ? `The connection to ${origin} was lost (${code})${tried}.`
      : `${origin} can't be reached (${code})${tried}.`
  }
}

/** One attempt took longer than `ZPOOL_TIMEOUT`. */
export class TimedOut extends Data.TaggedError("TimedOut")<{
  readonly origin: string
  readonly seconds: number
  /** As in `Unreachable`. */
  readonly sent: boolean
  readonly attempts: number
  /** The proxy, if that did not answer. */
  readonly proxy?: NamedProxy | undefined
}> {
  override get message(): string {
    const who = `${this.proxy ? "The proxy " : ""}${party(this)}`
    return `${who} did not answer within ${this.seconds} s${attempted(this.attempts)}.`
  }
}
