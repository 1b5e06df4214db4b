// Of this module the bundle takes the `node:http` client alone: importing the whole of it would pull in undici.

import { Agent as PlainAgent } from "node:http"
import * as Https from "node:https"
import type * as HttpClient from "@effect/platform/HttpClient"
import { HttpAgent, HttpAgentTypeId, layerWithoutAgent } from "@effect/platform-node/NodeHttpClient"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** The variables that name a proxy, each also in lower case. */
export const proxyVariables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
])

/** One agent a protocol, the one for https made when it is used: it brings in TLS. */
const direct = Layer.provide(
  layerWithoutAgent,
  Layer.sync(HttpAgent, (): HttpAgent => {
    let https: Https.Agent | undefined
    return {
      [HttpAgentTypeId]: HttpAgentTypeId,
      http: new PlainAgent(),
      get https() {
        https ??= new Https.Agent()
        return https
      },
    }
  }),
)

/** The live HTTP client over `node:http`. What speaks to proxies is loaded only when one is named. */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.unwrapEffect(
  Effect.gen(function* () {
    for (const name of proxyVariables) {
      const value = yield* Effect.orDie(Config.option(Config.string(name)))
      if (Option.exists(value, (proxy) => proxy !== "")) {
        return (yield* Effect.promise(() => import("./proxy.ts"))).layer
      }
    }
    return direct
  }),
)
