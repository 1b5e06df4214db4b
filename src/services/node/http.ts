import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
// Of this module the bundle takes the `node:http` client alone: importing the whole of it would pull in undici.
import { HttpAgent, HttpAgentTypeId, make as makeClient } from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Proxy from "../../domain/Proxy.ts"
import { CurrentTrace } from "../network/ConnectionTrace.ts"
import { makeAgents } from "./agents.ts"
import { decodedResponse } from "./encoding.ts"

/**
 * Makes the live HTTP client, over `node:http`. Each request goes through the
 * proxy that the environment names for it, and reports to the `CurrentTrace`
 * how its connection comes about. Connections are kept until the scope ends.
 */
export const make = (
  env: NodeJS.ProcessEnv = process.env,
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const agents = yield* Effect.acquireRelease(
      Effect.sync(() => makeAgents(() => clock.unsafeCurrentTimeMillis())),
      ({ destroy }) => Effect.sync(destroy),
    )
    return HttpClient.make((request, url) =>
      Effect.gen(function* () {
        const trace = yield* CurrentTrace
        const proxy = yield* Effect.mapError(
          Proxy.choose(url, (name) => env[name]),
          (variable) =>
            new HttpClientError.RequestError({
              request,
              reason: "InvalidUrl",
              description: `${variable} can't be used`,
            }),
        )
        const attempt = agents.forAttempt(url, proxy, trace)
        const client = yield* Effect.provideService(
          makeClient,
          HttpAgent,
          Object.assign(attempt, { [HttpAgentTypeId]: HttpAgentTypeId } as const),
        )
        return decodedResponse(yield* client.execute(request))
      }),
    )
  })
