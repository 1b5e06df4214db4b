import * as Http from "node:http"
import * as Https from "node:https"
import { isIP, Socket } from "node:net"
import { TLSSocket } from "node:tls"
import type { Proxy } from "../../domain/Proxy.ts"
import type { ConnectionTrace } from "../network/attempt.ts"

/** The options of a connection, with the attempt that it is for. */
export interface TunnelOptions extends Https.RequestOptions {
  /** The tunnel, once it is open. */
  readonly socket?: Socket
  readonly attempt?: { readonly request: Http.ClientRequest; readonly trace: ConnectionTrace }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The `Proxy-Authorization` for the username and password in a proxy's URL, if any. */
const credentialsOf = ({ url }: Proxy): string | undefined =>
  url.username === "" && url.password === ""
    ? undefined
    : `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString("base64")}`

const hostOf = ({ url }: Proxy) => ({
  host: url.hostname.replace(/^\[|\]$/g, ""),
  port: url.port || (url.protocol === "https:" ? 443 : 80),
})

/** Sends a request for plain http to a proxy, with the whole URL as its path. */
export const forwarded =
  (url: URL, proxy: Proxy) =>
  (request: Http.ClientRequest, options: Http.RequestOptions): Https.RequestOptions => {
    request.path = url.href
    const credentials = credentialsOf(proxy)
    if (credentials !== undefined) request.setHeader("Proxy-Authorization", credentials)
    return { ...options, ...hostOf(proxy), servername: isIP(hostOf(proxy).host) ? "" : hostOf(proxy).host }
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
  const credentials = credentialsOf(proxy)
  const connect = (isSecure ? Https : Http).request({
    ...common,
    agent: false,
    ...hostOf(proxy),
    method: "CONNECT",
    path: target,
    setHost: false,
    headers: { Host: target, ...(credentials === undefined ? {} : { "Proxy-Authorization": credentials }) },
  })
  const abandon = () => void connect.destroy()
  attempt?.request.once("close", abandon)
  connect.once("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
    attempt?.request.off("close", abandon)
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy()
      if (attempt && statusCode < 500 && !mayPass.has(statusCode)) attempt.trace.lasting = "proxy-refused"
      return callback(Object.assign(new Error("the proxy refused"), { code: `EPROXY ${statusCode}` }), socket)
    }
    if (attempt) attempt.trace.proxy = undefined
    if (head.length > 0) socket.unshift(head)
    callback(undefined, socket)
  })
  connect.once("error", (error) => {
    const { socket } = connect
    if (attempt && socket instanceof TLSSocket && socket.authorizationError)
      attempt.trace.lasting = "certificate"
    callback(error, new Socket())
  })
  connect.end()
}
