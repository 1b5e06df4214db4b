import * as Http from "node:http"
import * as Https from "node:https"
import type { SocketConstructorOpts } from "node:net"
import type { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import { named, type Proxy } from "../../domain/Proxy.ts"
import type { ConnectionTrace } from "../network/attempt.ts"
import { connectThrough, forwarded, type TunnelOptions } from "./tunnel.ts"

declare module "http" {
  interface Agent {
    /** Node's own way to an agent, which its types leave out: gives a request a connection. */
    addRequest(request: Http.ClientRequest, options: Http.RequestOptions): void
  }
  interface ClientRequest {
    /** In bytes; read once there is a connection. Node's types have only the option. */
    maxHeaderSize?: number
  }
}

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

/** Where connections are kept within a run. */
export interface Agents {
  /** The agents for one attempt, direct or through a proxy. They write to its trace what happens. */
  readonly forAttempt: (
    url: URL,
    proxy: Proxy | undefined,
    trace: ConnectionTrace,
  ) => { readonly http: Http.Agent; readonly https: Https.Agent }
  /** Closes every connection that would keep the process alive: idle ones do not. */
  readonly destroy: () => void
}

type Change = (request: Http.ClientRequest, options: Http.RequestOptions) => Http.RequestOptions

/**
 * @param now - gives milliseconds since the epoch: a clock that goes on while
 * the machine sleeps, since connections do not outlive that
 */
export const makeAgents = (now: () => number): Agents => {
  const closing = new AbortController()
  const agentOptions = optionsFor(closing.signal)
  const pools = new Set<Http.Agent>()
  const idleSince = new WeakMap<object, number>()
  /** Those that are not idle, among them one on which the server has switched to another protocol. */
  const inUse = new Set<Duplex>()

  /** Closes the connections that have been idle for longer than an attempt allows. */
  const closeIdle = (pool: Http.Agent, maxIdle: number): void => {
    for (const socket of Object.values(pool.freeSockets).flatMap((sockets) => sockets ?? [])) {
      // The clock may have been set back meanwhile.
      const idle = Math.abs(now() - (idleSince.get(socket) ?? 0))
      if (maxIdle === 0 || idle > maxIdle) socket.destroy()
    }
  }

  const memoize = <A extends Http.Agent>(make: () => A): (() => A) => {
    let pool: A | undefined
    return () => {
      pool ??= make().on("free", (socket: Duplex) => {
        idleSince.set(socket, now())
        inUse.delete(socket)
      })
      pools.add(pool)
      return pool
    }
  }
  const plain = memoize(() => new Http.Agent(agentOptions))
  const secure = memoize(() => new Https.Agent(agentOptions))
  const tunnels = new Map<string, () => Https.Agent>()
  const tunnel = (proxy: Proxy): Https.Agent => {
    const known = tunnels.get(proxy.url.href) ?? memoize(() => makeTunnelAgent(proxy, agentOptions))
    tunnels.set(proxy.url.href, known)
    return known()
  }

  return {
    forAttempt: (url, proxy, trace) => {
      trace.hasLeft = false
      trace.proxy = proxy && named(proxy)

      /**
       * A pool for this one attempt. `@effect/platform-node` gives no access to
       * a request or its options, but Node passes both to the agent.
       */
      const watch = <A extends Http.Agent>(pool: A, change: Change): A => {
        const addRequest = (request: Http.ClientRequest, options: Http.RequestOptions): void => {
          request.maxHeaderSize = maxHeaderSize
          closeIdle(pool, trace.maxIdle)
          report(request, trace)
          request.once("socket", (socket) => void inUse.add(socket))
          pool.addRequest(request, change(request, options))
        }
        return Object.create(pool, {
          addRequest: { value: addRequest },
          protocol: { value: url.protocol },
          defaultPort: { value: url.protocol === "https:" ? 443 : 80 },
        })
      }

      return {
        get http() {
          if (proxy === undefined) return watch(plain(), (_, options) => options)
          return watch(proxy.url.protocol === "https:" ? secure() : plain(), forwarded(url, proxy))
        },
        get https() {
          if (proxy === undefined) return watch(secure(), (_, options) => options)
          return watch(
            tunnel(proxy),
            (request, options): TunnelOptions => ({
              ...options,
              attempt: { request, trace },
            }),
          )
        },
      }
    },
    destroy: () => {
      // Node lets a process end while connections are idle, and to close them takes 2 ms of every run.
      if (tunnels.size === 0 && [...inUse].every(({ destroyed }) => destroyed)) return
      closing.abort()
      for (const pool of pools) pool.destroy()
    },
  }
}
