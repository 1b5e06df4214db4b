import * as Http from "node:http"
import * as Https from "node:https"
import { isIP, Socket } from "node:net"
import { TLSSocket } from "node:tls"
import type { Proxy } from "../../domain/Proxy.ts"
import type { ConnectionTrace } from "../network/trace.ts"

/** The options of a connection, with the attempt that it is for: Node passes them on from the request. */
export interface TunnelOptions extends Https.RequestOptions {
  /** The tunnel, once it is open. */
  readonly socket?: Socket
  readonly attempt: { readonly trace: ConnectionTrace; readonly signal: AbortSignal }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The header for the username and password in a proxy's URL, if any. */
const credentialsOf = ({ url }: Proxy): { readonly "Proxy-Authorization"?: string } => {
  if (url.username === "" && url.password === "") return {}
  const pair = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`)
  return { "Proxy-Authorization": `Basic ${pair.toString("base64")}` }
}

/** Where a server is. */
const hostOf = ({ hostname, port, protocol }: URL) => ({
  protocol,
  host: hostname.replace(/^\[|\]$/g, ""),
  port: Number(port) || (protocol === "https:" ? 443 : 80),
})

/** Where a request goes, and what the way there adds to it. */
export type Route = ReturnType<typeof hostOf> & {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly servername?: string
}

/** The way to a server that needs no words to a proxy: there is none, or a tunnel. */
export const direct = (url: URL): Route => ({ ...hostOf(url), path: `${url.pathname}${url.search}` })

/** The way of a request for plain http: a proxy gets it, with the whole URL as its path. */
export const forwarded = (url: URL, proxy: Proxy): Route => {
  const to = hostOf(proxy.url)
  return {
    ...to,
    path: url.href,
    headers: { Host: url.host, ...credentialsOf(proxy) },
    // Node would take it from the `Host` header.
    servername: isIP(to.host) ? "" : to.host,
  }
}

/** Statuses of a proxy after which another attempt may succeed. */
const mayPass = new Set([408, 425, 429])

/**
 * Asks a proxy for a tunnel to the host and port of the options. Until it is
 * open, any failure is the proxy's.
 */
export const connectThrough = (
  proxy: Proxy,
  common: Http.RequestOptions,
  { attempt, host, port }: TunnelOptions,
  callback: (error: Error | undefined, socket: Socket) => void,
): void => {
  const isSecure = proxy.url.protocol === "https:"
  const target = `${host?.includes(":") ? `[${host}]` : host}:${port}`
  const connect = (isSecure ? Https : Http).request({
    ...common,
    agent: false,
    ...hostOf(proxy.url),
    method: "CONNECT",
    path: target,
    setHost: false,
    headers: { Host: target, ...credentialsOf(proxy) },
    signal: attempt.signal,
  })
  connect.once("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy()
      if (statusCode < 500 && !mayPass.has(statusCode)) attempt.trace.lasting = "proxy-refused"
      return callback(Object.assign(new Error("the proxy refused"), { code: `EPROXY ${statusCode}` }), socket)
    }
    attempt.trace.proxy = undefined
    if (head.length > 0) socket.unshift(head)
    callback(undefined, socket)
  })
  connect.once("error", (error) => {
    const { socket } = connect
    if (socket instanceof TLSSocket && socket.authorizationError) attempt.trace.lasting = "certificate"
    callback(error, new Socket())
  })
  connect.end()
}
