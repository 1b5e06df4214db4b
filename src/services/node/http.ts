// Of this module the bundle takes the `node:http` client alone: importing the whole of it would pull in undici.

import { Agent as PlainAgent } from "node:http"
import * as Https from "node:https"
import { HttpAgent, HttpAgentTypeId, make as makeClient } from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"

/** The variables that name a proxy, each also in lower case. */
export const proxyVariables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
])

/** One agent a protocol, the one for https made when it is used: it brings in TLS. */
const agents = (): HttpAgent => {
  let https: Https.Agent | undefined
  return {
    [HttpAgentTypeId]: HttpAgentTypeId,
    http: new PlainAgent(),
    get https() {
      https ??= new Https.Agent()
      return https
    },
  }
}

/**
 * Makes the live HTTP client, over `node:http`. What speaks to proxies is
 * loaded only where the environment names one.
 */
export const make = (env: NodeJS.ProcessEnv) =>
  proxyVariables.some((name) => env[name])
    ? Effect.flatMap(
        Effect.promise(() => import("./proxy.ts")),
        (proxy) => proxy.make(env),
      )
    : Effect.provideService(makeClient, HttpAgent, agents())
