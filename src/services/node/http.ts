import { promisify } from "node:util"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import { HttpAgent, HttpAgentTypeId, make as makeClient } from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Proxy from "../../domain/Proxy.ts"
import { CurrentTrace, undecodable } from "../network/attempt.ts"
import { makeAgents } from "./agents.ts"

// Only the `node:http` client: importing the whole module would bundle undici.

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

/** Decodes one content encoding. zlib is loaded only then, since hardly any answer has one. */
const decode = async (encoding: string, body: Uint8Array, maxOutputLength: number): Promise<Uint8Array> => {
  const zlib = await import("node:zlib")
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return promisify(zlib.gunzip)(body, { maxOutputLength })
    case "br":
      return promisify(zlib.brotliDecompress)(body, { maxOutputLength })
    case "deflate":
      // Some servers leave out zlib's header, whose first byte has an 8 in its lower half.
      return promisify(((body[0] ?? 0) & 15) === 8 ? zlib.inflate : zlib.inflateRaw)(body, {
        maxOutputLength,
      })
    default:
      throw new Error("unknown encoding")
  }
}

/**
 * An answer whose text is decoded: some servers and gateways compress unasked.
 * The bound on a body's size applies to the decoded one too.
 */
export const decodedResponse = (
  response: HttpClientResponse.HttpClientResponse,
): HttpClientResponse.HttpClientResponse => {
  const encodings = (response.headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((encoding) => encoding !== "" && encoding !== "identity")
  if (encodings.length === 0) return response
  const text = Effect.gen(function* () {
    const maxBytes = Number(Option.getOrElse(yield* HttpIncomingMessage.MaxBodySize, () => 2 ** 32))
    let body: Uint8Array = new Uint8Array(yield* response.arrayBuffer)
    // The last one was applied last.
    for (const encoding of body.length === 0 ? [] : encodings.toReversed()) {
      body = yield* Effect.tryPromise({
        try: () => decode(encoding, body, maxBytes),
        catch: (error) => {
          const { code } = error as NodeJS.ErrnoException
          const cause = { code: code === "ERR_BUFFER_TOO_LARGE" ? code : undecodable }
          return new HttpClientError.ResponseError({
            request: response.request,
            response,
            reason: "Decode",
            cause,
          })
        },
      })
    }
    return new TextDecoder().decode(body)
  })
  return Object.create(response, { text: { value: text } })
}
