import type { Agent as PlainAgent } from "node:http"
import type { Agent as SecureAgent } from "node:https"
import { HttpProxyAgent } from "http-proxy-agent"
import { HttpsProxyAgent } from "https-proxy-agent"
import { getProxyForUrl } from "proxy-from-env"
import { isLoopback } from "../../domain/ApiUrl.ts"

/** An error with the code that `Transport` takes for a connection that was never opened. */
const refusal = (status: number | undefined) =>
  Object.assign(new Error("the proxy refused to connect"), {
    code: `EPROXY${status === undefined ? "" : ` ${status}`}`,
  })

/**
 * Makes the agents that send requests through a proxy. One that refuses a
 * tunnel is an error, and not an answer of the API.
 *
 * @param signal - closes every connection, also one on which no tunnel is open yet
 */
export const makeAgents = (
  proxy: URL,
  signal: AbortSignal,
): { readonly http: PlainAgent; readonly https: SecureAgent } => {
  const tunnel = new HttpsProxyAgent(proxy, { signal })
  tunnel.on("proxyConnect", ({ statusCode }, request) => {
    if (statusCode !== 200) request.destroy(refusal(statusCode))
  })
  return { http: new HttpProxyAgent(proxy, { signal }), https: tunnel }
}

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
