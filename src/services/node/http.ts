import { Agent as PlainAgent } from "node:http"
import { type AgentOptions, Agent as SecureAgent } from "node:https"
import type { SocketConstructorOpts } from "node:net"
import * as HttpClient from "@effect/platform/HttpClient"
// Of this module the bundle takes the `node:http` client alone: importing the whole of it would pull in undici.
import { HttpAgent, HttpAgentTypeId, make as makeClient } from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { proxyVariables } from "../Connection.ts"

const clientOf = (agents: { readonly http: PlainAgent; readonly https: SecureAgent }) =>
  Effect.provideService(makeClient, HttpAgent, { [HttpAgentTypeId]: HttpAgentTypeId, ...agents })

/** Sends each request through the proxy for its URL; the client for a proxy is made once. */
const withProxies = (direct: HttpClient.HttpClient, env: NodeJS.ProcessEnv, signal: AbortSignal) =>
  Effect.gen(function* () {
    const { makeAgents, proxyFor } = yield* Effect.promise(() => import("./proxy.ts"))
    const clients = new Map<string, HttpClient.HttpClient>()
    const clientThrough = Effect.fn(function* (proxy: URL) {
      const client = clients.get(proxy.href) ?? (yield* clientOf(makeAgents(proxy, signal)))
      clients.set(proxy.href, client)
      return client
    })
    return HttpClient.make((request, url) => {
      const proxy = proxyFor(url, env)
      return proxy === undefined
        ? direct.execute(request)
        : Effect.flatMap(clientThrough(proxy), (client) => client.execute(request))
    })
  })

/**
 * Makes the live HTTP client, over `node:http`. What speaks to proxies is
 * loaded only where the environment names one. When the scope ends every
 * connection is closed, whatever state it is in: none may hold the process.
 */
export const make = (
  env: NodeJS.ProcessEnv = process.env,
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    // An agent's own `destroy` forgets connections that were upgraded, and those on which a tunnel is being opened.
    const { signal } = yield* Effect.acquireRelease(
      Effect.sync(() => new AbortController()),
      (closing) => Effect.sync(() => closing.abort()),
    )
    const options: AgentOptions & SocketConstructorOpts = { signal }
    const direct = yield* clientOf({ http: new PlainAgent(options), https: new SecureAgent(options) })
    return proxyVariables.some((name) => env[name]) ? yield* withProxies(direct, env, signal) : direct
  })
