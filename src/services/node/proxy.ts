import { globalAgent as http } from "node:http"
import { globalAgent as https } from "node:https"
import * as HttpClient from "@effect/platform/HttpClient"
import { HttpAgent, HttpAgentTypeId, make as makeClient } from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import { HttpProxyAgent } from "http-proxy-agent"
import { HttpsProxyAgent } from "https-proxy-agent"
import { getProxyForUrl } from "proxy-from-env"
import { isLoopback } from "../../domain/ApiUrl.ts"

/** An error with the code that `Transport` takes for a connection that was never opened. */
const refusal = (status: number | undefined) =>
  Object.assign(new Error("the proxy refused to connect"), {
    code: `EPROXY${status === undefined ? "" : ` ${status}`}`,
  })

/** The agent for a tunnel; a proxy that refuses one is an error, not an answer of the API. */
const tunnel = (proxy: URL) => {
  const agent = new HttpsProxyAgent(proxy)
  agent.on("proxyConnect", ({ statusCode }, request) => {
    if (statusCode !== 200) request.destroy(refusal(statusCode))
  })
  return agent
}

const through = (proxy: URL) =>
  Effect.provideService(makeClient, HttpAgent, {
    [HttpAgentTypeId]: HttpAgentTypeId,
    http: new HttpProxyAgent(proxy),
    https: tunnel(proxy),
  })

/**
 * The proxy that the environment names for a URL, if any. Plain http is spoken
 * to this machine alone, so it goes to a proxy only where that is here as well:
 * elsewhere it would carry the credential off unencrypted.
 */
export const proxyFor = (url: URL, env: NodeJS.ProcessEnv): URL | undefined => {
  const named = getProxyForUrl(url)
  if (named === "") return undefined
  // Without a scheme a proxy speaks plain http, as for curl; the library would take that of the URL.
  const proxy = new URL(Object.values(env).includes(named) ? named : named.replace(/^https:/, "http:"))
  return url.protocol === "http:" && !isLoopback(proxy.hostname) ? undefined : proxy
}

/** Makes the HTTP client for an environment that names proxies: it decides for each request. */
export const make = (env: NodeJS.ProcessEnv) =>
  Effect.map(
    Effect.provideService(makeClient, HttpAgent, { [HttpAgentTypeId]: HttpAgentTypeId, http, https }),
    (direct) =>
      HttpClient.make((request, url) => {
        const proxy = proxyFor(url, env)
        return proxy === undefined
          ? direct.execute(request)
          : Effect.flatMap(through(proxy), (client) => client.execute(request))
      }),
  )
