import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type { Api } from "./api.ts"

const bytesOf = ({ body }: HttpClientRequest.HttpClientRequest): Effect.Effect<Uint8Array> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(new Uint8Array())
    case "Uint8Array":
      return Effect.succeed(body.body)
    default:
      return Effect.dieMessage(`the sandbox takes no body of the kind ${body._tag}`)
  }
}

/** Statuses whose answers have no body. */
const bodiless: ReadonlyArray<number> = [204, 304]

/**
 * An HTTP client that is answered in this process, without a port: requests to
 * any host reach the API. Its time is the clock of the effect that sends, so it
 * obeys `TestClock`. A fault that closes the connection is an `ECONNRESET`.
 */
export const httpClient = (api: Api): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const answer = yield* api({
        method: request.method,
        target: `${url.pathname}${url.search}`,
        headers: request.headers,
        body: yield* bytesOf(request),
        from: "127.0.0.1",
      })
      if (answer === undefined) {
        const cause = Object.assign(new Error("socket hang up"), { code: "ECONNRESET", syscall: "read" })
        return yield* new HttpClientError.RequestError({ request, reason: "Transport", cause })
      }
      const { body, headers, status } = answer
      const response = new Response(bodiless.includes(status) ? null : body, {
        status,
        headers: { ...headers },
      })
      return HttpClientResponse.fromWeb(request, response)
    }),
  )
