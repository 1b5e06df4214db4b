import * as Http from "node:http"
import * as Https from "node:https"
import type { SocketConstructorOpts } from "node:net"
import type { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import { named, type Proxy } from "../../domain/Proxy.ts"
import type { ConnectionTrace } from "../network/trace.ts"
import { connectThrough, direct, forwarded, type TunnelOptions } from "./tunnel.ts"

/** The longest head of an answer that is read, in bytes: 64 KiB. */
const maxHeaderSize = 64 * 1024

const optionsFor = (signal: AbortSignal): Https.AgentOptions & SocketConstructorOpts => ({
  // An agent's `destroy` misses connections that were upgraded, and those on which a tunnel is being opened.
  signal,
  keepAlive: true,
  // Each address of a name gets this long, in milliseconds, before the next one is tried. Node's 250 ms are too few for slow links.
  autoSelectFamilyAttemptTimeout: 1000,
})

/**
 * An agent that opens each connection through a tunnel of a proxy.
 *
 * @param given - the options as they were given: newer Nodes add a protocol to the agent's own copy
 */
const makeTunnelAgent = (proxy: Proxy, given: Https.AgentOptions): Https.Agent => {
  const agent = new Https.Agent(given)
  const secure = agent.createConnection.bind(agent)
  agent.createConnection = (
    options: TunnelOptions,
    callback: (error: Error | null, socket: Duplex) => void,
  ): undefined => {
    connectThrough(proxy, { ...given, maxHeaderSize }, options, (error, socket) => {
      if (error) return callback(error, socket)
      const through: TunnelOptions = { ...options, socket }
      callback(null, secure(through) ?? socket)
    })
  }
  return agent
}

/**
 * How a server ends the handshake when our certificate is missing or not
 * accepted. With TLS 1.3 that comes after our side has finished it.
 */
const wantsCertificate = /alert (\w+ )*(certificate|handshake failure|unknown ca|access denied)/

/** Writes to the trace what happens to the connection of a request. */
const report = (request: Http.ClientRequest, trace: ConnectionTrace): void => {
  const leave = () => {
    trace.hasLeft = true
    trace.proxy = undefined
  }
  let secure: TLSSocket | undefined
  request.once("socket", (socket) => {
    trace.reused = request.reusedSocket
    if (socket instanceof TLSSocket) secure = socket
    if (request.reusedSocket) leave()
    else if (secure) secure.once("secureConnect", leave)
    else if (socket.connecting) socket.once("connect", leave)
    else leave()
  })
  request.once("error", (error) => {
    if (secure === undefined) return
    if (secure.authorizationError) trace.lasting = "certificate"
    else if (wantsCertificate.test(error.message)) {
      trace.hasLeft = false
      trace.lasting = "client-certificate"
    }
  })
}

/** One attempt at a request. */
export interface Attempt {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** Ends it. */
  readonly signal: AbortSignal
  readonly proxy: Proxy | undefined
  /** Where to write what happens to its connection. */
  readonly trace: ConnectionTrace
}

/** Where connections are kept within a run. */
export interface Connections {
  /** Makes a request, direct or through its proxy. It is sent once it is ended. */
  readonly request: (attempt: Attempt) => Http.ClientRequest
  /** Closes every connection that would keep the process alive: idle ones do not. */
  readonly close: () => void
}

/**
 * @param now - gives milliseconds since the epoch: a clock that goes on while
 * the machine sleeps, since connections do not outlive that
 */
export const makeConnections = (now: () => number): Connections => {
  const closing = new AbortController()
  const agentOptions = optionsFor(closing.signal)
  const pools = new Map<string, Http.Agent>()
  const idleSince = new WeakMap<object, number>()
  /** Those that are not idle, among them one on which the server has switched to another protocol. */
  const inUse = new Set<Duplex>()
  /** The connection below an idle tunnel would keep the process alive. */
  let usesTunnel = false

  /** Closes the connections that have been idle for longer than an attempt allows. */
  const closeIdle = (pool: Http.Agent, maxIdle: number): void => {
    for (const socket of Object.values(pool.freeSockets).flatMap((sockets) => sockets ?? [])) {
      // The clock may have been set back meanwhile.
      const idle = Math.abs(now() - (idleSince.get(socket) ?? 0))
      if (maxIdle === 0 || idle > maxIdle) socket.destroy()
    }
  }

  /** The pool of connections of one kind, made at its first use. */
  const poolOf = (kind: string, make: () => Http.Agent): Http.Agent => {
    const known = pools.get(kind)
    if (known !== undefined) return known
    const pool = make().on("free", (socket: Duplex) => {
      idleSince.set(socket, now())
      inUse.delete(socket)
    })
    pools.set(kind, pool)
    return pool
  }
  const directly = (protocol: string) =>
    poolOf(protocol, () =>
      protocol === "https:" ? new Https.Agent(agentOptions) : new Http.Agent(agentOptions),
    )

  return {
    request: ({ proxy, trace, url, ...given }) => {
      trace.hasLeft = false
      trace.proxy = proxy && named(proxy)
      const isForwarded = proxy !== undefined && url.protocol === "http:"
      const route = isForwarded ? forwarded(url, proxy) : direct(url)
      const tunnel = isForwarded ? undefined : proxy
      usesTunnel ||= tunnel !== undefined
      const pool = tunnel
        ? poolOf(tunnel.url.href, () => makeTunnelAgent(tunnel, agentOptions))
        : directly(route.protocol)
      closeIdle(pool, trace.maxIdle)
      const options: TunnelOptions = {
        ...given,
        ...route,
        headers: { ...given.headers, ...route.headers },
        agent: pool,
        maxHeaderSize,
        attempt: { trace, signal: given.signal },
      }
      const request = (route.protocol === "https:" ? Https : Http).request(options)
      report(request, trace)
      return request.once("socket", (socket) => void inUse.add(socket))
    },
    close: () => {
      // Node lets a process end while connections are idle, and to close them takes 2 ms of every run.
      if (!usesTunnel && [...inUse].every(({ destroyed }) => destroyed)) return
      closing.abort()
      for (const pool of pools.values()) pool.destroy()
    },
  }
}
