import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { toIncomingMessage } from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import { ofStatus } from "./answers.ts"
import type { Fault } from "./Fault.ts"
import { pathOf } from "./requests.ts"

/** Stands for the answer that was never sent, because the connection was closed. */
export const dropped = HttpServerResponse.empty({ status: 444 })

/**
 * Puts faults before (or, with `after-`, behind) an app. Of several that fit a
 * request the first that is not spent hits it.
 */
export const withFaults = <E, R>(
  app: HttpApp.Default<E, R>,
  faults: ReadonlyArray<Fault>,
): HttpApp.Default<E, R> => {
  const armed = faults.map((fault) => ({ fault, left: fault.times }))

  /** Looking and counting is one synchronous step, so that no two requests share the last time. */
  const take = (request: HttpServerRequest.HttpServerRequest): Fault | undefined => {
    const path = pathOf(request.url)
    const afterBase = path.startsWith("/v1/") ? path.slice("/v1".length) : undefined
    const hit = armed.find(
      ({ fault, left }) =>
        left > 0 && fault.method === request.method && afterBase?.startsWith(fault.path) === true,
    )
    if (hit === undefined) return undefined
    hit.left -= 1
    return hit.fault
  }

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const fault = take(request)
    if (fault === undefined) return yield* app
    if (fault.after) yield* app
    if (fault.answer !== "drop") return ofStatus(fault.answer)
    toIncomingMessage(request).socket.destroy()
    return dropped
  })
}
